"""Stock that no order is behind: adjustments and counts; and what is done about discrepancies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from domain import sql
from domain.base import NIL
from domain.command import Lines, Moment, Name, Note, business_day, command, dated
from domain.errors import Refused
from domain.inventory import ledger, rules, stock
from domain.inventory.ledger import Posting
from domain.inventory.places import LOSS
from domain.inventory.stock import Count, Good, Place, Shelf
from domain.inventory.tables import discrepancy, stock_count_line
from domain.quantity import ZERO, Number, to_stock
from domain.tx import Run, Tx

# --- commands ---


@command
class AdjustLine:
    """`unit_cost` of goods that come in, per unit of the line; without it they are worth today's average."""

    product_id: UUID
    direction: Literal["in", "out"]
    quantity: Number
    unit_id: UUID | None = None
    unit_cost: Number | None = None


@command
class AdjustStock:
    """Stock is put right without an order: found, broken, given away, used up."""

    document_id: UUID
    location_id: UUID
    lines: Lines[AdjustLine]
    reason: Name
    document_on: date | None = None


@command
class CountLine:
    """What was found at one place. `counted_at`: when it was counted, if not now."""

    product_id: UUID
    location_id: UUID
    counted: Number
    unit_id: UUID | None = None
    counted_at: Moment | None = None


@command
class RecordCount:
    """Goods were counted: a fact. What moved after the moment of counting stands."""

    document_id: UUID
    lines: Lines[CountLine]
    note: Note = ""


@command
class CloseDiscrepancy:
    """Somebody has looked at it, and says what came of it."""

    discrepancy_id: UUID
    note: Note = ""


# --- what is loaded and written ---

LOAD_STOCK = sql.statement(*stock.shelf())
WRITE_STOCK = sql.statement(*ledger.POST)
# its own statement: only after the balances are locked does it see every move there is
LOAD_MOVED = sql.statement(
    sql.rows(
        "moved",
        """select w.product_id, w.location_id, w.counted_at, (
  select coalesce(sum(case when m.to_location_id = w.location_id then m.quantity else -m.quantity end), 0)::text
  from stock_move m where m.product_id = w.product_id and m.effective_at > w.counted_at
   and w.location_id in (m.to_location_id, m.from_location_id)) as quantity
 from jsonb_to_recordset($2::jsonb -> 'counted') as w(product_id uuid, location_id uuid, counted_at timestamptz)""",
    )
)
WRITE_COUNT = sql.statement(*ledger.POST, sql.insert(stock_count_line))
LOAD_DISCREPANCY = sql.statement(
    sql.rows(
        "discrepancies",
        """select d.id, d.status, l.warehouse_id from discrepancy d join location l on l.id = d.location_id
 where d.id in (select jsonb_array_elements_text($2::jsonb -> 'ids')::uuid) order by d.id for no key update of d""",
    )
)
WRITE_DISCREPANCY = sql.statement(sql.update(discrepancy, ("status", "note", "closed_at", "closed_by"), "closed"))


# --- adjustments ---


async def adjust_stock(tx: Tx) -> None:
    numbers = tx.numbers("SA", [stock.day_of(run, inward=False) for run in tx.runs])
    places = stock.asked_for((line.product_id, run.cmd.location_id) for run in tx.runs for line in run.cmd.lines)
    loaded = await tx.load(LOAD_STOCK, {"places": places})
    shelf = await stock.open_shelf(tx, loaded, stock.earliest(tx, inward=False))
    number = dict(zip(map(id, tx.runs), await numbers, strict=True))

    def decide(run: Run) -> Mapping[str, Any]:
        cmd: AdjustStock = run.cmd
        place = shelf.place(cmd.location_id)
        document_on, moment = dated(cmd.document_on, run.call.occurred_at, tx.company.time_zone, inward=False)
        posting = Posting(
            shelf, cmd.document_id, "adjustment", number[id(run)], place, document_on, moment, run.call.id, fact=False,
            reason=cmd.reason,
        )  # fmt: skip
        for index, line in enumerate(cmd.lines):
            adjust(posting, run, line, f"lines.{index}")
        return {"document_id": cmd.document_id, "number": posting.number}

    tx.decide(decide)
    tx.write(WRITE_STOCK, shelf.rows())


def adjust(posting: Posting, run: Run, line: AdjustLine, at: str) -> None:
    """Refuses: not_found, not_stocked, unknown_unit, cost_of_outgoing, forbidden, insufficient_stock."""
    shelf = posting.shelf
    good = shelf.goods_only(line.product_id, f"{at}.product_id")
    _, factor = good.factor(line.unit_id, f"{at}.unit_id")
    quantity = to_stock(line.quantity, factor, good.decimals, f"{at}.quantity")
    if line.unit_cost is None:
        value = shelf.worth(good, quantity)
    elif line.direction == "out":
        raise Refused("cost_of_outgoing", f"{at}.unit_cost")
    elif "stock.value" not in run.caller.permissions:
        raise Refused("forbidden", f"{at}.unit_cost", permission="stock.value")
    else:
        value = rules.cost(line.quantity, line.unit_cost, f"{at}.unit_cost")
    if line.direction == "in":
        posting.bring_in(good, quantity, value, LOSS, priced=False)
    else:
        posting.take_out(good, quantity, LOSS, f"{at}.quantity")


# --- counts ---


@dataclass(frozen=True, slots=True)
class Spot:
    """One line of a count: which goods were counted where and when."""

    line: CountLine
    position: int
    counted_at: datetime  # never later than the command: a clock that is ahead counts nothing in the future

    @property
    def key(self) -> tuple[UUID, UUID, datetime]:
        return self.line.product_id, self.line.location_id, self.counted_at


