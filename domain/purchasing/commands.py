"""Purchasing: orders and goods receipts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain import money, sql
from domain.book import Book
from domain.command import Lines, Note, command, dated
from domain.errors import Refused
from domain.ids import derived_id
from domain.inventory import ledger, stock
from domain.inventory.ledger import Posting
from domain.inventory.places import SUPPLIER
from domain.inventory.stock import Good, Place, Shelf
from domain.purchasing import rules
from domain.purchasing.rules import Arrival, Line, Order
from domain.purchasing.tables import purchase_order, purchase_order_line
from domain.quantity import ZERO, Factor, Number, to_stock
from domain.tx import Run, Tx

# --- commands ---


@command
class PurchaseLine:
    """`unit_id` defaults to the product's stock unit, `unit_price` to what it cost last, else to its reference cost."""

    product_id: UUID
    quantity: Number
    unit_id: UUID | None = None
    unit_price: Number | None = None


@command
class PlacePurchaseOrder:
    """Goods are ordered from a supplier, to be delivered to a location."""

    order_id: UUID
    partner_id: UUID
    location_id: UUID
    lines: Lines[PurchaseLine]
    document_on: date | None = None
    expected_on: date | None = None
    note: Note = ""


@command
class ReceiptLine:
    """`quantity` in the product's stock unit, or in `unit_id`."""

    line_id: UUID
    quantity: Number
    unit_id: UUID | None = None


@command
class RecordReceipt:
    """Goods of a purchase order have arrived: a fact, taken in whatever the order says. `location_id`: where they are,
    if not where the order wanted them."""

    document_id: UUID
    order_id: UUID
    lines: Lines[ReceiptLine]
    location_id: UUID | None = None
    document_on: date | None = None
    note: Note = ""


@command
class RecordBlindReceipt:
    """Goods have arrived that nobody ordered here: a fact. Lines are priced as an order's are; what nobody can price
    comes in at 0 and waits for a price."""

    document_id: UUID
    location_id: UUID
    lines: Lines[PurchaseLine]
    partner_id: UUID | None = None
    document_on: date | None = None
    note: Note = ""


# --- what is loaded and written ---

PARTNERS = sql.rows(
    "partners",
    "select id, active from partner where id in (select jsonb_array_elements_text($2::jsonb -> 'partners')::uuid)",
)
ORDERS = sql.rows(
    "orders",
    """select id, number, partner_id, location_id, status, receipts from purchase_order
 where id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid) order by id for no key update""",
)
LINE = sql.columns(
    purchase_order_line, "l", "id", "order_id", "product_id", "unit_id", "numerator", "denominator", "unit_price",
    "ordered", "received",
)  # fmt: skip
LINES = sql.rows(
    "lines",
    f"""select {LINE} from purchase_order_line l
 where l.order_id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid)
 order by l.order_id, l.position for no key update""",
)
DELIVERED = """select l.product_id, coalesce(d.location_id, o.location_id) as location_id
 from jsonb_to_recordset($2::jsonb -> 'delivered') as d(order_id uuid, line_id uuid, location_id uuid)
 join purchase_order o on o.id = d.order_id
 join purchase_order_line l on l.id = d.line_id and l.order_id = d.order_id"""

LOAD_NEW = sql.statement(PARTNERS, *stock.shelf())
LOAD_ORDERS = sql.statement(ORDERS, LINES, *stock.shelf(DELIVERED))
WRITE_NEW = sql.statement(sql.insert(purchase_order, without=("created_at",)), sql.insert(purchase_order_line))
WRITE_BLIND = sql.statement(*ledger.POST)
WRITE_RECEIPT = sql.statement(
    sql.update(purchase_order, ("status", "receipts"), "order"),
    sql.update(purchase_order_line, ("received",), "line"),
    *ledger.POST,
)


def open_book(tx: Tx, loaded: Mapping[str, Any]) -> Book[Order, Line]:
    orders, lines = map(order_from, loaded["orders"]), map(line_from, loaded["lines"])
    return Book(tx, "order_id", orders, lines, lambda line: line.order_id)


def rows_of(book: Book[Order, Line]) -> dict[str, Any]:
    return {
        "order": [{"id": o.id, "status": o.status, "receipts": o.receipts} for o in book.documents.changed()],
        "line": [{"id": line.id, "received": line.received} for line in book.lines.changed()],
    }


def order_from(row: Mapping[str, Any]) -> Order:
    return Order(
        UUID(row["id"]), row["number"], UUID(row["partner_id"]), UUID(row["location_id"]), row["status"],
        row["receipts"],
    )  # fmt: skip


