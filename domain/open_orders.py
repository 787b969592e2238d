"""Open orders from the system that was there before, to suppliers and of customers: taken over, and taken back.

What a side has of its own is the rows that an order becomes, and what goes with one that is gone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain import sql
from domain.errors import Refused
from domain.inventory.stock import Place, Shelf
from domain.lists import KNOWN, Identities, Item, decide_each, identities_of, outside_once, sound_of
from domain.steps import Entry
from domain.tx import Outcome, Record, Run, Tx
from domain.withdrawal import Withdrawal, asked, check_unused, load_step, used_by

LOAD_KNOWN = sql.statement(*KNOWN)
LOAD_USES = sql.statement(
    sql.rows(
        "uses",
        """select d.order_id as of, 'stock_document' as what, d.id, d.number from stock_document d
 where d.order_id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid) order by d.number""",
    )
)


@dataclass(frozen=True, slots=True)
class Side:
    """`series`: of the orders' numbers. `untouched`: the status of one that nothing has come of.

    `load` has the partners and the shelf of new orders, `load_made` those that an import made, with their lines;
    `write` takes what was remembered beside the new rows, `write_gone` rows that are gone.
    """

    entity: str
    series: str
    untouched: str
    load: sql.Statement
    write: sql.Statement
    load_made: sql.Statement
    write_gone: sql.Statement


async def take_over(tx: Tx, side: Side, place: Callable[[Shelf, Run, Any, str], UUID]) -> None:
    """`place` puts down the rows of an order with this number, and returns its id."""
    items, sound = sound_of(tx, side.entity)
    identities = Identities(tx, await tx.load(LOAD_KNOWN, identities_of(sound)))
    fresh = [item for item in sound if identities.get(item) is None]
    days = [item.record.document_on or tx.runs[0].call.occurred_at.date() for item in fresh]
    numbers = tx.numbers(side.series, days)
    loaded = await tx.load(
        side.load,
        {
            "places": [
                {"product_id": line.product_id, "location_id": item.record.location_id}
                for item in fresh
                for line in item.record.lines
            ],
            "partners": [item.record.partner_id for item in fresh],
        },
    )
    shelf, partners = Shelf(tx, loaded), {row["id"] for row in loaded["partners"]}
    number = dict(zip(map(id, fresh), await numbers, strict=True))

    def decide(run: Run) -> Outcome:
        seen: set[str | None] = set()

        def one(item: Item) -> Record:
            """Refuses: as `outside_once`, not_found, forbidden, future_date, and what lines are refused for."""
            if (said := outside_once(item, identities, seen)) is not None:
                return said
            if str(item.record.partner_id) not in partners:
                raise Refused("not_found", "partner_id", id=item.record.partner_id)
            with tx.attempt():  # a line that is refused leaves nothing reserved for the others
                order_id = place(shelf, run, item.record, number[id(item)])
                identities.put(item, side.entity, order_id)
            return Record(item.key, "accepted", details={"id": order_id})

        return decide_each(tx, run, items[id(run)], one, all_or_nothing=run.cmd.all_or_nothing)

    tx.decide(decide)
    tx.write(side.write, {**identities.rows(), **shelf.rows()})


async def withdraw(
    tx: Tx, side: Side, release: Callable[[Shelf, Mapping[str, Any], Place], None] | None = None
) -> None:
    """`release`: gives back what a line that is gone held at its place."""
    step = await load_step(tx)
    wanted = {**asked(step), "orders": asked(step)["ids"]}
    loaded = await tx.load(side.load_made, wanted)
    uses, shelf = used_by((await tx.load(LOAD_USES, wanted))["uses"]), Shelf(tx, loaded)
    orders: Mapping[UUID, Any] = {UUID(row["id"]): row for row in loaded["orders"]}
    withdrawal = Withdrawal(tx, step, loaded)

    def undo(entry: Entry) -> None:
        """Refuses: changed_since, depended_on."""
        order = orders.get(entry.id)
        check_unused(uses, entry.id)
        if order is None or order["status"] != side.untouched:
            raise Refused("changed_since", version=None)
        where = shelf.place(UUID(order["location_id"]))
        for row in loaded["lines"]:
            if row["order_id"] == order["id"]:
                if release:
                    release(shelf, row, where)
                tx.rows["gone_line"].append({"id": row["id"]})
        tx.rows["gone_order"].append({"id": entry.id})
        for bucket in (where.bucket, f"party:{order['partner_id']}"):
            tx.changed(side.entity, entry.id, bucket=bucket, gone=True)

    withdrawal.decide(undo, lambda kept: undo(kept.entry), lambda: None)
    tx.write(side.write_gone, {**withdrawal.rows(), **shelf.rows()})
