"""The stock ledger: the only place that writes moves, balances and their value.

A handler puts `shelf(…)` into its LOAD and `POST` into its WRITE, opens a shelf over what was loaded, and posts
documents on it. Locks are taken in one order everywhere: the pools, then the balances, each by key. The pool row of a
product is the lock for everything that is decided about its stock.

A posted count is an anchor: what was found at its moment stands. What is entered later with an earlier time changes
what the books had said for that moment, so it also gives the count a further move, opposite to its own. The balance
keeps the moment of its last count, so only who posts before it has to look for the counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain import sql
from domain.base import NIL
from domain.command import dated
from domain.errors import Refused
from domain.ids import derived_id
from domain.inventory import periods
from domain.inventory.periods import Books
from domain.inventory.places import CUSTOMER, LOSS, SUPPLIER
from domain.inventory.tables import discrepancy, stock_balance, stock_document, stock_move
from domain.masterdata.tables import product
from domain.quantity import ONE, ZERO, Factor
from domain.tx import Run, Sheet, Tx
from domain.valuation import rules as valuation
from domain.valuation.rules import Pool
from domain.valuation.tables import cost_pool, revaluation

__all__ = [
    "CUSTOMER", "GIVEN", "LOSS", "POST", "SUPPLIER", "Count", "Good", "Moved", "Place", "Posting", "Shelf", "day_of",
    "earliest", "open_shelf", "shelf",
]  # fmt: skip

LATEST = datetime.max.replace(tzinfo=UTC)
FURTHER = 1000  # a count's further moves: their positions are the line's + 1000, + 2000, … (COUNTS looks for them)

GIVEN: LiteralString = """select product_id, location_id
 from jsonb_to_recordset($2::jsonb -> 'places') as w(product_id uuid, location_id uuid)"""


def shelf(wanted: LiteralString = GIVEN) -> tuple[sql.Part | sql.Source, ...]:
    """Load parts for the products and locations that `wanted` selects (product_id, location_id); its pools and
    balances are locked. Columns that decide must come from `wanted` by references that never change."""
    goods = sql.columns(product, "p", "id", "sku", "name", "kind", "active", "unit_id", "price", "reference_cost")
    pools = sql.columns(cost_pool, "c", "product_id", "scope_id", "quantity", "value", "last_cost", "last_average")
    balances = sql.columns(
        stock_balance, "b", "product_id", "lot_id", "owner_id", "location_id", "on_hand", "quantity2", "reserved",
        "negative_ok", "counted_at",
    )  # fmt: skip
    return (
        sql.Source("wanted", wanted),
        sql.rows(
            "goods",
            f"""select {goods}, u.decimals,
 (select json_object_agg(x.unit_id, array[x.numerator::text, x.denominator::text])
  from product_unit x where x.product_id = p.id) as units
 from product p join unit u on u.id = p.unit_id where p.id in (select product_id from wanted)""",
        ),
        sql.rows(
            "places",
            """select l.id, l.kind, l.warehouse_id, w.negative, w.active
 from location l join warehouse w on w.id = l.warehouse_id
 where l.id in (select location_id from wanted)""",
        ),
        sql.rows(
            "pools",
            f"""select {pools} from cost_pool c where c.product_id in (select product_id from wanted)
 order by c.product_id, c.scope_id for no key update""",
        ),
        sql.rows(
            "balances",
            f"""select {balances} from stock_balance b
 where (b.product_id, b.location_id) in (select product_id, location_id from wanted)
 order by b.product_id, b.lot_id, b.owner_id, b.location_id for no key update""",
        ),
    )


POST = (
    sql.insert(stock_document, without=("created_at",)),
    sql.insert(stock_move, without=("recorded_at",)),
    sql.insert(stock_balance, "new_balance"),
    sql.update(stock_balance, ("on_hand", "quantity2", "reserved", "negative_ok", "counted_at"), "balance"),
    sql.update(cost_pool, ("quantity", "value", "last_cost", "last_average"), "pool"),
    sql.insert(revaluation),
    sql.insert(discrepancy, without=("status", "note", "opened_at", "closed_at", "closed_by")),
)
COUNTS = sql.statement(
    sql.rows(
        "counts",
        """select l.document_id, l.position, l.product_id, l.location_id, l.counted_at,
 (select count(*) from stock_move m where m.document_id = l.document_id and m.position % 1000 = l.position
  and m.position > 1000) as further
 from jsonb_to_recordset($2::jsonb -> 'counted') as w(product_id uuid, location_id uuid, since timestamptz)
 join stock_count_line l on l.product_id = w.product_id and l.location_id = w.location_id and l.counted_at >= w.since
 order by l.counted_at, l.document_id, l.position""",
    )
)


@dataclass(frozen=True, slots=True)
class Good:
    """A product as far as stock needs it. `units`: the other units it is bought and sold in."""

    id: UUID
    sku: str
    name: str
    kind: str
    active: bool
    unit_id: UUID
    decimals: int
    price: Decimal | None
    reference_cost: Decimal | None
    units: Mapping[UUID, Factor]

    @property
    def stocked(self) -> bool:
        return self.kind == "goods"

    def factor(self, unit_id: UUID | None, where: str) -> tuple[UUID, Factor]:
        """Refuses: unknown_unit."""
        if unit_id is None or unit_id == self.unit_id:
            return self.unit_id, ONE
        if unit_id not in self.units:
            raise Refused("unknown_unit", where, unit_id=unit_id, sku=self.sku)
        return unit_id, self.units[unit_id]


@dataclass(frozen=True, slots=True)
class Place:
    id: UUID
    kind: str
    warehouse_id: UUID
    negative: str
    active: bool

    @property
    def bucket(self) -> str:
        return f"w:{self.warehouse_id}"


@dataclass(frozen=True, slots=True)
class Balance:
    product_id: UUID
    lot_id: UUID
    owner_id: UUID
    location_id: UUID
    on_hand: Decimal
    quantity2: Decimal | None = None
    reserved: Decimal = ZERO
    negative_ok: bool = False
    counted_at: datetime | None = None

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class Count:
    """A line of a posted count. `further`: how many moves it was given for what was entered after it."""

    document_id: UUID
    position: int
    counted_at: datetime
    further: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """A move as it was posted."""

    document_id: UUID
    position: int
    product_id: UUID
    from_location_id: UUID
    to_location_id: UUID
    quantity: Decimal
    value: Decimal
    effective_at: datetime
    line_id: UUID | None


Key = tuple[UUID, UUID, UUID, UUID]  # product, lot, owner, location
Spot = tuple[UUID, UUID]  # product, location


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class Shelf:
    """What is on hand, reserved and worth, as it stands after what was decided so far in this transaction."""

    def __init__(self, tx: Tx, loaded: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self.tx = tx
        self.goods = {good.id: good for good in map(good_from, loaded["goods"])}
        self.places = {place.id: place for place in map(place_from, loaded["places"])}
        self.pools = tx.sheet({(p.product_id, p.scope_id): p for p in map(pool_from, loaded["pools"])})
        self.balances: Sheet[Key, Balance] = tx.sheet({key(b): b for b in map(balance_from, loaded["balances"])})
        self.counts: Sheet[Spot, tuple[Count, ...]] = tx.sheet({})
        self.since = LATEST  # moves that count from before it may not be posted: their counts were not looked for
        self.books = Books(None, tx.company.time_zone)

    def good(self, product_id: UUID, where: str) -> Good:
        """Refuses: not_found."""
        if (good := self.goods.get(product_id)) is None:
            raise Refused("not_found", where, id=product_id)
        return good

    def goods_only(self, product_id: UUID, where: str) -> Good:
        """Refuses: not_found, not_stocked."""
        if not (good := self.good(product_id, where)).stocked:
            raise Refused("not_stocked", where, sku=good.sku)
        return good

    def place(self, location_id: UUID, where: str = "location_id", *, theirs: bool = False) -> Place:
        """A storage place, of a warehouse that the caller works in unless it may be of others (`theirs`).

        Refuses: not_found, forbidden.
        """
        if (place := self.places.get(location_id)) is None or place.kind != "storage":
            raise Refused("not_found", where, id=location_id)
        if not theirs:
            self.tx.enter(place.warehouse_id, where)
        return place

    def transit(self, place: Place) -> Place:
        """Where goods are that are on their way to a place."""
        return next(
            one for one in self.places.values() if one.kind == "transit" and one.warehouse_id == place.warehouse_id
        )

    def balance(self, product_id: UUID, location_id: UUID, lot_id: UUID = NIL, owner_id: UUID = NIL) -> Balance:
        found = self.balances.get((product_id, lot_id, owner_id, location_id))
        return found or Balance(product_id, lot_id, owner_id, location_id, ZERO)

    def pool(self, product_id: UUID) -> Pool:
        return self.pools.get((product_id, NIL)) or Pool(product_id, NIL, ZERO, ZERO)

    def put(self, balance: Balance) -> None:
        """The mark for a negative balance is there exactly as long as the balance needs it."""
        needs = balance.on_hand < 0 or balance.reserved > balance.on_hand
        self.balances.put(key(balance), replace(balance, negative_ok=needs))
        self.tx.changed("stock", balance.product_id, bucket=self.places[balance.location_id].bucket)

    def reserve(self, good: Good, place: Place, quantity: Decimal, where: str) -> None:
        """Promise what is here to an order. Refuses: insufficient_stock."""
        balance = self.balance(good.id, place.id)
        if quantity > balance.available:
            raise short(good, place, balance, quantity, where)
        self.put(replace(balance, reserved=balance.reserved + quantity))

    def release(self, good: Good, place: Place, quantity: Decimal) -> None:
        balance = self.balance(good.id, place.id)
        self.put(replace(balance, reserved=balance.reserved - quantity))

    def worth(self, good: Good, quantity: Decimal) -> Decimal:
        """Value of goods that come in at today's average."""
        return valuation.worth(self.pool(good.id), quantity, good.reference_cost)

    def counted(self, good: Good, place: Place, count: Count) -> None:
        """A count was posted here."""
        spot, balance = (good.id, place.id), self.balance(good.id, place.id)
        counts = (*(self.counts.get(spot) or ()), count)
        self.counts.put(spot, tuple(sorted(counts, key=lambda one: one.counted_at)))
        last = max(count.counted_at, balance.counted_at or count.counted_at)
        self.put(replace(balance, counted_at=last))

    def count_after(self, spot: Spot, moment: datetime, *, recount: bool) -> Count | None:
        """The first count that what happens at this moment comes before. Two counts of one moment: both stand."""
        for count in self.counts.get(spot) or ():
            if count.counted_at > moment or (count.counted_at == moment and not recount):
                return count
        return None

    def pools_before(self) -> dict[str, Any]:
        """What the pools that change remember: for who takes the moves back."""
        changed = [self.pools.loaded[pool.product_id, pool.scope_id] for pool in self.pools.changed()]
        return {"pools": {str(pool.product_id): [pool.last_cost, pool.last_average] for pool in changed}}

    def rows(self) -> dict[str, Any]:
        """For `tx.write`: balances and pools that came to be or changed."""
        assert not self.pools.made(), "goods without the pool that was made with them, and that is their lock"
        return {
            "new_balance": self.balances.made(),
            "balance": self.balances.changed(),
            "pool": self.pools.changed(),
        }