def spots_of(run: Run) -> list[Spot]:
    """In the order of counting, so that a second count of a place stands on the first."""
    now, skew = run.call.occurred_at, run.call.skew
    counted_at = [min(line.counted_at + skew, now) if line.counted_at else now for line in run.cmd.lines]
    made = [Spot(line, i, at) for i, (line, at) in enumerate(zip(run.cmd.lines, counted_at, strict=True), 1)]
    return sorted(made, key=lambda spot: spot.counted_at)


async def record_count(tx: Tx) -> None:
    counted = {id(run): spots_of(run) for run in tx.runs}
    zone = tx.company.time_zone
    numbers = tx.numbers("SC", [business_day(counted[id(run)][-1].counted_at, zone) for run in tx.runs])
    every = [spot for spots in counted.values() for spot in spots]
    places = stock.asked_for((spot.line.product_id, spot.line.location_id) for spot in every)
    loaded = await tx.load(LOAD_STOCK, {"places": places})
    shelf = await stock.open_shelf(tx, loaded, min(spot.counted_at for spot in every))
    asked = [dict(zip(("product_id", "location_id", "counted_at"), spot.key, strict=True)) for spot in every]
    moved = {
        (UUID(row["product_id"]), UUID(row["location_id"]), datetime.fromisoformat(row["counted_at"])): Decimal(
            row["quantity"]
        )
        for row in (await tx.load(LOAD_MOVED, {"counted": asked}))["moved"]
    }
    number = dict(zip(map(id, tx.runs), await numbers, strict=True))

    def decide(run: Run) -> Mapping[str, Any]:
        cmd: RecordCount = run.cmd
        spots = counted[id(run)]
        seen = [look(shelf, spot) for spot in spots]
        last = spots[-1].counted_at
        posting = Posting(
            shelf, cmd.document_id, "count", number[id(run)], seen[0][1], business_day(last, zone), last, run.call.id,
            fact=True, reason=cmd.note, scattered=len({place.id for _, place, _ in seen}) > 1,
        )  # fmt: skip
        for spot, (good, place, quantity) in zip(spots, seen, strict=True):
            post_count(posting, spot, good, place, quantity, moved[spot.key])
        return {"document_id": cmd.document_id, "number": posting.number}

    tx.decide(decide)
    tx.write(WRITE_COUNT, shelf.rows())


def look(shelf: Shelf, spot: Spot) -> tuple[Good, Place, Decimal]:
    """Refuses: not_found, not_stocked, unknown_unit, quantity_negative, quantity_not_whole."""
    line, at = spot.line, f"lines.{spot.position - 1}"
    good = shelf.goods_only(line.product_id, f"{at}.product_id")
    place = shelf.place(line.location_id, f"{at}.location_id")
    _, factor = good.factor(line.unit_id, f"{at}.unit_id")
    return good, place, rules.found(line.counted, factor, good.decimals, f"{at}.counted")


def post_count(posting: Posting, spot: Spot, good: Good, place: Place, counted: Decimal, moved: Decimal) -> None:
    shelf, key = posting.shelf, (good.id, place.id)
    posting.at(place, spot.counted_at)
    moved += sum(
        (
            row["quantity"] * ((row["to_location_id"] == place.id) - (row["from_location_id"] == place.id))
            for row in shelf.tx.rows["stock_move"]
            if row["product_id"] == good.id and row["effective_at"] > spot.counted_at
        ),
        ZERO,
    )
    book, beyond = rules.difference(counted, shelf.balance(*key).on_hand, moved)
    if beyond > 0:
        posting.bring_in(good, beyond, shelf.worth(good, beyond), LOSS, priced=False)
    elif beyond < 0:
        posting.take_out(good, -beyond, LOSS, f"lines.{spot.position - 1}.counted")
    shelf.counted(good, place, Count(posting.id, spot.position, spot.counted_at))
    shelf.tx.rows["stock_count_line"].append(
        {
            "document_id": posting.id, "position": spot.position, "product_id": good.id, "lot_id": NIL,
            "location_id": place.id, "counted": counted, "book": book, "counted_at": spot.counted_at,
        }
    )  # fmt: skip


# --- discrepancies ---


async def close_discrepancy(tx: Tx) -> None:
    loaded = await tx.load(LOAD_DISCREPANCY, {"ids": [run.cmd.discrepancy_id for run in tx.runs]})
    status: Any = tx.sheet({UUID(row["id"]): row["status"] for row in loaded["discrepancies"]})
    warehouse = {UUID(row["id"]): UUID(row["warehouse_id"]) for row in loaded["discrepancies"]}

    def decide(run: Run) -> Mapping[str, Any]:
        """Refuses: not_found, discrepancy_closed, forbidden."""
        cmd: CloseDiscrepancy = run.cmd
        match status.get(cmd.discrepancy_id):
            case None:
                raise Refused("not_found", "discrepancy_id", id=cmd.discrepancy_id)
            case "closed":
                raise Refused("discrepancy_closed", "discrepancy_id", id=cmd.discrepancy_id)
        tx.enter(warehouse[cmd.discrepancy_id], "discrepancy_id")
        status.put(cmd.discrepancy_id, "closed")
        tx.rows["closed"].append(
            {
                "id": cmd.discrepancy_id, "status": "closed", "note": cmd.note, "closed_at": "now",
                "closed_by": run.caller.actor_id,
            }
        )  # fmt: skip
        tx.changed("discrepancy", cmd.discrepancy_id, bucket=f"w:{warehouse[cmd.discrepancy_id]}")
        return {"discrepancy_id": cmd.discrepancy_id}

    tx.decide(decide)
    tx.write(WRITE_DISCREPANCY, {})