def line_from(row: Mapping[str, Any]) -> Line:
    return Line(
        UUID(row["id"]), UUID(row["order_id"]), UUID(row["product_id"]), UUID(row["unit_id"]),
        Factor(Decimal(row["numerator"]), Decimal(row["denominator"])), Decimal(row["unit_price"]),
        Decimal(row["ordered"]), Decimal(row["received"]),
    )  # fmt: skip


def touched(tx: Tx, order_id: UUID, place: Place, partner_id: UUID) -> None:
    tx.changed("purchase_order", order_id, bucket=place.bucket)
    tx.changed("purchase_order", order_id, bucket=f"party:{partner_id}")


# --- handlers ---


def referred_to(tx: Tx) -> dict[str, Any]:
    """Products, places and partners that new documents name."""
    return {
        "places": [
            {"product_id": line.product_id, "location_id": run.cmd.location_id}
            for run in tx.runs
            for line in run.cmd.lines
        ],
        "partners": [run.cmd.partner_id for run in tx.runs if run.cmd.partner_id],
    }


async def place_purchase_order(tx: Tx) -> None:
    numbers = tx.numbers("PO", [stock.day_of(run, inward=True) for run in tx.runs])
    loaded = await tx.load(LOAD_NEW, referred_to(tx))
    shelf, partners = Shelf(tx, loaded), {row["id"] for row in loaded["partners"] if row["active"]}
    number = dict(zip(map(id, tx.runs), await numbers, strict=True))

    def decide(run: Run) -> Mapping[str, Any]:
        cmd: PlacePurchaseOrder = run.cmd
        if str(cmd.partner_id) not in partners:
            raise Refused("not_found", "partner_id", id=cmd.partner_id)
        place = shelf.place(cmd.location_id)
        document_on, _ = dated(cmd.document_on, run.call.occurred_at, tx.company.time_zone, inward=True)
        order = {
            "id": cmd.order_id, "number": number[id(run)], "external_number": None, "partner_id": cmd.partner_id,
            "location_id": place.id, "status": "open", "document_on": document_on, "expected_on": cmd.expected_on,
            "total": ZERO, "note": cmd.note, "receipts": 0,
        }  # fmt: skip
        tx.rows["purchase_order"].append(order)
        for position, line in enumerate(cmd.lines, 1):
            row = new_line(run, shelf, position, line, cmd.order_id)
            order["total"] += row["amount"]
            tx.rows["purchase_order_line"].append(row)
        touched(tx, cmd.order_id, place, cmd.partner_id)
        return {"order_id": cmd.order_id, "number": order["number"], "total": order["total"]}

    tx.decide(decide)
    tx.write(WRITE_NEW, {})


def new_line(run: Run, shelf: Shelf, position: int, line: PurchaseLine, order_id: UUID) -> dict[str, Any]:
    """Refuses: forbidden (a price typed by who may not see prices), not_found, unknown_unit, and what the rules do."""
    at = f"lines.{position - 1}"
    check_may_price(run, line, at)
    good = shelf.good(line.product_id, f"{at}.product_id")
    unit_id, factor = good.factor(line.unit_id, f"{at}.unit_id")
    ordered = to_stock(line.quantity, factor, good.decimals, f"{at}.quantity")
    unit_price = price_of(shelf, good, line, factor, at)
    return {
        "id": derived_id(order_id, position), "order_id": order_id, "position": position, "product_id": good.id,
        "unit_id": unit_id, "numerator": factor.numerator, "denominator": factor.denominator,
        "quantity": line.quantity, "unit_price": unit_price,
        "amount": rules.check_amount(money.amount(line.quantity, unit_price), f"{at}.unit_price"),
        "ordered": ordered, "received": ZERO,
    }  # fmt: skip


def check_may_price(run: Run, line: PurchaseLine, at: str) -> None:
    """Refuses: forbidden."""
    if line.unit_price is not None and "purchase.price" not in run.caller.permissions:
        raise Refused("forbidden", f"{at}.unit_price", permission="purchase.price")


def price_of(shelf: Shelf, good: Good, line: PurchaseLine, factor: Factor, at: str) -> Decimal:
    last_cost = shelf.pool(good.id).last_cost
    return rules.price_of(line.unit_price, last_cost, good.reference_cost, factor, f"{at}.unit_price")


