"""Stock levels, stock documents and their moves, discrepancies."""

from typing import Any

from sqlalchemy import func, or_, select

from api.read.declare import CLOSED, OPEN, Choice, Many, One, Pages, Row, Totals, Type, Value
from api.read.scalars import DATE, ID, INT, TEXT, TIME, enum_of
from api.types import EXACT
from domain.base import command_log, setting
from domain.inventory import tables
from domain.inventory.attachments import attachment
from domain.masterdata.tables import location

DOCUMENT = enum_of(
    "StockDocumentKind", "opening", "receipt", "shipment", "sales_return", "adjustment", "count", "transfer",
    "reversal",
)  # fmt: skip
DISCREPANCY = enum_of(
    "DiscrepancyKind", "closed_period", "over_receipt", "negative_stock", "reserved_short", "order_closed",
    "transfer_over", "transfer_short", "unpriced",
)  # fmt: skip
TRANSFER = enum_of("StockTransferStatus", "sent", "partly_received", "received")
STATE = enum_of("DiscrepancyStatus", "open", "closed")


def storage(column: str):
    """The place, where it is one of ours: supplier, customer and loss are not shown."""

    def link(row: Row, to: Row):
        return to.c.id == row[column]

    return link


def happened(row: Row) -> Any:
    return select(command_log.c.occurred_at).where(command_log.c.id == row.c.command_id).scalar_subquery()


def either_end(row: Row, warehouses: Any) -> Any:
    """A transfer is the business of both of its warehouses."""
    theirs = select(location.c.id).where(location.c.warehouse_id == func.any(warehouses)).scalar_subquery()
    return or_(row.c.from_location_id.in_(theirs), row.c.to_location_id.in_(theirs))


levels = select(tables.stock_balance).where(
    tables.stock_balance.c.location_id.in_(select(location.c.id).where(location.c.kind == "storage"))
)