async def open_shelf(tx: Tx, loaded: Mapping[str, Sequence[Mapping[str, Any]]], since: datetime) -> Shelf:
    """A shelf to post on. `since`: the earliest moment that a move of the calls counts from. Where goods were counted
    after it, the counts are read as well: now that the balances are locked, nobody adds one."""
    shelf = Shelf(tx, loaded)
    shelf.since = since
    shelf.books = await periods.look(tx, since)
    counted = [
        {"product_id": balance.product_id, "location_id": balance.location_id, "since": since}
        for balance in shelf.balances.loaded.values()
        if balance.counted_at and balance.counted_at >= since
    ]
    if counted:
        found: dict[Spot, tuple[Count, ...]] = {}
        for row in (await tx.load(COUNTS, {"counted": counted}))["counts"]:
            spot = UUID(row["product_id"]), UUID(row["location_id"])
            found[spot] = (*found.get(spot, ()), count_from(row))
        shelf.counts = tx.sheet(found)
    return shelf


def earliest(tx: Tx, *, inward: bool) -> datetime:
    """For `open_shelf`, of commands that have a date."""
    return min((moment_of(run, inward=inward)[1] for run in tx.fresh), default=LATEST)


def day_of(run: Run, *, inward: bool) -> date:
    """For the number, asked for before anything is decided."""
    return moment_of(run, inward=inward)[0]


