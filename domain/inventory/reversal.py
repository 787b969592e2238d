"""Takes back what an import has posted (红冲): each move goes the other way, at its own value and time.

Moves are never edited, so an import that is taken back leaves both; balances, pools and values are what they were. That
is so only where nothing else has moved the goods since, or counted them: else the record stays, and what stands on it
is named.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain import sql
from domain.base import NIL
from domain.command import command
from domain.errors import Refused
from domain.ids import derived_id
from domain.inventory import ledger, periods, stock
from domain.inventory.ledger import Posting
from domain.inventory.stock import Moved, Place, Shelf
from domain.inventory.tables import discrepancy
from domain.quantity import ZERO
from domain.steps import Entry, Step
from domain.tx import Tx
from domain.withdrawal import CURRENT, WITHDRAWN, Withdrawal, Withdrawing, asked, load_step, used_by


@command
class ReverseOpeningStock(Withdrawing):
    """Take back opening stock of an import that has not moved since."""


# the documents that the step's command made for these records: they are the records, or belong to them
DOCUMENTS: LiteralString = """select d.id from stock_document d where d.command_id = ($2::jsonb ->> 'step')::uuid
 and (d.id in (select jsonb_array_elements_text($2::jsonb -> 'ids')::uuid)
  or d.order_id in (select jsonb_array_elements_text($2::jsonb -> 'ids')::uuid))"""
PLACES: LiteralString = f"""select distinct m.product_id, l.location_id from stock_move m
 cross join lateral (values (m.from_location_id), (m.to_location_id)) l(location_id)
 where m.document_id in ({DOCUMENTS})"""
POSTED: tuple[sql.Part, ...] = (
    sql.rows(
        "documents",
        f"""select d.id, d.number, d.order_id, d.location_id, d.document_on, d.effective_at,
 (select count(*) from stock_document r where r.reverses_id = d.id) as reversals
 from stock_document d where d.id in ({DOCUMENTS})""",
    ),
    sql.rows(
        "moves",
        f"""select m.document_id, m.position, m.product_id, m.from_location_id, m.to_location_id,
 m.quantity::text as quantity, m.value::text as value, m.effective_at, m.line_id
 from stock_move m where m.document_id in ({DOCUMENTS}) order by m.document_id, m.position""",
    ),
    sql.rows(
        "revaluations",
        f"""select r.document_id, r.product_id, r.value::text as value from revaluation r
 where r.document_id in ({DOCUMENTS})""",
    ),
    sql.rows(
        "discrepancies",
        f"""select d.id, d.document_id from discrepancy d
 where d.product_id in (select m.product_id from stock_move m where m.document_id in ({DOCUMENTS}))
 and d.document_id in ({DOCUMENTS}) and d.status = 'open'""",
    ),
    # what has moved the goods since and was not itself taken back, and counts that stand on them
    sql.rows(
        "uses",
        f"""with ours as (select m.product_id, min(m.recorded_at) as since from stock_move m
  where m.document_id in ({DOCUMENTS}) group by m.product_id)
 select distinct o.product_id as of, 'stock_document' as what, d.id, d.number
 from ours o join stock_move m on m.product_id = o.product_id and m.recorded_at >= o.since
 join stock_document d on d.id = m.document_id
 where d.id not in ({DOCUMENTS}) and d.reverses_id is null
  and not exists (select from stock_document r join stock_move x on x.document_id = r.id and x.position = m.position
   where r.reverses_id = d.id)
 union all select o.product_id, 'stock_document', d.id, d.number from ours o
 join stock_count_line l on l.product_id = o.product_id join stock_document d on d.id = l.document_id
 where d.created_at >= o.since
 order by number""",
    ),
    sql.rows(
        "holding",
        f"""select l.product_id as of, 'sales_order' as what, o.id, o.number from sales_order_line l
 join sales_order o on o.id = l.order_id where l.reserved > 0
 and l.product_id in (select m.product_id from stock_move m where m.document_id in ({DOCUMENTS})) order by o.number""",
    ),
)
WRITE_REVERSED = (*WITHDRAWN, sql.delete(discrepancy, "gone_discrepancy"), *ledger.POST)
LOAD = sql.statement(CURRENT, *stock.shelf(PLACES))
LOAD_POSTED = sql.statement(*POSTED)
WRITE = sql.statement(*WRITE_REVERSED)


def asked_of(step: Step | None) -> dict[str, Any]:
    return {**asked(step), "step": step and step.command_id}


class Reversal:
    """What the documents of one step have moved, on the stock as it is."""

    def __init__(self, tx: Tx, step: Step | None, shelf: Shelf, posted: Mapping[str, Sequence[Any]]) -> None:
        self.tx, self.step, self.shelf, self.posted = tx, step, shelf, posted
        self.documents = {UUID(row["id"]): row for row in posted["documents"]}
        self.moves: defaultdict[UUID, list[Moved]] = defaultdict(list)
        for move in map(stock.moved_from, posted["moves"]):
            self.moves[move.document_id].append(move)
        self.uses, self.holding = used_by(posted["uses"]), used_by(posted["holding"])
        self.postings: dict[UUID, Posting] = {}
        self.left = {(m.document_id, m.position) for moves in self.moves.values() for m in moves}

    def of_record(self, id: UUID) -> list[UUID]:
        """The documents of a record: it is one itself, or they belong to it."""
        return [key for key, row in self.documents.items() if key == id or row["order_id"] == str(id)]

    def check(self, moves: Sequence[Moved]) -> None:
        """Refuses: depended_on, period_closed."""
        for move in moves:
            self.shelf.books.posted(move.effective_at, fact=False)
        by = [use for product_id in dict.fromkeys(m.product_id for m in moves) for use in self.uses.get(product_id, ())]
        if by:
            raise Refused("depended_on", by=by)
        came: defaultdict[tuple[UUID, UUID], Decimal] = defaultdict(lambda: ZERO)
        for move in moves:
            came[move.product_id, move.to_location_id] += move.quantity
        for (product_id, location_id), quantity in came.items():
            balance = self.shelf.balance(product_id, location_id)
            if balance.reserved and balance.available < quantity:
                raise Refused("depended_on", by=list(self.holding.get(product_id, ())))

    def reverse(self, moves: Sequence[Moved]) -> None:
        for move in moves:
            self.posting(move.document_id).reverse(self.shelf.goods[move.product_id], move)
            self.left.discard((move.document_id, move.position))

    def posting(self, document_id: UUID) -> Posting:
        """The document that takes this one back."""
        if (found := self.postings.get(document_id)) is None:
            was, run = self.documents[document_id], self.tx.runs[0]
            place = self.place(document_id)
            again = f"-{was['reversals'] + 1}" if was["reversals"] else ""
            found = self.postings[document_id] = Posting(
                self.shelf, derived_id(run.call.id, "reversal", document_id), "reversal", f"{was['number']}-R{again}",
                place, date.fromisoformat(was["document_on"]), datetime.fromisoformat(was["effective_at"]),
                run.call.id, fact=True, scattered=was["location_id"] is None, reverses_id=document_id,
            )  # fmt: skip
        return found

    def place(self, document_id: UUID) -> Place:
        location_id = self.documents[document_id]["location_id"]
        if location_id:
            return self.shelf.places[UUID(location_id)]
        move = self.moves[document_id][0]
        return self.shelf.places.get(move.to_location_id) or self.shelf.places[move.from_location_id]

    def finish(self) -> None:
        """What several records share: costs that pools remember, gaps that were closed, what was odd."""
        whole = {key for key in self.postings if not any(document == key for document, _ in self.left)}
        kept = {move.product_id for moves in self.moves.values() for move in moves
                if (move.document_id, move.position) in self.left}  # fmt: skip
        touched = {move.product_id for key in self.postings for move in self.moves[key]} - kept
        before = self.step.more.get("pools", {}) if self.step else {}
        for product_id in touched:
            if (was := before.get(str(product_id))) is not None:
                last_cost, last_average = map(stock.decimal, was)
                pool = replace(self.shelf.pool(product_id), last_cost=last_cost, last_average=last_average)
                self.shelf.pools.put((product_id, NIL), pool)
        for place, row in enumerate(self.posted["revaluations"]):
            if UUID(row["document_id"]) in whole:
                self.revalue(place, UUID(row["document_id"]), UUID(row["product_id"]), -Decimal(row["value"]))
        for row in self.posted["discrepancies"]:
            if (document_id := UUID(row["document_id"])) in whole:
                self.tx.rows["gone_discrepancy"].append({"id": row["id"]})
                self.tx.changed("discrepancy", UUID(row["id"]), bucket=self.place(document_id).bucket, gone=True)

    def revalue(self, place: int, document_id: UUID, product_id: UUID, value: Decimal) -> None:
        posting = self.postings[document_id]
        pool = self.shelf.pool(product_id)
        self.shelf.pools.put((product_id, NIL), replace(pool, value=pool.value + value))
        self.tx.rows["revaluation"].append(
            {
                "id": derived_id(posting.id, "revaluation", place), "document_id": posting.id,
                "product_id": product_id, "scope_id": NIL, "value": value, "reason": "reversal",
                "effective_at": posting.effective_at, "command_id": posting.command_id,
            }
        )  # fmt: skip


async def open_reversal(tx: Tx, step: Step | None, loaded: Mapping[str, Sequence[Any]]) -> Reversal:
    shelf, posted = Shelf(tx, loaded), await tx.load(LOAD_POSTED, asked_of(step))
    moments = (datetime.fromisoformat(row["effective_at"]) for row in posted["moves"])
    shelf.books = await periods.look(tx, min(moments, default=stock.LATEST))
    return Reversal(tx, step, shelf, posted)


async def reverse_opening_stock(tx: Tx) -> None:
    step = await load_step(tx)
    loaded = await tx.load(LOAD, asked_of(step))
    reversal = await open_reversal(tx, step, loaded)
    withdrawal = Withdrawal(tx, step, loaded)

    def undo(entry: Entry) -> None:
        """Refuses: as `check`."""
        moves = [move for move in reversal.moves[entry.id] if move.position == entry.position]
        reversal.check(moves)
        reversal.reverse(moves)

    withdrawal.decide(undo, lambda kept: undo(kept.entry), reversal.finish)
    tx.write(WRITE, {**withdrawal.rows(), **reversal.shelf.rows()})
