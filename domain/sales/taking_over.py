"""Open orders from the system that was there before, and taking them back."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal
from uuid import UUID

from domain import sql
from domain.command import Lines, Note, Records, command, dated
from domain.ids import new_id
from domain.inventory import ledger, stock
from domain.inventory.stock import Place, Shelf
from domain.lists import REMEMBERED, Each, External
from domain.open_orders import Side, take_over, withdraw
from domain.quantity import ZERO
from domain.sales.book import LINES, NEW_ORDER, OF_ORDERS, ORDERS, PARTNERS, touched
from domain.sales.commands import SaleLine, new_lines
from domain.sales.tables import sales_order, sales_order_line
from domain.tx import Run, Tx
from domain.withdrawal import CURRENT, WITHDRAWN, Withdrawing


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


SIDE = Side(
    "sales_order",
    series="SO",
    untouched="confirmed",
    load=sql.statement(PARTNERS, *stock.shelf()),
    write=sql.statement(*REMEMBERED, *NEW_ORDER, *ledger.POST),
    load_made=sql.statement(CURRENT, ORDERS, LINES, *stock.shelf(OF_ORDERS)),
    write_gone=sql.statement(
        *WITHDRAWN, sql.delete(sales_order_line, "gone_line"), sql.delete(sales_order, "gone_order"), *ledger.POST
    ),
)


async def take_over_sales_orders(tx: Tx) -> None:
    await take_over(tx, SIDE, place)


def place(shelf: Shelf, run: Run, order: OpenSalesOrder, number: str) -> UUID:
    """Refuses: not_found, forbidden, future_date, and what `new_lines` refuses."""
    tx, where, order_id = shelf.tx, shelf.place(order.location_id), new_id()
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
            "id": order_id, "number": number, "external_number": order.external.number, "kind": "order",
            "partner_id": order.partner_id, "location_id": where.id, "status": "confirmed",
            "document_on": document_on, "total": total, "note": order.note, "shipments": 0,
        }
    )  # fmt: skip
    touched(tx, order_id, where, order.partner_id)
    return order_id


async def withdraw_sales_orders(tx: Tx) -> None:
    await withdraw(tx, SIDE, release)


def release(shelf: Shelf, row: Mapping[str, Any], where: Place) -> None:
    held = stock.decimal(row["reserved"])
    if held:
        shelf.release(shelf.goods[UUID(row["product_id"])], where, held)