async def record_receipt(tx: Tx) -> None:
    loaded = await tx.load(
        LOAD_ORDERS,
        {
            "orders": [run.cmd.order_id for run in tx.runs],
            "delivered": [
                {"order_id": run.cmd.order_id, "line_id": line.line_id, "location_id": run.cmd.location_id}
                for run in tx.runs
                for line in run.cmd.lines
            ],
        },
    )
    shelf = await stock.open_shelf(tx, loaded, stock.earliest(tx, inward=True))
    book = open_book(tx, loaded)

    def decide(run: Run) -> Mapping[str, Any]:
        cmd: RecordReceipt = run.cmd
        before = book.document(cmd.order_id)
        delivered = [(line.line_id, counted(shelf, before, line, index)) for index, line in enumerate(cmd.lines)]
        order, arrivals = rules.receive(before, delivered)
        place = shelf.place(cmd.location_id or order.location_id)
        document_on, at = dated(cmd.document_on, run.call.occurred_at, tx.company.time_zone, inward=True)
        posting = Posting(
            shelf, cmd.document_id, "receipt", f"{order.number}-{order.receipts}", place, document_on, at, run.call.id,
            fact=True, order_id=order.id, partner_id=order.partner_id, reason=cmd.note,
        )  # fmt: skip
        for arrival in arrivals:
            good = shelf.goods[arrival.line.product_id]
            if good.stocked:
                priced = arrival.line.unit_price > 0
                posting.bring_in(good, arrival.quantity, arrival.value, SUPPLIER, arrival.line.id, priced=priced)
            report(posting, order, good, arrival)
        book.put(order)
        touched(tx, order.id, place, order.partner_id)
        return {
            "order_id": order.id, "document_id": cmd.document_id, "number": posting.number,
            "order_status": order.status,
            "backorder": [{"line_id": line.id, "quantity": line.open} for line in order.lines.values() if line.open],
        }  # fmt: skip

    tx.decide(decide)
    tx.write(WRITE_RECEIPT, {**rows_of(book), **shelf.rows()})


def counted(shelf: Shelf, order: Order, line: ReceiptLine, index: int) -> Decimal:
    """In the stock unit. The order's own unit is as large as it was when it was ordered.

    Refuses: line_not_on_order, unknown_unit, and what `to_stock` refuses.
    """
    if (ordered := order.lines.get(line.line_id)) is None:
        raise Refused("line_not_on_order", f"lines.{index}.line_id", id=line.line_id)
    good = shelf.goods[ordered.product_id]
    factor = ordered.factor
    if line.unit_id != ordered.unit_id:
        _, factor = good.factor(line.unit_id, f"lines.{index}.unit_id")
    return to_stock(line.quantity, factor, good.decimals, f"lines.{index}.quantity")


def report(posting: Posting, order: Order, good: Good, arrival: Arrival) -> None:
    if order.status == "cancelled":
        posting.report("order_closed", good, arrival.quantity, arrival.line.id)
    elif arrival.over:
        posting.report("over_receipt", good, arrival.over, arrival.line.id)


async def record_blind_receipt(tx: Tx) -> None:
    numbers = tx.numbers("GR", [stock.day_of(run, inward=True) for run in tx.runs])
    loaded = await tx.load(LOAD_NEW, referred_to(tx))
    shelf = await stock.open_shelf(tx, loaded, stock.earliest(tx, inward=True))
    partners = {row["id"] for row in loaded["partners"]}
    number = dict(zip(map(id, tx.runs), await numbers, strict=True))

    def decide(run: Run) -> Mapping[str, Any]:
        """Refuses: not_found, future_date."""
        cmd: RecordBlindReceipt = run.cmd
        if cmd.partner_id and str(cmd.partner_id) not in partners:
            raise Refused("not_found", "partner_id", id=cmd.partner_id)
        place = shelf.place(cmd.location_id)
        document_on, at = dated(cmd.document_on, run.call.occurred_at, tx.company.time_zone, inward=True)
        posting = Posting(
            shelf, cmd.document_id, "receipt", number[id(run)], place, document_on, at, run.call.id, fact=True,
            partner_id=cmd.partner_id, reason=cmd.note,
        )  # fmt: skip
        for index, line in enumerate(cmd.lines):
            take_in(posting, run, line, f"lines.{index}")
        return {"document_id": cmd.document_id, "number": posting.number}

    tx.decide(decide)
    tx.write(WRITE_BLIND, shelf.rows())


def take_in(posting: Posting, run: Run, line: PurchaseLine, at: str) -> None:
    """Only a price that was typed becomes the last cost: another one was only guessed from it.

    Refuses: forbidden (a price typed by who may not see prices), not_found, not_stocked, unknown_unit, and what the
    rules do.
    """
    check_may_price(run, line, at)
    good = posting.shelf.goods_only(line.product_id, f"{at}.product_id")
    _, factor = good.factor(line.unit_id, f"{at}.unit_id")
    quantity = to_stock(line.quantity, factor, good.decimals, f"{at}.quantity")
    unit_price = price_of(posting.shelf, good, line, factor, at)
    value = rules.check_amount(rules.worth_of(quantity, unit_price, factor), f"{at}.quantity")
    posting.bring_in(good, quantity, value, SUPPLIER, priced=bool(line.unit_price))
    if line.unit_price is None and not unit_price:
        posting.report("unpriced", good, quantity)
