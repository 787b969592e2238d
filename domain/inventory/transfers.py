"""Transfers between two places of ours, in two steps: goods leave one, are in transit, and arrive at the other."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, LiteralString
from uuid import UUID

from annotated_types import Len

from domain import sql
from domain.book import Book
from domain.command import LINES_AT_MOST, Lines, Note, command, dated
from domain.errors import Refused
from domain.ids import derived_id
from domain.inventory import ledger, rules, stock
from domain.inventory.ledger import Posting
from domain.inventory.places import LOSS
from domain.inventory.rules import Landing, Transfer, TransferLine
from domain.inventory.stock import Place, Shelf
from domain.inventory.tables import stock_transfer, stock_transfer_line
from domain.quantity import ZERO, Factor, Number, to_stock
from domain.tx import Run, Tx

# --- commands ---


@command
class TransferGoods:
    """`quantity` in the product's stock unit, or in `unit_id`."""

    product_id: UUID
    quantity: Number
    unit_id: UUID | None = None


@command
class SendTransfer:
    """Goods have left one place for another: a fact, whatever the books say is here."""

    transfer_id: UUID
    document_id: UUID
    from_location_id: UUID
    to_location_id: UUID
    lines: Lines[TransferGoods]
    document_on: date | None = None
    note: Note = ""


@command
class TransferArrival:
    """`quantity` in the product's stock unit, or in `unit_id`; none is no arrival."""

    line_id: UUID
    quantity: Number
    unit_id: UUID | None = None


@command
class ReceiveTransfer:
    """Goods of a transfer have arrived: a fact. `close`: nothing more will come, and what is missing is lost; then
    there may be no lines at all."""

    document_id: UUID
    transfer_id: UUID
    lines: Annotated[tuple[TransferArrival, ...], Len(0, LINES_AT_MOST)] = ()
    close: bool = False
    document_on: date | None = None
    note: Note = ""


# --- what is loaded and written ---

# what is sent is taken from `places`, and comes to where goods are on their way to another place
SENT: LiteralString = f"""{stock.GIVEN} union all
 select w.product_id, t.id from jsonb_to_recordset($2::jsonb -> 'sent') as w(product_id uuid, to_location_id uuid)
 join location d on d.id = w.to_location_id join location t on t.warehouse_id = d.warehouse_id and t.kind = 'transit'"""
# without a line: all of the transfer
ARRIVED: LiteralString = """select l.product_id, p.id as location_id
 from jsonb_to_recordset($2::jsonb -> 'arrived') as a(transfer_id uuid, line_id uuid)
 join stock_transfer s on s.id = a.transfer_id
 join stock_transfer_line l on l.transfer_id = s.id and (a.line_id is null or l.id = a.line_id)
 join location d on d.id = s.to_location_id
 join location p on p.warehouse_id = d.warehouse_id and (p.id = d.id or p.kind = 'transit')"""
TRANSFERS = sql.rows(
    "transfers",
    """select s.id, s.number, s.from_location_id, s.to_location_id, s.status, s.receipts,
 (select l.warehouse_id from location l where l.id = s.from_location_id) as from_warehouse_id
 from stock_transfer s where s.id in (select jsonb_array_elements_text($2::jsonb -> 'transfers')::uuid)
 order by s.id for no key update""",
)
LINE = sql.columns(
    stock_transfer_line, "l", "id", "transfer_id", "product_id", "unit_id", "numerator", "denominator", "sent",
    "received",
)  # fmt: skip
LINES = sql.rows(
    "lines",
    f"""select {LINE} from stock_transfer_line l
 where l.transfer_id in (select jsonb_array_elements_text($2::jsonb -> 'transfers')::uuid)
 order by l.transfer_id, l.position for no key update""",
)

LOAD_SENDING = sql.statement(*stock.shelf(SENT))
WRITE_SENDING = sql.statement(
    sql.insert(stock_transfer, without=("created_at",)), sql.insert(stock_transfer_line), *ledger.POST
)
LOAD_ARRIVAL = sql.statement(TRANSFERS, LINES, *stock.shelf(ARRIVED))
WRITE_ARRIVAL = sql.statement(
    sql.update(stock_transfer, ("status", "receipts"), "transfer"),
    sql.update(stock_transfer_line, ("received",), "line"),
    *ledger.POST,
)


