"""What the sales commands load and write, and the loaded orders as they stand while calls are decided."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain import sql
from domain.book import Book
from domain.inventory import ledger, stock
from domain.inventory.stock import Place
from domain.sales.rules import Line, Order
from domain.sales.tables import sales_order, sales_order_line
from domain.tx import Tx

PARTNERS = sql.rows(
    "partners",
    "select id from partner where id in (select jsonb_array_elements_text($2::jsonb -> 'partners')::uuid) and active",
)
ORDER = "select id, number, partner_id, location_id, status, document_on, shipments from sales_order"
ORDERS = sql.rows(
    "orders",
    f"""{ORDER}
 where id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid) order by id for no key update""",
)
LINE = sql.columns(
    sales_order_line, "l", "id", "order_id", "product_id", "ordered", "reserved", "shipped", "shipped_value",
    "returned", "returned_value",
)  # fmt: skip
LINES = sql.rows(
    "lines",
    f"""select {LINE} from sales_order_line l
 where l.order_id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid)
 order by l.order_id, l.position for no key update""",
)
SOURCES = sql.rows(
    "lines",
    f"""select {LINE} from sales_order_line l
 where l.id in (select jsonb_array_elements_text($2::jsonb -> 'sources')::uuid)
 order by l.order_id, l.position for no key update""",
)
OF_ORDERS = """select l.product_id, o.location_id from sales_order o join sales_order_line l on l.order_id = o.id
 where o.id in (select jsonb_array_elements_text($2::jsonb -> 'orders')::uuid)"""

LOAD_NEW = sql.statement(PARTNERS, *stock.shelf())
LOAD_ORDERS = sql.statement(ORDERS, LINES, *stock.shelf(OF_ORDERS))
# the orders first, like everybody: who holds the pool and then wants an order may wait for one who holds the order
HOLDING = """ from sales_order o join sales_order_line l on l.order_id = o.id
 join jsonb_to_recordset($2::jsonb -> 'places') as w(product_id uuid, location_id uuid)
  on w.product_id = l.product_id and w.location_id = o.location_id where l.reserved > 0"""
OF_HOLDING = f"in (select o.id{HOLDING})"


def holding(lock: LiteralString) -> sql.Statement:
    """The orders that have reserved the products at the locations."""
    return sql.statement(
        sql.rows("orders", f"{ORDER} where id {OF_HOLDING} order by id for no key update{lock}"),
        sql.rows(
            "lines",
            f"""select {LINE} from sales_order_line l where l.reserved > 0 and l.order_id {OF_HOLDING}
 order by l.order_id, l.position for no key update{lock}""",
        ),
        *stock.shelf(),
    )


LOAD_HOLDING, LOAD_HOLDING_NOW = holding(""), holding(" nowait")
LOAD_RETURN = sql.statement(PARTNERS, SOURCES, *stock.shelf())
NEW_ORDER = (
    sql.insert(sales_order, without=("created_at",)),
    sql.insert(sales_order_line),
)
PROGRESS = (
    sql.update(sales_order, ("status", "shipments"), "order"),
    sql.update(sales_order_line, ("reserved", "shipped", "shipped_value", "returned", "returned_value"), "line"),
)
WRITE_NEW = sql.statement(*NEW_ORDER, *ledger.POST)
WRITE_ORDERS = sql.statement(*PROGRESS, *ledger.POST)
WRITE_RETURN = sql.statement(*NEW_ORDER, *PROGRESS[1:], *ledger.POST)


def open_book(tx: Tx, loaded: Mapping[str, Any]) -> Book[Order, Line]:
    orders, lines = map(order_from, loaded.get("orders", ())), map(line_from, loaded["lines"])
    return Book(tx, "order_id", orders, lines, lambda line: line.order_id)


def rows_of(book: Book[Order, Line]) -> dict[str, Any]:
    orders = [{"id": o.id, "status": o.status, "shipments": o.shipments} for o in book.documents.changed()]
    return {"order": orders, "line": book.lines.changed()}


def order_from(row: Mapping[str, Any]) -> Order:
    return Order(
        UUID(row["id"]), row["number"], UUID(row["partner_id"]), UUID(row["location_id"]), row["status"],
        date.fromisoformat(row["document_on"]), row["shipments"],
    )  # fmt: skip


def line_from(row: Mapping[str, Any]) -> Line:
    return Line(
        UUID(row["id"]), UUID(row["order_id"]), UUID(row["product_id"]), Decimal(row["ordered"]),
        Decimal(row["reserved"]), Decimal(row["shipped"]), Decimal(row["shipped_value"]), Decimal(row["returned"]),
        Decimal(row["returned_value"]),
    )  # fmt: skip


def touched(tx: Tx, order_id: UUID, place: Place, partner_id: UUID) -> None:
    tx.changed("sales_order", order_id, bucket=place.bucket)
    tx.changed("sales_order", order_id, bucket=f"party:{partner_id}")
