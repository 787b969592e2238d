"""Purchase orders."""

from sqlalchemy import select

from api.read.declare import Many, One, Pages, Row, Totals, Type, Value
from api.read.scalars import DATE, ID, INT, TEXT, TIME, enum_of
from api.types import EXACT
from domain.masterdata.tables import product
from domain.purchasing import tables

STATUS = enum_of("PurchaseOrderStatus", "open", "partly_received", "received", "cancelled")


def of_product(column: str):
    """What a partner may know of a product: how it is called on its own order."""

    def text(row: Row):
        return select(product.c[column]).where(product.c.id == row.c.product_id).scalar_subquery()

    return text


TYPES = [
    Type(
        "PurchaseOrder",
        tables.purchase_order,
        {
            "id": Value(ID, sort=True),
            "number": Value(TEXT, sort=True),
            "external_number": Value(TEXT),
            "status": Value(STATUS, group=True),
            "document_on": Value(DATE, sort=True),
            "expected_on": Value(DATE),
            "total": Value(EXACT, permission="purchase.price", total=True),
            "note": Value(
                TEXT,
                permission=("purchase.order", "purchase.receive"),
                description="For the company itself, not for the partner.",
            ),
            "created_at": Value(TIME),
            "partner": One("Partner", "partner_id"),
            "partner_id": Value(ID),
            "location": One("Location", "location_id"),
            "location_id": Value(ID, permission="stock.read"),
            "lines": Many("PurchaseOrderLine", "order_id", order=("position",), at_most=500),
            "receipts": Many("StockDocument", "order_id", order=("number",)),
        },
        permission="purchase.read",
        warehouse="location",
        party="partner_id",
    ),
    Type(
        "PurchaseOrderLine",
        tables.purchase_order_line,
        {
            "id": Value(ID, sort=True),
            "position": Value(INT),
            "order": One("PurchaseOrder", "order_id"),
            "product": One("Product", "product_id"),
            "product_id": Value(ID, group=True),
            "sku": Value(TEXT, of_product("sku"), null=False),
            "product_name": Value(TEXT, of_product("name"), null=False),
            "unit": One("Unit", "unit_id"),
            "unit_id": Value(ID),
            "numerator": Value(EXACT),
            "denominator": Value(EXACT),
            "quantity": Value(EXACT, description="In the line's unit."),
            "unit_price": Value(EXACT, permission="purchase.price"),
            "amount": Value(EXACT, permission="purchase.price", total=True),
            "ordered": Value(EXACT, total=True, description="In the product's stock unit."),
            "received": Value(EXACT, total=True),
        },
        permission="purchase.read",
        warehouse="order",
        party="order",
    ),
]

ROOTS = {
    "purchase_order": One("PurchaseOrder"),
    "purchase_orders": Pages("PurchaseOrder"),
    "purchase_order_totals": Totals("PurchaseOrder"),
}
