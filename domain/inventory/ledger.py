"""The stock ledger: the only place that writes moves, balances and their value.

A handler puts `POST` into its WRITE and posts documents on the shelf that it opened (`stock.py`).

A posted count is an anchor: what was found at its moment stands. What is entered later with an earlier time changes
what the books had said for that moment, so it also gives the count a further move, opposite to its own. The balance
keeps the moment of its last count, so only who posts before it has to look for the counts.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain import sql
from domain.base import NIL
from domain.ids import derived_id
from domain.inventory.places import LOSS
from domain.inventory.stock import Balance, Count, Good, Moved, Place, Shelf, short
from domain.inventory.tables import discrepancy, stock_balance, stock_document, stock_move
from domain.quantity import ZERO
from domain.valuation import rules as valuation
from domain.valuation.tables import cost_pool, revaluation

FURTHER = 1000  # a count's further moves: their positions are the line's + 1000, + 2000, … (COUNTS looks for them)

POST = (
    sql.insert(stock_document, without=("created_at",)),
    sql.insert(stock_move, without=("recorded_at",)),
    sql.insert(stock_balance, "new_balance"),
    sql.update(stock_balance, ("on_hand", "quantity2", "reserved", "negative_ok", "counted_at"), "balance"),
    sql.update(cost_pool, ("quantity", "value", "last_cost", "last_average"), "pool"),
    sql.insert(revaluation),
    sql.insert(discrepancy, without=("status", "note", "opened_at", "closed_at", "closed_by")),
)


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
