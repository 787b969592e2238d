"""Sales documents of the past, from the system that was there before: facts, posted in the order of their times.

A document is known by its identity outside. What is posted stands: sent again it is unchanged; with further lines it
gets a further shipment; where a posted line is no longer in it, it is refused.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from annotated_types import Len

from domain import money, sql
from domain.command import Moment, Name, Note, Records, business_day, command
from domain.errors import Refused
from domain.ids import derived_id, new_id
from domain.inventory import ledger, stock
from domain.inventory.ledger import Posting
from domain.inventory.places import CUSTOMER, LOSS
from domain.inventory.stock import Good, Place, Shelf
from domain.lists import (
    KNOWN,
    REMEMBERED,
    Each,
    External,
    Identities,
    Item,
    Malformed,
    decide_each,
    identities_of,
    items_of,
)
from domain.quantity import ONE, ZERO, Number, decimals_of, to_stock
from domain.sales.tables import sales_order, sales_order_line
from domain.tx import Outcome, Record, Run, Tx

PAST_LINES_AT_MOST = 2000
AMOUNT_DECIMALS = 4
SERIES = {"sale": "SO", "return": "SR", "writeoff": "SA"}


# --- command ---


@command
class PastLine:
    """A product by id or sku, in its stock unit. `amount` where it is not quantity × unit price, rounded."""

    quantity: Number
    unit_price: Number = ZERO
    product_id: UUID | None = None
    sku: Name | None = None
    amount: Number | None = None


@command
class PastDocument:
    """A sale, a customer's return or a write-off that has happened. Quantities are positive; those of a write-off are
    negative for goods that are gone and positive for goods that were found. The partner by id or code."""

    external: External
    kind: Literal["sale", "return", "writeoff"]
    location_id: UUID
    happened_at: Moment
    lines: Annotated[tuple[PastLine, ...], Len(1, PAST_LINES_AT_MOST)]
    partner_id: UUID | None = None
    partner: Name | None = None
    note: Note = ""


@command
class RecordPastSales:
    """Take over sales, returns and write-offs from another system."""

    records: Records[Each[PastDocument]]
    all_or_nothing: bool = False


# --- what is loaded and written ---

# Writes are planned to find few rows by key. What follows works on a thousand products of one place at once, and by
# the key that says the place it would go through all of its balances for each of them.
BY_SET = sql.rows(
    "by_set",
    """select set_config(name, 'on', true) from (values ('enable_seqscan'), ('enable_hashjoin')) as s(name)""",
)
# what the documents name; none of it decides, so it may be read before the locks
LOAD_NAMES = sql.statement(
    BY_SET,
    *KNOWN,
    sql.rows(
        "products",
        f"select p.id, p.sku from product p where p.sku = any({sql.listed('skus')})",
    ),
    sql.rows(
        "partners",
        """select p.id, p.code from partner p
 where p.code in (select jsonb_array_elements_text($2::jsonb -> 'codes'))
 or p.id in (select jsonb_array_elements_text($2::jsonb -> 'partners')::uuid)""",
    ),
)
POSTED_LINE = sql.columns(sales_order_line, "l", "order_id", "product_id", "quantity", "unit_price", "amount")
LOAD_STOCK = sql.statement(
    sql.rows(
        "orders",
        """select o.id, o.number, o.kind, o.partner_id, o.location_id, o.document_on, o.shipments,
 trim_scale(o.total)::text as total from sales_order o
 where o.id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid) order by o.id for no key update""",
    ),
    sql.rows(
        "lines",
        f"""select {POSTED_LINE} from sales_order_line l
 where l.order_id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid) order by l.order_id, l.position""",
    ),
    *stock.shelf(),
)
WRITE = sql.statement(
    *REMEMBERED,
    sql.insert(sales_order, without=("created_at",)),
    sql.insert(sales_order_line),
    sql.update(sales_order, ("shipments", "total"), "order"),
    *ledger.POST,
)


class Sold(NamedTuple):
    """A line as it is compared with what is posted."""

    product_id: UUID
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


class Posted(NamedTuple):
    """An order that an earlier import made."""

    id: UUID
    number: str
    kind: str
    partner_id: UUID
    location_id: UUID
    document_on: date
    shipments: int
    total: Decimal
    lines: tuple[Sold, ...]


class Wanted(NamedTuple):
    """A document whose every name was found."""

    document: PastDocument
    partner_id: UUID | None
    place: Place
    document_on: date
    lines: tuple[tuple[Sold, Good], ...]


async def record_past_sales(tx: Tx) -> None:
    items = {id(run): items_of(run, "past_sale") for run in tx.runs}
    sound = [item for of_run in items.values() for item in of_run if not isinstance(item.record, Malformed)]
    names = Names(await tx.load(LOAD_NAMES, named_in(sound)))
    identities = Identities(tx, names.loaded)
    fresh = [item for run in tx.fresh for item in items[id(run)] if to_be_posted(item, identities)]
    numbers = asyncio.ensure_future(numbered(tx, [item for item in fresh if identities.get(item) is None]))
    loaded = await tx.load(LOAD_STOCK, asked_of_stock(fresh, names, identities))
    shelf = await stock.open_shelf(tx, loaded, min((i.record.happened_at for i in fresh), default=stock.LATEST))
    history = History(tx, shelf, names, identities, posted_from(loaded), await numbers)

    def decide(run: Run) -> Outcome:
        """In the order of time, whatever the order of the list; answered in the list's."""
        history.run, history.seen = run, set()
        in_order = sorted(items[id(run)], key=happened)
        outcome = decide_each(tx, run, in_order, history.one, all_or_nothing=run.cmd.all_or_nothing)
        places = {item.place: record for item, record in zip(in_order, outcome.records, strict=True)}
        records = tuple(places[place] for place in range(len(in_order)))
        return Outcome(outcome.status, outcome.data, outcome.code, outcome.field, records)

    tx.decide(decide)
    orders = [{"id": o.id, "shipments": o.shipments, "total": o.total} for o in history.posted.changed()]
    tx.write(WRITE, {"order": orders, **identities.rows(history.was, shelf.pools_before()), **shelf.rows()})


