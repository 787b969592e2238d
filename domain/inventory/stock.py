"""What is on hand, reserved and worth, as a command finds it: locked, and as it stands after what was decided so far.

A handler puts `shelf(…)` into its LOAD and opens a shelf over what was loaded. Locks are taken in one order everywhere:
the pools, then the balances, each by key. The pool row of a product is the lock for everything that is decided about
its stock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain import sql
from domain.base import NIL
from domain.command import dated
from domain.errors import Refused
from domain.inventory import periods
from domain.inventory.periods import Books
from domain.inventory.tables import stock_balance
from domain.masterdata.tables import product
from domain.quantity import ONE, ZERO, Factor
from domain.tx import Run, Sheet, Tx
from domain.valuation import rules as valuation
from domain.valuation.rules import Pool
from domain.valuation.tables import cost_pool

LATEST = datetime.max.replace(tzinfo=UTC)
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


def asked_for(lines: Iterable[tuple[UUID, UUID]]) -> list[dict[str, UUID]]:
    """What `GIVEN` reads."""
    return [{"product_id": product_id, "location_id": location_id} for product_id, location_id in dict.fromkeys(lines)]


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