TYPES = [
    Type(
        "StockLevel",
        levels,
        {
            "location": One("Location", "location_id"),
            "product": One("Product", "product_id"),
            "product_id": Value(ID),
            "location_id": Value(ID, group=True),
            "on_hand": Value(EXACT, total=True),
            "reserved": Value(EXACT, total=True),
            "available": Value(
                EXACT,
                lambda row: row.c.on_hand - row.c.reserved,
                null=False,
                total=True,
                description="On hand less what is promised.",
            ),
        },
        permission="stock.read",
        warehouse="location",
        party=CLOSED,
        key=("product_id", "lot_id", "owner_id", "location_id"),
    ),
    Type(
        "StockDocument",
        tables.stock_document,
        {
            "id": Value(ID, sort=True),
            "number": Value(TEXT, sort=True),
            "external_number": Value(TEXT),
            "kind": Value(DOCUMENT, group=True),
            "document_on": Value(DATE, sort=True),
            "effective_at": Value(TIME),
            "reason": Value(TEXT, permission="stock.read"),
            "occurred_at": Value(
                TIME,
                happened,
                permission="stock.read",
                find=False,
                description="When it happened: of a closed day, if it is posted on the first open one.",
            ),
            "created_at": Value(TIME),
            "partner": One("Partner", "partner_id"),
            "location": One("Location", "location_id"),
            "moves": Pages("StockMove", "document_id"),
            "count_lines": Many("StockCountLine", "document_id", order=("position",), at_most=500),
            "order": Choice("Order", {"SalesOrder": "order_id", "PurchaseOrder": "order_id"}),
            "transfer": One("StockTransfer", "order_id"),
        },
        permission=("stock.read", "sales.read", "purchase.read"),
        warehouse="location",
        party="partner_id",
    ),
    Type(
        "StockMove",
        tables.stock_move,
        {
            "position": Value(INT),
            "product": One("Product", "product_id"),
            "product_id": Value(ID, group=True),
            "quantity": Value(EXACT, total=True, description="In the product's stock unit."),
            "quantity2": Value(EXACT, total=True),
            "value": Value(EXACT, permission="stock.value", total=True),
            "source": One("Location", storage("from_location_id"), description="None: from outside the warehouses."),
            "target": One("Location", storage("to_location_id"), description="None: to outside the warehouses."),
            "effective_at": Value(TIME, sort=True),
            "recorded_at": Value(TIME),
            "document": One("StockDocument", "document_id"),
        },
        permission="stock.read",
        warehouse="document",
        party="document",
        key=("document_id", "position"),
    ),
    Type(
        "StockCountLine",
        tables.stock_count_line,
        {
            "product": One("Product", "product_id"),
            "location": One("Location", "location_id"),
            "counted": Value(EXACT),
            "book": Value(EXACT, description="What the moves said for the moment of counting."),
            "counted_at": Value(TIME),
        },
        permission="stock.read",
        warehouse="location",
        party=CLOSED,
        key=("document_id", "position"),
    ),
    Type(
        "StockTransfer",
        tables.stock_transfer,
        {
            "id": Value(ID, sort=True),
            "number": Value(TEXT, sort=True),
            "status": Value(TRANSFER, group=True),
            "document_on": Value(DATE, sort=True),
            "note": Value(TEXT),
            "created_at": Value(TIME),
            "from_location": One("Location", "from_location_id"),
            "from_location_id": Value(ID),
            "to_location": One("Location", "to_location_id"),
            "to_location_id": Value(ID),
            "lines": Many("StockTransferLine", "transfer_id", order=("position",), at_most=500),
            "documents": Many("StockDocument", "order_id", order=("number",)),
        },
        permission="stock.read",
        warehouse=either_end,
        party=CLOSED,
    ),
    Type(
        "StockTransferLine",
        tables.stock_transfer_line,
        {
            "id": Value(ID, sort=True),
            "position": Value(INT),
            "transfer": One("StockTransfer", "transfer_id"),
            "product": One("Product", "product_id"),
            "product_id": Value(ID, group=True),
            "unit": One("Unit", "unit_id"),
            "unit_id": Value(ID),
            "numerator": Value(EXACT),
            "denominator": Value(EXACT),
            "quantity": Value(EXACT, description="In the line's unit."),
            "sent": Value(EXACT, total=True, description="In the product's stock unit."),
            "received": Value(EXACT, total=True),
        },
        permission="stock.read",
        warehouse="transfer",
        party=CLOSED,
    ),
    Type(
        "Discrepancy",
        tables.discrepancy,
        {
            "id": Value(ID, sort=True),
            "kind": Value(DISCREPANCY, group=True),
            "status": Value(STATE, group=True),
            "quantity": Value(EXACT),
            "note": Value(TEXT),
            "opened_at": Value(TIME, sort=True),
            "closed_at": Value(TIME),
            "document": One("StockDocument", "document_id"),
            "product": One("Product", "product_id"),
            "location": One("Location", "location_id"),
        },
        permission="discrepancy.read",
        warehouse="location",
        party=CLOSED,
    ),
    Type(
        "Books",
        setting,
        {"closed_to": Value(DATE, description="The last closed day, with all before it; none: all are open.")},
        permission="stock.read",
        warehouse=OPEN,  # who may sell or count at one place is told which days are closed, too
        party=CLOSED,
        key=("single",),
    ),
    Type(
        "Photo",
        attachment,
        {
            "id": Value(ID),
            "document_id": Value(ID),
            "media_type": Value(TEXT),
            "size": Value(INT, description="In bytes. The picture itself: /downloads/photos/{id}."),
            "created_at": Value(TIME, sort=True),
            "location": One("Location", "location_id"),
        },
        permission="stock.read",
        warehouse="location",
        party=CLOSED,
    ),
]

ROOTS = {
    "stock_levels": Pages("StockLevel"),
    "stock_totals": Totals("StockLevel"),
    "stock_document": One("StockDocument"),
    "stock_documents": Pages("StockDocument"),
    "stock_moves": Pages("StockMove"),
    "discrepancies": Pages("Discrepancy"),
    "books": One("Books"),
    "stock_transfer": One("StockTransfer"),
    "stock_transfers": Pages("StockTransfer"),
    "photos": Pages("Photo"),
}
