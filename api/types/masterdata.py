"""Products, units, categories, partners, warehouses."""

from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, func, or_, select

from api.read.declare import CLOSED, OPEN, Caller, Computed, Many, One, Pages, Row, Search, Type, Value
from api.read.scalars import BOOL, ID, INT, TEXT, TIME, enum_of, pattern
from api.types import EXACT
from domain.base import NIL
from domain.inventory.tables import stock_balance
from domain.masterdata import tables
from domain.valuation.tables import cost_pool
from tenants.fields import index_of

KIND = enum_of("ProductKind", "goods", "service")
BARCODE_KIND = enum_of("BarcodeKind", "gtin", "house")
NEGATIVE = enum_of("NegativeStock", "forbid", "warn", "allow")
PLACE = enum_of(
    "LocationKind", "storage", "transit", "supplier", "customer", "processor", "production", "loss"
)  # fmt: skip
STOCK = stock_balance.c


def balance(amount: Any, place: str = "storage") -> Any:
    """A sum over our own stock of a product at places of a kind, in its stock unit."""
    places = select(tables.location.c.id).where(tables.location.c.kind == place)

    def total(row: Row) -> Any:
        ours = STOCK.product_id == row.c.id, STOCK.owner_id == NIL, STOCK.location_id.in_(places.scalar_subquery())
        return func.coalesce(select(func.sum(amount)).where(*ours).scalar_subquery(), 0)

    return total


def average_cost(row: Row) -> Any:
    t = cost_pool.c
    average = func.round(t.value / func.nullif(t.quantity, 0), 6)
    return select(average).where(t.product_id == row.c.id, t.scope_id == NIL).scalar_subquery()


def stock_value(row: Row) -> Any:
    t = cost_pool.c
    return select(t.value).where(t.product_id == row.c.id, t.scope_id == NIL).scalar_subquery()


def looked_for(row: Row, text: Any) -> Any:
    """Name, sku, spec, or any part of a barcode: people know the last digits."""
    coded = select(tables.product_barcode.c.product_id).where(tables.product_barcode.c.code.like(text))
    return or_(
        row.c.name.ilike(text), row.c.sku.ilike(text), row.c.spec.ilike(text), row.c.id.in_(coded.scalar_subquery())
    )


def anywhere(_: Caller, text: str) -> str:
    return f"%{pattern(text.strip())}%"


def decrypted(column: str) -> Any:
    def text(caller: Any, value: bytes, id: str) -> str:
        return caller.company.keys.decrypt_text("partner", column, UUID(id), value)

    return text


def by_phone(caller: Any, text: str) -> bytes:
    """A whole number, or its last four digits."""
    column = "phone_last4_index" if len(text.strip()) == 4 else "phone_index"
    return index_of(caller.company.keys, tables.partner, column, text) or b""