def moment_of(run: Run, *, inward: bool) -> tuple[date, datetime]:
    """A date in the future counts as today here, and is refused when it is decided."""
    try:
        return dated(run.cmd.document_on, run.call.occurred_at, run.caller.company.time_zone, inward=inward)
    except Refused:
        return run.call.occurred_at.date(), run.call.occurred_at


def short(good: Good, place: Place, balance: Balance, wanted: Decimal, where: str) -> Refused:
    return Refused(
        "insufficient_stock", where, product_id=good.id, sku=good.sku, location_id=place.id,
        available=balance.available, wanted=wanted,
    )  # fmt: skip


@dataclass
class Posting:
    """One stock document and the moves under it. `fact`: it has happened, so nothing is refused for stock.

    `scattered`: its moves are at several places; `at` says where, and when, the next ones are.
    """

    shelf: Shelf
    id: UUID
    kind: str
    number: str
    place: Place
    document_on: date
    effective_at: datetime
    command_id: UUID
    fact: bool
    order_id: UUID | None = None
    partner_id: UUID | None = None
    external_number: str | None = None
    reason: str = ""
    scattered: bool = False
    reverses_id: UUID | None = None
    position: int = field(default=0, init=False)
    reports: int = field(default=0, init=False)
    moment: datetime = field(init=False)  # when it happened: what counts mind, and `effective_at` in open books

    def __post_init__(self) -> None:
        """Refuses, unless it is a fact: period_closed."""
        tx, day, self.moment = self.shelf.tx, self.document_on, self.effective_at
        self.document_on, self.effective_at = self.shelf.books.day(day, self.moment, fact=self.fact)
        tx.rows["stock_document"].append(
            {
                "id": self.id, "number": self.number, "external_number": self.external_number, "kind": self.kind,
                "order_id": self.order_id, "partner_id": self.partner_id,
                "location_id": None if self.scattered else self.place.id, "document_on": self.document_on,
                "effective_at": self.effective_at, "reason": self.reason, "command_id": self.command_id,
                "reverses_id": self.reverses_id,
            }
        )  # fmt: skip
        tx.changed("stock_document", self.id, bucket=self.place.bucket)
        if self.partner_id:
            tx.changed("stock_document", self.id, bucket=f"party:{self.partner_id}")

    def at(self, place: Place, moment: datetime) -> None:
        self.place, self.moment, self.effective_at = place, moment, self.shelf.books.posted(moment, fact=self.fact)
        self.shelf.tx.changed("stock_document", self.id, bucket=place.bucket)

    @property
    def lenient(self) -> bool:
        return self.fact or self.place.negative != "forbid"

    def take_out(
        self, good: Good, quantity: Decimal, to: UUID, where: str, line_id: UUID | None = None, held: Decimal = ZERO
    ) -> Decimal:
        """Goods leave this place; returns their value. `held`: how much of it this very line had reserved.

        Refuses, unless lenient: insufficient_stock. A fact beyond what is here opens a discrepancy.
        """
        count = self.leave(good, quantity, where, held)
        value, pool = valuation.issue(self.shelf.pool(good.id), quantity, good.reference_cost)
        self.move(good, self.place.id, to, quantity, value, line_id)
        if count:  # it had missed them already: they come back from the loss as they left
            self.correct(count, good, self.place, LOSS, self.place.id, quantity, value)
        else:
            self.shelf.pools.put((good.id, NIL), pool)
        return value

    def bring_in(
        self, good: Good, quantity: Decimal, value: Decimal, come_from: UUID, line_id: UUID | None = None,
        priced: bool = True,
    ) -> None:  # fmt: skip
        """Goods arrive at this place at a value in the company's currency."""
        count = self.arrive(good, self.place, quantity)
        position = self.move(good, come_from, self.place.id, quantity, value, line_id)
        self.put_in_pool(good, quantity, value, position, priced=priced)
        if count:  # it had found them already, as a surplus, or missed so much less
            self.give_back(count, good, self.place, quantity)

    def carry(self, good: Good, quantity: Decimal, to: Place, where: str, line_id: UUID | None = None) -> None:
        """Goods go from this place to another one of ours, at today's average: the pool holds what it held.

        A count may stand in the way at either end, and is corrected there as it is for what comes and goes. Refuses,
        unless lenient: insufficient_stock.
        """
        value = self.shelf.worth(good, quantity)
        missed, found = self.leave(good, quantity, where), self.arrive(good, to, quantity)
        position = self.move(good, self.place.id, to.id, quantity, value, line_id)
        if missed:  # as lost: they were on their way
            self.put_in_pool(good, quantity, value, position, priced=False)
            self.correct(missed, good, self.place, LOSS, self.place.id, quantity, value)
        if found:
            self.give_back(found, good, to, quantity)

    def reverse(self, good: Good, move: Moved) -> None:
        """A move of the document that this one takes back goes the other way, at its own value and time. Only where
        nothing has moved since: then balance and pool are what they were before it."""
        pool = self.shelf.pool(good.id)
        for location_id, sign in ((move.from_location_id, 1), (move.to_location_id, -1)):
            if location_id in self.shelf.places:
                before = self.shelf.balance(good.id, location_id)
                self.shelf.put(replace(before, on_hand=before.on_hand + sign * move.quantity))
                pool = replace(
                    pool, quantity=pool.quantity + sign * move.quantity, value=pool.value + sign * move.value
                )  # fmt: skip
        self.shelf.pools.put((good.id, NIL), pool)
        self.row(
            self.id, move.position, good, move.to_location_id, move.from_location_id, move.quantity, move.value,
            move.effective_at, move.line_id,
        )  # fmt: skip

    def leave(self, good: Good, quantity: Decimal, where: str, held: Decimal = ZERO) -> Count | None:
        """The balance of this place without them. Returns the count that had missed them, if there is one: then they
        are not there already."""
        before, count = self.shelf.balance(good.id, self.place.id), self.count_after(good, self.place)
        left = before.on_hand if count else before.on_hand - quantity
        after = replace(before, on_hand=left, reserved=before.reserved - held)
        if after.available < 0 and count is None:
            if not self.lenient:
                raise short(good, self.place, replace(before, reserved=after.reserved), quantity, where)
            self.report_shortage(good, before, after)
        self.shelf.put(after)
        return count

    def arrive(self, good: Good, place: Place, quantity: Decimal) -> Count | None:
        """The balance of a place with them. Returns the count that had found them, if there is one: then it is as it
        was."""
        before, count = self.shelf.balance(good.id, place.id), self.count_after(good, place)
        self.shelf.put(before if count else replace(before, on_hand=before.on_hand + quantity))
        return count

    def put_in_pool(self, good: Good, quantity: Decimal, value: Decimal, position: int, *, priced: bool) -> None:
        gap, pool = valuation.receive(self.shelf.pool(good.id), quantity, value, priced=priced)
        self.shelf.pools.put((good.id, NIL), pool)
        if gap:
            self.shelf.tx.rows["revaluation"].append(
                {
                    "id": derived_id(self.id, "revaluation", position), "document_id": self.id, "product_id": good.id,
                    "scope_id": NIL, "value": gap, "reason": "negative_stock", "effective_at": self.effective_at,
                    "command_id": self.command_id,
                }
            )  # fmt: skip

    def give_back(self, count: Count, good: Good, place: Place, quantity: Decimal) -> None:
        """What a count had found before it was entered goes back to the loss."""
        value, pool = valuation.issue(self.shelf.pool(good.id), quantity, good.reference_cost)
        self.shelf.pools.put((good.id, NIL), pool)
        self.correct(count, good, place, place.id, LOSS, quantity, value)

    def count_after(self, good: Good, place: Place) -> Count | None:
        assert self.moment >= self.shelf.since, "counts that this comes before were not looked for"
        spot = good.id, place.id
        return self.shelf.count_after(spot, self.moment, recount=self.kind == "count")

    def correct(
        self, count: Count, good: Good, place: Place, source: UUID, target: UUID, quantity: Decimal, value: Decimal
    ) -> None:  # fmt: skip
        """A further move of a count that was posted at a place. Its number cannot be taken meanwhile: it is that of a
        product and place whose balance is locked."""
        further = count.further + 1
        self.row(
            count.document_id, count.position + FURTHER * further, good, source, target, quantity, value,
            self.shelf.books.posted(count.counted_at, fact=True), None,
        )  # fmt: skip
        spot = good.id, place.id
        self.shelf.counts.put(
            spot,
            tuple(replace(one, further=further) if one == count else one for one in self.shelf.counts[spot]),
        )
        self.shelf.tx.changed("stock_document", count.document_id, bucket=place.bucket)

    def move(
        self, good: Good, source: UUID, target: UUID, quantity: Decimal, value: Decimal, line_id: UUID | None
    ) -> int:
        self.position += 1
        self.row(self.id, self.position, good, source, target, quantity, value, self.effective_at, line_id)
        if self.effective_at != self.moment:
            self.report("closed_period", good, quantity, line_id)
        return self.position

    def row(
        self, document_id: UUID, position: int, good: Good, source: UUID, target: UUID, quantity: Decimal,
        value: Decimal, effective_at: datetime, line_id: UUID | None,
    ) -> None:  # fmt: skip
        self.shelf.tx.rows["stock_move"].append(
            {
                "document_id": document_id, "position": position, "product_id": good.id, "lot_id": NIL,
                "owner_id": NIL, "from_location_id": source, "to_location_id": target, "quantity": quantity,
                "value": value, "effective_at": effective_at, "line_id": line_id, "command_id": self.command_id,
            }
        )  # fmt: skip

    def report_shortage(self, good: Good, before: Balance, after: Balance) -> None:
        if after.on_hand < 0:
            self.report("negative_stock", good, min(-after.on_hand, before.on_hand - after.on_hand))
        if after.reserved > max(after.on_hand, ZERO):
            self.report("reserved_short", good, after.reserved - max(after.on_hand, ZERO))
            self.shelf.tx.emit("reserved_short", product_id=good.id, location_id=self.place.id)

    def report(self, kind: str, good: Good, quantity: Decimal, line_id: UUID | None = None) -> None:
        """Open a discrepancy for somebody to look at."""
        self.reports += 1
        id = derived_id(self.id, "discrepancy", self.reports)
        self.shelf.tx.rows["discrepancy"].append(
            {
                "id": id, "kind": kind, "document_id": self.id, "product_id": good.id, "location_id": self.place.id,
                "line_id": line_id, "quantity": quantity,
            }
        )  # fmt: skip
        self.shelf.tx.changed("discrepancy", id, bucket=self.place.bucket)