def open_book(tx: Tx, loaded: Mapping[str, Any]) -> Book[Transfer, TransferLine]:
    transfers, lines = map(transfer_from, loaded["transfers"]), map(line_from, loaded["lines"])
    return Book(tx, "transfer_id", transfers, lines, lambda line: line.transfer_id)


def rows_of(book: Book[Transfer, TransferLine]) -> dict[str, Any]:
    return {
        "transfer": [{"id": t.id, "status": t.status, "receipts": t.receipts} for t in book.documents.changed()],
        "line": [{"id": line.id, "received": line.received} for line in book.lines.changed()],
    }


def transfer_from(row: Mapping[str, Any]) -> Transfer:
    return Transfer(
        UUID(row["id"]), row["number"], UUID(row["from_location_id"]), UUID(row["to_location_id"]), row["status"],
        row["receipts"],
    )  # fmt: skip


def line_from(row: Mapping[str, Any]) -> TransferLine:
    return TransferLine(
        UUID(row["id"]), UUID(row["transfer_id"]), UUID(row["product_id"]), UUID(row["unit_id"]),
        Factor(Decimal(row["numerator"]), Decimal(row["denominator"])), Decimal(row["sent"]), Decimal(row["received"]),
    )  # fmt: skip


# --- sending ---


async def send_transfer(tx: Tx) -> None:
    numbers = tx.numbers("ST", [stock.day_of(run, inward=False) for run in tx.runs])
    lines = [(run.cmd, line.product_id) for run in tx.runs for line in run.cmd.lines]
    ends = [{"product_id": None, "location_id": run.cmd.to_location_id} for run in tx.runs]  # to know it, not to lock
    loaded = await tx.load(
        LOAD_SENDING,
        {
            "places": [*({"product_id": id, "location_id": cmd.from_location_id} for cmd, id in lines), *ends],
            "sent": [{"product_id": id, "to_location_id": cmd.to_location_id} for cmd, id in lines],
        },
    )
    shelf = await stock.open_shelf(tx, loaded, stock.earliest(tx, inward=False))
    number = dict(zip(map(id, tx.runs), await numbers, strict=True))

    def decide(run: Run) -> Mapping[str, Any]:
        """Refuses: not_found, same_place, future_date."""
        cmd: SendTransfer = run.cmd
        source = shelf.place(cmd.from_location_id, "from_location_id")
        target = shelf.place(cmd.to_location_id, "to_location_id", theirs=True)
        if source == target:
            raise Refused("same_place", "to_location_id", id=target.id)
        document_on, moment = dated(cmd.document_on, run.call.occurred_at, tx.company.time_zone, inward=False)
        posting = Posting(
            shelf, cmd.document_id, "transfer", number[id(run)], source, document_on, moment, run.call.id, fact=True,
            order_id=cmd.transfer_id, reason=cmd.note,
        )  # fmt: skip
        tx.rows["stock_transfer"].append(
            {
                "id": cmd.transfer_id, "number": posting.number, "from_location_id": source.id,
                "to_location_id": target.id, "status": "sent", "document_on": document_on, "note": cmd.note,
                "receipts": 0,
            }
        )  # fmt: skip
        for position, line in enumerate(cmd.lines, 1):
            send_line(posting, cmd.transfer_id, position, line, shelf.transit(target))
        for place in (source, target):
            tx.changed("transfer", cmd.transfer_id, bucket=place.bucket)
        return {"transfer_id": cmd.transfer_id, "document_id": cmd.document_id, "number": posting.number}

    tx.decide(decide)
    tx.write(WRITE_SENDING, shelf.rows())


def send_line(posting: Posting, transfer_id: UUID, position: int, line: TransferGoods, transit: Place) -> None:
    """Refuses: not_found, not_stocked, unknown_unit, and what `to_stock` refuses."""
    at, id = f"lines.{position - 1}", derived_id(transfer_id, position)
    good = posting.shelf.goods_only(line.product_id, f"{at}.product_id")
    unit_id, factor = good.factor(line.unit_id, f"{at}.unit_id")
    sent = to_stock(line.quantity, factor, good.decimals, f"{at}.quantity")
    posting.carry(good, sent, transit, f"{at}.quantity", id)
    posting.shelf.tx.rows["stock_transfer_line"].append(
        {
            "id": id, "transfer_id": transfer_id, "position": position, "product_id": good.id, "unit_id": unit_id,
            "numerator": factor.numerator, "denominator": factor.denominator, "quantity": line.quantity,
            "sent": sent, "received": ZERO,
        }
    )  # fmt: skip


