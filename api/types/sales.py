"""Sales orders, slips and returns."""

from api.read.declare import Many, One, Pages, Totals, Type, Value
from api.read.scalars import DATE, ID, INT, TEXT, TIME, enum_of
from api.types import EXACT
from api.types.purchasing import of_product
from domain.sales import tables

KIND = enum_of("SalesOrderKind", "order", "slip", "return")
STATUS = enum_of("SalesOrderStatus", "draft", "confirmed", "partly_shipped", "shipped", "returned", "cancelled")

TYPES = [
    Type(
        "SalesOrder",
        tables.sales_order,
        {
            "id": Value(ID, sort=True),
            "number": Value(TEXT, sort=True),
            "external_number": Value(TEXT),
            "kind": Value(KIND, group=True),
            "status": Value(STATUS, group=True),
            "document_on": Value(DATE, sort=True),
            "total": Value(EXACT, permission="sales.price", total=True),
            "note": Value(
                TEXT,
                permission=("sales.order", "sales.ship", "sales.return"),
                description="For the company itself, not for the partner.",
            ),
            "created_at": Value(TIME),
            "partner": One("Partner", "partner_id"),
            "partner_id": Value(ID),
            "location": One("Location", "location_id"),
            "location_id": Value(ID, permission="stock.read"),
            "lines": Many("SalesOrderLine", "order_id", order=("position",), at_most=500),
            "shipments": Many("StockDocument", "order_id", order=("number",)),
        },
        permission="sales.read",
        warehouse="location",
        party="partner_id",
    ),
    Type(
        "SalesOrderLine",
        tables.sales_order_line,
        {
            "id": Value(ID, sort=True),
            "position": Value(INT),
            "order": One("SalesOrder", "order_id"),
            "product": One("Product", "product_id"),
            "product_id": Value(ID, group=True),
            "sku": Value(TEXT, of_product("sku"), null=False),
            "product_name": Value(TEXT, of_product("name"), null=False),
            "unit": One("Unit", "unit_id"),
            "unit_id": Value(ID),
            "numerator": Value(EXACT),
            "denominator": Value(EXACT),
            "quantity": Value(EXACT, description="In the line's unit."),
            "unit_price": Value(EXACT, permission="sales.price"),
            "amount": Value(EXACT, permission="sales.price", total=True),
            "ordered": Value(EXACT, total=True, description="In the product's stock unit."),
            "reserved": Value(EXACT),
            "shipped": Value(EXACT, total=True),
            "returned": Value(EXACT, total=True),
            "shipped_value": Value(
                EXACT, permission="stock.value", total=True, description="What the shipped goods had cost."
            ),
        },
        permission="sales.read",
        warehouse="order",
        party="order",
    ),
]

ROOTS = {
    "sales_order": One("SalesOrder"),
    "sales_orders": Pages("SalesOrder"),
    "sales_order_totals": Totals("SalesOrder"),
    "sales_lines": Pages("SalesOrderLine"),
}
