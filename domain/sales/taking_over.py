"""Open orders from the system that was there before, and taking them back."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal
from uuid import UUID

from domain import sql
from domain.command import Lines, Note, Records, command, dated
from domain.errors import Refused
from domain.ids import new_id
from domain.inventory import ledger
from domain.inventory.ledger import Shelf
from domain.lists import (
    KNOWN,
    REMEMBERED,
    Each,
    External,
    Identities,
    Item,
    decide_each,
    identities_of,
    outside_once,
    sound_of,
)
from domain.quantity import ZERO
from domain.sales.book import LINES, NEW_ORDER, OF_ORDERS, ORDERS, PARTNERS, touched
from domain.sales.commands import SaleLine, known, new_lines
from domain.sales.tables import sales_order, sales_order_line
from domain.steps import Entry
from domain.tx import Outcome, Record, Run, Tx
from domain.withdrawal import CURRENT, WITHDRAWN, Withdrawal, Withdrawing, asked, check_unused, load_step, used_by


@command
class OpenSalesOrder:
    """An order that is not fulfilled: its lines are what is still to be shipped. `reserve`: of it what is here."""

    external: External
    partner_id: UUID
    location_id: UUID
    lines: Lines[SaleLine]
    document_on: date | None = None
    reserve: Literal["available", "none"] = "available"
    note: Note = ""


@command
class TakeOverSalesOrders:
    """Take over open orders of customers from another system; they are confirmed."""

    records: Records[Each[OpenSalesOrder]]
    all_or_nothing: bool = False


@command
class WithdrawSalesOrders(Withdrawing):
    """Take back orders of an import of which nothing was shipped; what they reserve is free again."""


LOAD_KNOWN = sql.statement(KNOWN)
LOAD = sql.statement(PARTNERS, *ledger.shelf())
WRITE = sql.statement(*REMEMBERED, *NEW_ORDER, *ledger.POST)


async def take_over_sales_orders(tx: Tx) -> None:
    items, sound = sound_of(tx, "sales_order")
    identities = Identities(tx, await tx.load(LOAD_KNOWN, {"identities": identities_of(sound)}))
    fresh = [item for item in sound if identities.get(item) is None]
    days = [item.record.document_on or tx.runs[0].call.occurred_at.date() for item in fresh]
    numbers = tx.numbers("SO", days)
    loaded = await tx.load(
        LOAD,
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
            with tx.attempt():  # a line that is refused leaves nothing reserved for the others
                order_id = place(run, item)
            return Record(item.key, "accepted", details={"id": order_id})

        return decide_each(tx, run, items[id(run)], one, all_or_nothing=run.cmd.all_or_nothing)

    def place(run: Run, item: Item) -> UUID:
        order: OpenSalesOrder = item.record
        known(order.partner_id, partners)
        where, order_id = shelf.place(order.location_id), new_id()
        document_on, _ = dated(order.document_on, run.call.occurred_at, tx.company.time_zone, inward=False)
        total = ZERO
        for row, good in new_lines(run, shelf, order, order_id):
            here = max(shelf.balance(good.id, where.id).available, ZERO) if good.stocked else ZERO
            if order.reserve == "available" and (held := min(row["ordered"], here)):
                shelf.reserve(good, where, held, f"lines.{row['position'] - 1}")
                row["reserved"] = held
            tx.rows["sales_order_line"].append(row)
            total += row["amount"]
        tx.rows["sales_order"].append(
            {
                "id": order_id, "number": number[id(item)], "external_number": order.external.number, "kind": "order",
                "partner_id": order.partner_id, "location_id": where.id, "status": "confirmed",
                "document_on": document_on, "total": total, "note": order.note, "shipments": 0,
            }
        )  # fmt: skip
        touched(tx, order_id, where, order.partner_id)
        identities.put(item, "sales_order", order_id)
        return order_id

    tx.decide(decide)
    tx.write(WRITE, {**identities.rows(), **shelf.rows()})


LOAD_ORDERS = sql.statement(CURRENT, ORDERS, LINES, *ledger.shelf(OF_ORDERS))
USES = """select d.order_id as of, 'stock_document' as what, d.id, d.number from stock_document d
 where d.order_id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid) order by d.number"""
LOAD_USES = sql.statement(sql.rows("uses", USES))
WRITE_WITHDRAWN = sql.statement(
    *WITHDRAWN, sql.delete(sales_order_line, "gone_line"), sql.delete(sales_order, "gone_order"), *ledger.POST
)


async def withdraw_sales_orders(tx: Tx) -> None:
    step = await load_step(tx)
    wanted = {**asked(step), "orders": asked(step)["ids"]}
    loaded = await tx.load(LOAD_ORDERS, wanted)
    uses, shelf = used_by((await tx.load(LOAD_USES, wanted))["uses"]), Shelf(tx, loaded)
    orders: Mapping[UUID, Any] = {UUID(row["id"]): row for row in loaded["orders"]}
    withdrawal = Withdrawal(tx, step, loaded)

    def undo(entry: Entry) -> None:
        """Refuses: changed_since, depended_on."""
        order = orders.get(entry.id)
        check_unused(uses, entry.id)
        if order is None or order["status"] != "confirmed":
            raise Refused("changed_since", version=None)
        where = shelf.place(UUID(order["location_id"]))
        for row in loaded["lines"]:
            if row["order_id"] == order["id"]:
                release(shelf, row, where)
                tx.rows["gone_line"].append({"id": row["id"]})
        tx.rows["gone_order"].append({"id": entry.id})
        for bucket in (where.bucket, f"party:{order['partner_id']}"):
            tx.changed("sales_order", entry.id, bucket=bucket, gone=True)

    withdrawal.decide(undo, lambda kept: undo(kept.entry), lambda: None)
    tx.write(WRITE_WITHDRAWN, {**withdrawal.rows(), **shelf.rows()})


def release(shelf: Shelf, row: Mapping[str, Any], where: ledger.Place) -> None:
    held = ledger.decimal(row["reserved"])
    if held:
        shelf.release(shelf.goods[UUID(row["product_id"])], where, held)
