"""Open orders from the system that was there before, and taking them back."""

from collections.abc import Mapping
from datetime import date
from typing import Any
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
from domain.purchasing.commands import LINES, ORDERS, PARTNERS, PurchaseLine, new_line, touched
from domain.purchasing.tables import purchase_order, purchase_order_line
from domain.quantity import ZERO
from domain.steps import Entry
from domain.tx import Outcome, Record, Run, Tx
from domain.withdrawal import CURRENT, WITHDRAWN, Withdrawal, Withdrawing, asked, check_unused, load_step, used_by


@command
class OpenPurchaseOrder:
    """An order that is not fulfilled: its lines are what is still to come."""

    external: External
    partner_id: UUID
    location_id: UUID
    lines: Lines[PurchaseLine]
    document_on: date | None = None
    expected_on: date | None = None
    note: Note = ""


@command
class TakeOverPurchaseOrders:
    """Take over open orders to suppliers from another system."""

    records: Records[Each[OpenPurchaseOrder]]
    all_or_nothing: bool = False


@command
class WithdrawPurchaseOrders(Withdrawing):
    """Take back orders of an import of which nothing was received."""


LOAD_KNOWN = sql.statement(KNOWN)
LOAD = sql.statement(PARTNERS, *ledger.shelf())
WRITE = sql.statement(
    *REMEMBERED, sql.insert(purchase_order, without=("created_at",)), sql.insert(purchase_order_line)
)  # fmt: skip


async def take_over_purchase_orders(tx: Tx) -> None:
    items, sound = sound_of(tx, "purchase_order")
    identities = Identities(tx, await tx.load(LOAD_KNOWN, {"identities": identities_of(sound)}))
    fresh = [item for item in sound if identities.get(item) is None]
    days = [item.record.document_on or tx.runs[0].call.occurred_at.date() for item in fresh]
    numbers = tx.numbers("PO", days)
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
            return Record(item.key, "accepted", details={"id": place(run, item)})

        return decide_each(tx, run, items[id(run)], one, all_or_nothing=run.cmd.all_or_nothing)

    def place(run: Run, item: Item) -> UUID:
        order: OpenPurchaseOrder = item.record
        if str(order.partner_id) not in partners:
            raise Refused("not_found", "partner_id", id=order.partner_id)
        where, order_id = shelf.place(order.location_id), new_id()
        document_on, _ = dated(order.document_on, run.call.occurred_at, tx.company.time_zone, inward=True)
        lines = [new_line(run, shelf, at, line, order_id) for at, line in enumerate(order.lines, 1)]
        tx.rows["purchase_order_line"].extend(lines)
        tx.rows["purchase_order"].append(
            {
                "id": order_id, "number": number[id(item)], "external_number": order.external.number,
                "partner_id": order.partner_id, "location_id": where.id, "status": "open",
                "document_on": document_on, "expected_on": order.expected_on,
                "total": sum((line["amount"] for line in lines), ZERO), "note": order.note, "receipts": 0,
            }
        )  # fmt: skip
        touched(tx, order_id, where, order.partner_id)
        identities.put(item, "purchase_order", order_id)
        return order_id

    tx.decide(decide)
    tx.write(WRITE, identities.rows())


OF_ORDERS = """select l.product_id, o.location_id from purchase_order o join purchase_order_line l on l.order_id = o.id
 where o.id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid)"""
LOAD_ORDERS = sql.statement(CURRENT, ORDERS, LINES, *ledger.shelf(OF_ORDERS))
LOAD_USES = sql.statement(
    sql.rows(
        "uses",
        """select d.order_id as of, 'stock_document' as what, d.id, d.number from stock_document d
 where d.order_id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid) order by d.number""",
    )
)
WRITE_WITHDRAWN = sql.statement(
    *WITHDRAWN, sql.delete(purchase_order_line, "gone_line"), sql.delete(purchase_order, "gone_order")
)


async def withdraw_purchase_orders(tx: Tx) -> None:
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
        if order is None or order["status"] != "open":
            raise Refused("changed_since", version=None)
        where = shelf.place(UUID(order["location_id"]))
        tx.rows["gone_line"].extend({"id": row["id"]} for row in loaded["lines"] if row["order_id"] == order["id"])
        tx.rows["gone_order"].append({"id": entry.id})
        for bucket in (where.bucket, f"party:{order['partner_id']}"):
            tx.changed("purchase_order", entry.id, bucket=bucket, gone=True)

    withdrawal.decide(undo, lambda kept: undo(kept.entry), lambda: None)
    tx.write(WRITE_WITHDRAWN, withdrawal.rows())