# --- rows as they leave SQL: numbers and ids are text ---


def key(balance: Balance) -> Key:
    return balance.product_id, balance.lot_id, balance.owner_id, balance.location_id


def good_from(row: Mapping[str, Any]) -> Good:
    units = {UUID(unit): Factor(Decimal(n), Decimal(d)) for unit, (n, d) in (row["units"] or {}).items()}
    return Good(
        UUID(row["id"]), row["sku"], row["name"], row["kind"], row["active"], UUID(row["unit_id"]), row["decimals"],
        decimal(row["price"]), decimal(row["reference_cost"]), units,
    )  # fmt: skip


def place_from(row: Mapping[str, Any]) -> Place:
    return Place(UUID(row["id"]), row["kind"], UUID(row["warehouse_id"]), row["negative"], row["active"])


def pool_from(row: Mapping[str, Any]) -> Pool:
    return Pool(
        UUID(row["product_id"]), UUID(row["scope_id"]), Decimal(row["quantity"]), Decimal(row["value"]),
        decimal(row["last_cost"]), decimal(row["last_average"]),
    )  # fmt: skip


def balance_from(row: Mapping[str, Any]) -> Balance:
    return Balance(
        UUID(row["product_id"]), UUID(row["lot_id"]), UUID(row["owner_id"]), UUID(row["location_id"]),
        Decimal(row["on_hand"]), decimal(row["quantity2"]), Decimal(row["reserved"]), row["negative_ok"],
        datetime.fromisoformat(row["counted_at"]) if row["counted_at"] else None,
    )  # fmt: skip


def moved_from(row: Mapping[str, Any]) -> Moved:
    return Moved(
        UUID(row["document_id"]), row["position"], UUID(row["product_id"]), UUID(row["from_location_id"]),
        UUID(row["to_location_id"]), Decimal(row["quantity"]), Decimal(row["value"]),
        datetime.fromisoformat(row["effective_at"]), UUID(row["line_id"]) if row["line_id"] else None,
    )  # fmt: skip


def count_from(row: Mapping[str, Any]) -> Count:
    return Count(
        UUID(row["document_id"]), row["position"], datetime.fromisoformat(row["counted_at"]), row["further"]
    )  # fmt: skip
