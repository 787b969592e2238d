"""The stock that a company starts with: a list, from which one document is posted."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain import sql
from domain.command import Name, Records, command, dated
from domain.errors import Refused
from domain.ids import derived_id
from domain.inventory import ledger, rules, stock
from domain.inventory.ledger import Posting
from domain.inventory.places import OPENING
from domain.inventory.stock import Place, Shelf
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
    sound_of,
)
from domain.quantity import Number, to_stock
from domain.tx import Outcome, Record, Run, Tx


@command
class OpeningRecord:
    """Stock that is there on the first day. `unit_cost` per unit of the record, or `value` in all; without either the
    reference cost. `key`: what the caller knows the record by."""

    product_id: UUID
    location_id: UUID
    quantity: Number
    unit_id: UUID | None = None
    unit_cost: Number | None = None
    value: Number | None = None
    key: Name | None = None
    external: External | None = None


@command
class RecordOpeningStock:
    """Enter the stock that a company starts with."""

    records: Records[Each[OpeningRecord]]
    document_on: date | None = None
    all_or_nothing: bool = False


LOAD = sql.statement(*KNOWN, *stock.shelf())
WRITE = sql.statement(*REMEMBERED, *ledger.POST)


async def record_opening_stock(tx: Tx) -> None:
    items, sound = sound_of(tx, "opening_stock")
    numbers = tx.numbers("OS", [stock.day_of(run, inward=True) for run in tx.runs])
    places = stock.asked_for((item.record.product_id, item.record.location_id) for item in sound)
    loaded = await tx.load(LOAD, {**identities_of(sound), "places": places})
    shelf = await stock.open_shelf(tx, loaded, stock.earliest(tx, inward=True))
    identities = Identities(tx, loaded)
    number = dict(zip(map(id, tx.runs), await numbers, strict=True))

    def decide(run: Run) -> Outcome:
        opening = Opening(shelf, identities, run, number[id(run)], items[id(run)])
        outcome = decide_each(tx, run, items[id(run)], opening.one, all_or_nothing=run.cmd.all_or_nothing)
        return opening.named(outcome)

    tx.decide(decide)
    tx.write(WRITE, {**identities.rows(more=shelf.pools_before()), **shelf.rows()})


class Opening:
    """The one document of a call, made with its first record that is accepted. Refuses: future_date."""

    def __init__(self, shelf: Shelf, identities: Identities, run: Run, number: str, items: list[Item]) -> None:
        self.shelf, self.identities, self.run, self.number, self.items = shelf, identities, run, number, items
        zone = run.caller.company.time_zone
        self.document_on, self.moment = dated(run.cmd.document_on, run.call.occurred_at, zone, inward=True)
        self.posting: Posting | None = None
        self.seen: set[str] = set()
        self.scattered = len({getattr(item.record, "location_id", None) for item in items}) > 1

    def one(self, item: Item) -> Record:
        record, shelf = item.record, self.shelf
        if isinstance(record, Malformed):
            raise Refused("malformed", record.field, reason=record.reason)
        if known := self.known(item):
            return known
        good = shelf.goods_only(record.product_id, "product_id")
        place = shelf.place(record.location_id)
        _, factor = good.factor(record.unit_id, "unit_id")
        quantity = to_stock(record.quantity, factor, good.decimals, "quantity")
        value = rules.opening_value(record.quantity, quantity, record.unit_cost, record.value, good.reference_cost)
        posting = self.post(place)
        posting.bring_in(good, quantity, value, OPENING, priced=value > 0)
        if item.identity:
            self.seen.add(item.identity)
            self.identities.put(item, "stock_document", posting.id, posting.position)
        return Record(item.key, "accepted")

    def known(self, item: Item) -> Record | None:
        """Refuses: duplicate_in_list, already_posted."""
        if item.identity in self.seen:
            raise Refused("duplicate_in_list", "external.number", number=item.record.external.number)
        if (known := self.identities.get(item)) is None:
            return None
        if known.hash != item.hash:
            raise Refused("already_posted", "external.number", id=known.entity_id)
        return Record(item.key, "unchanged", details={"id": known.entity_id})

    def post(self, place: Place) -> Posting:
        if self.posting is None:
            id = self.run.call.id
            self.posting = Posting(
                self.shelf, derived_id(id, "opening"), "opening", self.number, place, self.document_on, self.moment,
                id, fact=False, scattered=self.scattered,
            )  # fmt: skip
        self.posting.at(place, self.moment)
        return self.posting

    def named(self, outcome: Outcome) -> Outcome:
        """Each record under the key that it was sent with."""
        keys = [getattr(item.record, "key", None) for item in self.items]
        records = tuple(one._replace(key=key or one.key) for key, one in zip(keys, outcome.records, strict=True))
        posted = self.posting if any(one.status == "accepted" for one in records) else None
        data = {"document_id": posted.id, "number": posted.number} if posted else {}
        return replace(outcome, records=records, data=data)
