"""Open orders from the system that was there before, and taking them back."""

from datetime import date
from uuid import UUID

from domain import sql
from domain.command import Lines, Note, Records, command, dated
from domain.ids import new_id
from domain.inventory import stock
from domain.inventory.stock import Shelf
from domain.lists import REMEMBERED, Each, External
from domain.open_orders import Side, take_over, withdraw
from domain.purchasing.commands import LINES, ORDERS, PARTNERS, PurchaseLine, new_line, touched
from domain.purchasing.tables import purchase_order, purchase_order_line
from domain.quantity import ZERO
from domain.tx import Run, Tx
from domain.withdrawal import CURRENT, WITHDRAWN, Withdrawing


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


OF_ORDERS = """select l.product_id, o.location_id from purchase_order o join purchase_order_line l on l.order_id = o.id
 where o.id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid)"""
SIDE = Side(
    "purchase_order",
    series="PO",
    untouched="open",
    load=sql.statement(PARTNERS, *stock.shelf()),
    write=sql.statement(
        *REMEMBERED, sql.insert(purchase_order, without=("created_at",)), sql.insert(purchase_order_line)
    ),
    load_made=sql.statement(CURRENT, ORDERS, LINES, *stock.shelf(OF_ORDERS)),
    write_gone=sql.statement(
        *WITHDRAWN, sql.delete(purchase_order_line, "gone_line"), sql.delete(purchase_order, "gone_order")
    ),
)


async def take_over_purchase_orders(tx: Tx) -> None:
    await take_over(tx, SIDE, place)


def place(shelf: Shelf, run: Run, order: OpenPurchaseOrder, number: str) -> UUID:
    """Refuses: not_found, forbidden, future_date, and what `new_line` refuses."""
    tx, where, order_id = shelf.tx, shelf.place(order.location_id), new_id()
    document_on, _ = dated(order.document_on, run.call.occurred_at, tx.company.time_zone, inward=True)
    lines = [new_line(run, shelf, at, line, order_id) for at, line in enumerate(order.lines, 1)]
    tx.rows["purchase_order_line"].extend(lines)
    tx.rows["purchase_order"].append(
        {
            "id": order_id, "number": number, "external_number": order.external.number,
            "partner_id": order.partner_id, "location_id": where.id, "status": "open",
            "document_on": document_on, "expected_on": order.expected_on,
            "total": sum((line["amount"] for line in lines), ZERO), "note": order.note, "receipts": 0,
        }
    )  # fmt: skip
    touched(tx, order_id, where, order.partner_id)
    return order_id


async def withdraw_purchase_orders(tx: Tx) -> None:
    await withdraw(tx, SIDE)