TYPES = [
    Type(
        "Unit",
        tables.unit,
        {"id": Value(ID, sort=True), "name": Value(TEXT, sort=True), "decimals": Value(INT), "version": Value(INT)},
        permission=("product.read", "sales.read", "purchase.read"),
        warehouse=OPEN,
        party=OPEN,
    ),
    Type(
        "Category",
        tables.category,
        {
            "id": Value(ID, sort=True),
            "name": Value(TEXT),
            "parent": One("Category", "parent_id"),
            "children": Many("Category", "parent_id", order=("name",)),
            "products": Pages("Product", "category_id"),
            "version": Value(INT),
        },
        permission="product.read",
        warehouse=OPEN,
        party=CLOSED,
    ),
    Type(
        "Product",
        tables.product,
        {
            "id": Value(ID, sort=True),
            "sku": Value(TEXT, sort=True),
            "name": Value(TEXT, sort=True),
            "spec": Value(TEXT),
            "origin": Value(TEXT, description="Where it comes from."),
            "kind": Value(KIND, group=True),
            "active": Value(BOOL),
            "price": Value(EXACT, description="Retail price of one stock unit."),
            "reference_cost": Value(EXACT, permission="product.cost"),
            "average_cost": Value(EXACT, average_cost, permission="stock.value", description="Value ÷ quantity."),
            "stock_value": Value(EXACT, stock_value, permission="stock.value"),
            "on_hand": Value(EXACT, balance(STOCK.on_hand), null=False, permission="stock.all"),
            "reserved": Value(EXACT, balance(STOCK.reserved), null=False, permission="stock.all"),
            "available": Value(EXACT, balance(STOCK.on_hand - STOCK.reserved), null=False, permission="stock.all"),
            "in_transit": Value(
                EXACT,
                balance(STOCK.on_hand, "transit"),
                null=False,
                permission="stock.all",
                description="Sent from one warehouse to another and not yet received there; not in onHand.",
            ),
            "unit": One("Unit", "unit_id", description="The stock unit."),
            "unit_id": Value(ID),
            "units": Many("ProductUnit", "product_id", order=("unit_id",)),
            "barcodes": Many("ProductBarcode", "product_id", order=("position",)),
            "category": One("Category", "category_id"),
            "stock_levels": Many("StockLevel", "product_id", order=("location_id",)),
            "moves": Pages("StockMove", "product_id"),
            "search": Search(looked_for, anywhere, description="In name, sku, spec or barcode."),
            "version": Value(INT),
            "created_at": Value(TIME),
            "updated_at": Value(TIME),
        },
        permission="product.read",
        warehouse=OPEN,
        party=CLOSED,
    ),
    Type(
        "ProductUnit",
        tables.product_unit,
        {
            "unit": One("Unit", "unit_id"),
            "unit_id": Value(ID),
            "numerator": Value(EXACT, description="One unit is numerator ÷ denominator stock units."),
            "denominator": Value(EXACT),
        },
        permission="product.read",
        warehouse=OPEN,
        party=CLOSED,
        key=("product_id", "unit_id"),
    ),
    Type(
        "ProductBarcode",
        tables.product_barcode,
        {
            "code": Value(TEXT),
            "kind": Value(BARCODE_KIND),
            "unit": One("Unit", "unit_id"),
            "unit_id": Value(ID),
            "product": One("Product", "product_id"),
        },
        permission="product.read",
        warehouse=OPEN,
        party=CLOSED,
        key=("product_id", "code"),
    ),
    Type(
        "Partner",
        tables.partner,
        {
            "id": Value(ID, sort=True),
            "code": Value(TEXT, sort=True),
            "name": Value(TEXT, sort=True),
            "is_supplier": Value(BOOL),
            "is_customer": Value(BOOL),
            "contact_name": Computed(
                TEXT, ("contact_name", "id"), decrypted("contact_name"), permission="partner.phone"
            ),
            "phone": Computed(
                TEXT,
                ("phone", "id"),
                decrypted("phone"),
                permission="partner.phone",
                find=Search(
                    lambda row, digest: or_(row.c.phone_index == digest, row.c.phone_last4_index == digest),
                    by_phone,
                    LargeBinary(),
                    description="A whole number, or its last four digits.",
                ),
            ),
            "address": Computed(TEXT, ("address", "id"), decrypted("address"), permission="partner.phone"),
            "active": Value(BOOL),
            "search": Search(lambda row, text: or_(row.c.name.ilike(text), row.c.code.ilike(text)), anywhere),
            "sales_orders": Pages("SalesOrder", "partner_id"),
            "purchase_orders": Pages("PurchaseOrder", "partner_id"),
            "version": Value(INT),
            "created_at": Value(TIME),
            "updated_at": Value(TIME),
        },
        permission=("partner.read", "sales.read", "purchase.read"),
        warehouse=OPEN,
        party="id",
    ),
    Type(
        "Warehouse",
        tables.warehouse,
        {
            "id": Value(ID, sort=True),
            "code": Value(TEXT, sort=True),
            "name": Value(TEXT),
            "negative": Value(NEGATIVE, description="What happens where stock would go below zero."),
            "active": Value(BOOL),
            "locations": Many("Location", "warehouse_id", order=("code",)),
            "version": Value(INT),
        },
        permission="stock.read",
        warehouse="id",
        party=CLOSED,
    ),
    Type(
        "Location",
        select(tables.location).where(tables.location.c.kind == "storage"),
        {
            "id": Value(ID, sort=True),
            "code": Value(TEXT),
            "name": Value(TEXT),
            "kind": Value(PLACE),
            "warehouse": One("Warehouse", "warehouse_id"),
            "warehouse_id": Value(ID),
        },
        permission="stock.read",
        warehouse="warehouse",
        party=CLOSED,
    ),
]

ROOTS = {
    "unit": One("Unit"),
    "units": Many("Unit", order=("name",), at_most=1000),
    "category": One("Category"),
    "categories": Many("Category", order=("name",), at_most=1000),
    "product": One("Product"),
    "products": Pages("Product"),
    "partner": One("Partner"),
    "partners": Pages("Partner"),
    "warehouse": One("Warehouse"),
    "warehouses": Many("Warehouse", order=("code",)),
    "location": One("Location"),
    "locations": Many("Location", order=("code",), at_most=1000),
}