# --- receiving ---


async def receive_transfer(tx: Tx) -> None:
    loaded = await tx.load(
        LOAD_ARRIVAL,
        {
            "transfers": [run.cmd.transfer_id for run in tx.runs],
            "arrived": [
                {"transfer_id": run.cmd.transfer_id, "line_id": line_id}
                for run in tx.runs
                for line_id in ([None] if run.cmd.close else [line.line_id for line in run.cmd.lines])
            ],
        },
    )
    shelf = await stock.open_shelf(tx, loaded, stock.earliest(tx, inward=False))
    book = open_book(tx, loaded)
    from_bucket = {UUID(row["id"]): f"w:{row['from_warehouse_id']}" for row in loaded["transfers"]}

    def decide(run: Run) -> Mapping[str, Any]:
        """Refuses: malformed (neither lines nor the end), not_found, future_date."""
        cmd: ReceiveTransfer = run.cmd
        if not cmd.lines and not cmd.close:
            raise Refused("malformed", "lines", reason="too_short")
        before = book.document(cmd.transfer_id)
        arrived = [(line.line_id, counted(shelf, before, line, index)) for index, line in enumerate(cmd.lines)]
        transfer, landed, lost = rules.receive_transfer(before, arrived, close=cmd.close)
        place = shelf.place(transfer.to_location_id)
        document_on, moment = dated(cmd.document_on, run.call.occurred_at, tx.company.time_zone, inward=False)
        posting = Posting(
            shelf, cmd.document_id, "transfer", f"{transfer.number}-{transfer.receipts}", place, document_on, moment,
            run.call.id, fact=True, order_id=transfer.id, reason=cmd.note,
        )  # fmt: skip
        for landing in landed:
            land(posting, place, landing)
        for line, quantity in lost:
            give_up(posting, place, line, quantity)
        book.put(transfer)
        for bucket in (place.bucket, from_bucket[transfer.id]):
            tx.changed("transfer", transfer.id, bucket=bucket)
        return {
            "transfer_id": transfer.id, "document_id": cmd.document_id, "number": posting.number,
            "transfer_status": transfer.status,
            "in_transit": [
                {"line_id": line.id, "quantity": rest}
                for line in transfer.lines.values()
                if (rest := transfer.on_the_way(line))
            ],
        }  # fmt: skip

    tx.decide(decide)
    tx.write(WRITE_ARRIVAL, {**rows_of(book), **shelf.rows()})


def counted(shelf: Shelf, transfer: Transfer, line: TransferArrival, index: int) -> Decimal:
    """In the stock unit. The transfer's own unit is as large as it was when the goods were sent.

    Refuses: line_not_on_transfer, unknown_unit, and what `to_stock` refuses.
    """
    if (sent := transfer.lines.get(line.line_id)) is None:
        raise Refused("line_not_on_transfer", f"lines.{index}.line_id", id=line.line_id)
    good = shelf.goods[sent.product_id]
    factor = sent.factor
    if line.unit_id != sent.unit_id:
        _, factor = good.factor(line.unit_id, f"lines.{index}.unit_id")
    return to_stock(line.quantity, factor, good.decimals, f"lines.{index}.quantity")


def land(posting: Posting, place: Place, landing: Landing) -> None:
    shelf, line = posting.shelf, landing.line
    good = shelf.goods[line.product_id]
    if landing.carried:
        posting.at(shelf.transit(place), posting.effective_at)
        posting.carry(good, landing.carried, place, "lines", line.id)
        posting.at(place, posting.effective_at)
    if landing.over:
        posting.bring_in(good, landing.over, shelf.worth(good, landing.over), LOSS, line.id, priced=False)
        posting.report("transfer_over", good, landing.over, line.id)


def give_up(posting: Posting, place: Place, line: TransferLine, quantity: Decimal) -> None:
    good = posting.shelf.goods[line.product_id]
    posting.at(posting.shelf.transit(place), posting.effective_at)
    posting.take_out(good, quantity, LOSS, "lines", line.id)
    posting.at(place, posting.effective_at)
    posting.report("transfer_short", good, quantity, line.id)