def to_be_posted(item: Item, identities: Identities) -> bool:
    known = identities.get(item)
    return not isinstance(item.record, Malformed) and (known is None or known.hash != item.hash)


def happened(item: Item) -> datetime:
    return stock.LATEST if isinstance(item.record, Malformed) else item.record.happened_at


# --- names ---


def named_in(items: Iterable[Item]) -> dict[str, Any]:
    documents = [item.record for item in items]
    lines = [line for document in documents for line in document.lines]
    return {
        **identities_of(items),
        "skus": list({line.sku for line in lines if line.sku}),
        "codes": list({document.partner for document in documents if document.partner}),
        "partners": list({document.partner_id for document in documents if document.partner_id}),
    }


class Names:
    """Products by sku, partners by code."""

    def __init__(self, loaded: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self.loaded = loaded
        self.products = {row["sku"]: UUID(row["id"]) for row in loaded["products"]}
        self.partners = {row["code"]: UUID(row["id"]) for row in loaded["partners"]}
        self.partner_ids = set(self.partners.values())

    def product(self, line: PastLine) -> UUID | None:
        return line.product_id or self.products.get(line.sku or "")

    def partner(self, document: PastDocument) -> UUID | None:
        """Refuses: not_found, partner_missing."""
        if document.partner_id is not None:
            if document.partner_id not in self.partner_ids:
                raise Refused("not_found", "partner_id", id=document.partner_id)
            return document.partner_id
        if document.partner is not None:
            if document.partner not in self.partners:
                raise Refused("not_found", "partner", partner=document.partner)
            return self.partners[document.partner]
        if document.kind != "writeoff":
            raise Refused("partner_missing", "partner_id")
        return None


def asked_of_stock(items: Sequence[Item], names: Names, identities: Identities) -> dict[str, Any]:
    spots = {
        (product_id, item.record.location_id)
        for item in items
        for line in item.record.lines
        if (product_id := names.product(line))
    }
    known = (identities.get(item) for item in items)
    return {
        "places": [{"product_id": product_id, "location_id": location_id} for product_id, location_id in spots],
        "orders": [one.entity_id for one in known if one],
    }


def posted_from(loaded: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[UUID, Posted]:
    lines: defaultdict[str, list[Sold]] = defaultdict(list)
    for row in loaded["lines"]:
        numbers = (Decimal(row[name]) for name in ("quantity", "unit_price", "amount"))
        lines[row["order_id"]].append(Sold(UUID(row["product_id"]), *numbers))
    return {
        UUID(row["id"]): Posted(
            UUID(row["id"]), row["number"], row["kind"], UUID(row["partner_id"]), UUID(row["location_id"]),
            date.fromisoformat(row["document_on"]), row["shipments"], Decimal(row["total"]), tuple(lines[row["id"]]),
        )
        for row in loaded["orders"]
    }  # fmt: skip


async def numbered(tx: Tx, items: Sequence[Item]) -> dict[int, str]:
    """A number for each new document, from its kind's series of its day."""
    numbers: dict[int, str] = {}
    for kind, series in SERIES.items():
        ours = [item for item in items if item.record.kind == kind]
        if ours:
            days = [business_day(item.record.happened_at, tx.company.time_zone) for item in ours]
            numbers |= zip(map(id, ours), await tx.numbers(series, days), strict=True)
    return numbers


# --- decisions ---


class History:
    """Documents of the past, posted one after the other."""

    def __init__(
        self, tx: Tx, shelf: Shelf, names: Names, identities: Identities, posted: Mapping[UUID, Posted],
        numbers: Mapping[int, str],
    ) -> None:  # fmt: skip
        self.tx, self.shelf, self.names, self.numbers = tx, shelf, names, numbers
        self.identities = identities
        self.posted = tx.sheet(posted)
        self.run = tx.runs[0]
        self.seen: set[str | None] = set()

    def one(self, item: Item) -> Record:
        """Refuses: duplicate_in_list, and what `wanted` and `add` refuse."""
        if isinstance(item.record, Malformed):
            raise Refused("malformed", item.record.field, reason=item.record.reason)
        if item.identity in self.seen:
            raise Refused("duplicate_in_list", "external.number", number=item.record.external.number)
        known = self.identities.get(item)
        if known and known.hash == item.hash:
            self.seen.add(item.identity)
            return Record(item.key, "unchanged", details={"id": known.entity_id})
        wanted = self.wanted(item.record)
        record = self.add(item, wanted, known.entity_id) if known else self.make(item, wanted)
        self.seen.add(item.identity)
        return record

    def was(self, id: UUID) -> Mapping[str, Any] | None:
        """How an order was that got a further document."""
        before = self.posted.loaded.get(id)
        if before is None:
            return None
        if self.posted[id] == before:
            return {}
        return {"shipments": before.shipments, "total": before.total, "lines": len(before.lines)}

    def wanted(self, document: PastDocument) -> Wanted:
        """Refuses: not_found, partner_missing, future_date, period_closed, quantity_not_positive, quantity_zero,
        quantity_not_whole, price_negative, too_many_decimals, not_stocked."""
        partner_id = self.names.partner(document)
        place = self.shelf.place(document.location_id)
        zone = self.tx.company.time_zone
        document_on, today = (business_day(at, zone) for at in (document.happened_at, self.run.call.occurred_at))
        if document_on > today:
            raise Refused("future_date", "happened_at", document_on=document_on, today=today)
        self.shelf.books.day(document_on, document.happened_at, fact=False)  # books of old days are not filled up late
        lines = tuple(self.line(document, line, f"lines.{index}") for index, line in enumerate(document.lines))
        return Wanted(document, partner_id, place, document_on, lines)

    def line(self, document: PastDocument, line: PastLine, at: str) -> tuple[Sold, Good]:
        product_id = self.names.product(line)
        if product_id is None:
            raise Refused("not_found", f"{at}.sku", sku=line.sku)
        good = self.shelf.good(product_id, f"{at}.product_id")
        size = line.quantity
        if document.kind == "writeoff":
            if not good.stocked:
                raise Refused("not_stocked", f"{at}.product_id", sku=good.sku)
            size = abs(line.quantity)
        to_stock(size, ONE, good.decimals, f"{at}.quantity")
        if line.unit_price < 0:
            raise Refused("price_negative", f"{at}.unit_price", price=line.unit_price)
        amount = money.amount(line.quantity, line.unit_price) if line.amount is None else line.amount
        if decimals_of(amount) > AMOUNT_DECIMALS:
            raise Refused("too_many_decimals", f"{at}.amount", amount=amount, decimals=AMOUNT_DECIMALS)
        return Sold(product_id, line.quantity, line.unit_price, amount), good

    def make(self, item: Item, wanted: Wanted) -> Record:
        number = self.numbers[id(item)]
        if wanted.document.kind == "writeoff":
            document_id = new_id()
            self.write_off(document_id, number, wanted)
            self.identities.put(item, "stock_document", document_id)
            return Record(item.key, "accepted", details={"id": document_id})
        order_id = new_id()
        kind, status = ("return", "returned") if wanted.document.kind == "return" else ("slip", "shipped")
        order = {
            "id": order_id, "number": number, "external_number": wanted.document.external.number, "kind": kind,
            "partner_id": wanted.partner_id, "location_id": wanted.place.id, "status": status,
            "document_on": wanted.document_on, "total": sum((sold.amount for sold, _ in wanted.lines), ZERO),
            "note": wanted.document.note, "shipments": 1,
        }  # fmt: skip
        self.tx.rows["sales_order"].append(order)
        self.post(order_id, number, 1, 0, wanted, wanted.lines)
        self.identities.put(item, "sales_order", order_id)
        return Record(item.key, "accepted", details={"id": order_id})

    def add(self, item: Item, wanted: Wanted, order_id: UUID) -> Record:
        """Refuses: posted_document_changed."""
        document, posted = wanted.document, self.posted.get(order_id)
        if posted is None:  # a write-off: it has no order that could get a further document
            raise Refused("posted_document_changed", "lines", id=order_id)
        kind = "return" if document.kind == "return" else "slip"
        now = (kind, wanted.partner_id, wanted.place.id, wanted.document_on)
        was = (posted.kind, posted.partner_id, posted.location_id, posted.document_on)
        names = ("kind", "partner_id", "location_id", "happened_at")
        if other := [name for name, new, old in zip(names, now, was, strict=True) if new != old]:
            raise Refused("posted_document_changed", other[0], id=order_id, fields=other)
        left = Counter(posted.lines)
        further = []
        for sold, good in wanted.lines:
            if left[sold]:
                left[sold] -= 1
            else:
                further.append((sold, good))
        if gone := [self.shown(sold) for sold in left.elements()]:
            raise Refused("posted_document_changed", "lines", id=order_id, lines=gone)
        self.identities.put(item, "sales_order", order_id)
        if not further:
            return Record(item.key, "unchanged", details={"id": order_id})
        after = posted._replace(
            shipments=posted.shipments + 1,
            total=posted.total + sum((sold.amount for sold, _ in further), ZERO),
            lines=(*posted.lines, *(sold for sold, _ in further)),
        )
        self.posted.put(order_id, after)
        self.post(order_id, posted.number, after.shipments, len(posted.lines), wanted, further)
        return Record(item.key, "changed", details={"id": order_id})

    def shown(self, sold: Sold) -> dict[str, Any]:
        good = self.shelf.goods.get(sold.product_id)
        return {"sku": good.sku if good else None, **sold._asdict()}

    def post(
        self, order_id: UUID, number: str, shipment: int, lines: int, wanted: Wanted,
        further: Sequence[tuple[Sold, Good]],
    ) -> None:  # fmt: skip
        """The `shipment`th document of an order that has so many lines already."""
        document, tx = wanted.document, self.tx
        coming_back = document.kind == "return"
        posting = Posting(
            self.shelf, derived_id(order_id, "past", shipment), "sales_return" if coming_back else "shipment",
            f"{number}-{shipment}", wanted.place, wanted.document_on, document.happened_at, self.run.call.id,
            fact=True, order_id=order_id, partner_id=wanted.partner_id, external_number=document.external.number,
        )  # fmt: skip
        for position, (sold, good) in enumerate(further, lines + 1):
            line_id, value = derived_id(order_id, position), ZERO
            if good.stocked and coming_back:
                value = self.shelf.worth(good, sold.quantity)
                posting.bring_in(good, sold.quantity, value, CUSTOMER, line_id, priced=False)
            elif good.stocked:
                value = posting.take_out(good, sold.quantity, CUSTOMER, "lines", line_id)
            shipped = (ZERO, ZERO) if coming_back else (sold.quantity, value)
            tx.rows["sales_order_line"].append(
                {
                    "id": line_id, "order_id": order_id, "position": position, "product_id": good.id,
                    "unit_id": good.unit_id, "numerator": 1, "denominator": 1, "quantity": sold.quantity,
                    "unit_price": sold.unit_price, "amount": sold.amount, "ordered": sold.quantity, "reserved": 0,
                    "shipped": shipped[0], "shipped_value": shipped[1], "returned": 0, "returned_value": 0,
                }
            )  # fmt: skip
        tx.changed("sales_order", order_id, bucket=wanted.place.bucket)
        tx.changed("sales_order", order_id, bucket=f"party:{wanted.partner_id}")

    def write_off(self, document_id: UUID, number: str, wanted: Wanted) -> None:
        document = wanted.document
        posting = Posting(
            self.shelf, document_id, "adjustment", number, wanted.place, wanted.document_on, document.happened_at,
            self.run.call.id, fact=True, partner_id=wanted.partner_id, external_number=document.external.number,
            reason=document.note,
        )  # fmt: skip
        for sold, good in wanted.lines:
            if sold.quantity < 0:
                posting.take_out(good, -sold.quantity, LOSS, "lines")
            else:
                posting.bring_in(good, sold.quantity, self.shelf.worth(good, sold.quantity), LOSS, priced=False)
