"""Takes back past sales, returns and write-offs of an import: their goods go the other way, their orders are gone."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain import sql
from domain.command import command
from domain.errors import Refused
from domain.inventory import stock
from domain.inventory.reversal import PLACES, WRITE_REVERSED, asked_of, open_reversal
from domain.sales.tables import sales_order, sales_order_line
from domain.steps import Entry, Kept
from domain.tx import Tx
from domain.withdrawal import CURRENT, Withdrawal, Withdrawing, load_step


@command
class WithdrawPastSales(Withdrawing):
    """Take back past sales of an import whose goods have not moved since."""


IDS = sql.listed("ids", "uuid")
LOAD = sql.statement(
    CURRENT,
    sql.rows(
        "orders",
        f"""select o.id, o.partner_id, o.location_id, o.shipments from sales_order o where o.id = any({IDS})
 order by o.id for update of o""",
    ),
    sql.rows(
        "lines",
        f"""select l.id, l.order_id, l.position, (l.returned > 0) as returned from sales_order_line l
 where l.order_id = any({IDS}) order by l.order_id, l.position for update of l""",
    ),
    *stock.shelf(PLACES),
)
WRITE = sql.statement(
    *WRITE_REVERSED,
    sql.delete(sales_order_line, "gone_line"),
    sql.delete(sales_order, "gone_order"),
    sql.update(sales_order, ("shipments", "total"), "order"),
)


async def withdraw_past_sales(tx: Tx) -> None:
    step = await load_step(tx)
    loaded = await tx.load(LOAD, asked_of(step))
    reversal = await open_reversal(tx, step, loaded)
    orders: Mapping[UUID, Any] = {UUID(row["id"]): row for row in loaded["orders"]}
    lines: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in loaded["lines"]:
        lines[UUID(row["order_id"])].append(row)
    withdrawal = Withdrawal(tx, step, loaded)

    def take_back(id: UUID, shipments: int, kept_lines: int) -> None:
        """Refuses: changed_since, depended_on."""
        order = orders.get(id)
        moves = [move for document_id in reversal.of_record(id) for move in reversal.moves[document_id]]
        if order is not None and order["shipments"] != shipments:
            raise Refused("changed_since", version=None)
        gone = [row for row in lines[id] if row["position"] > kept_lines]
        if any(row["returned"] for row in gone):
            raise Refused("depended_on", by=[])
        reversal.check(moves)
        reversal.reverse(moves)
        tx.rows["gone_line"].extend({"id": row["id"]} for row in gone)
        if order is not None:
            for bucket in buckets(order):
                tx.changed("sales_order", id, bucket=bucket, gone=not kept_lines)

    def buckets(order: Any) -> tuple[str, ...]:
        place = reversal.shelf.places.get(UUID(order["location_id"]))
        party = f"party:{order['partner_id']}"
        return (place.bucket, party) if place else (party,)

    def undo_made(entry: Entry) -> None:
        take_back(entry.id, 1, 0)
        if entry.id in orders:
            tx.rows["gone_order"].append({"id": entry.id})

    def undo_kept(kept: Kept) -> None:
        was = kept.was
        if not was:
            return
        take_back(kept.entry.id, was["shipments"] + 1, was["lines"])
        tx.rows["order"].append({"id": kept.entry.id, "shipments": was["shipments"], "total": was["total"]})

    withdrawal.decide(undo_made, undo_kept, reversal.finish)
    tx.write(WRITE, {**withdrawal.rows(), **reversal.shelf.rows()})
