"""A small company of its own for the tests of the compiler: tables, declarations, data."""

import datetime as dt
import hashlib
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import strawberry
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from api.read.declare import (
    CLOSED,
    OPEN,
    AnyNode,
    Choice,
    Computed,
    Many,
    Model,
    One,
    Pages,
    Search,
    Totals,
    Type,
    Value,
)
from api.read.graphql import build, unreachable
from api.read.scalars import BOOL, DATE, DECIMAL, ID, TEXT, TIME, enum_of, pattern

meta = MetaData()
quantity, amount = Numeric(18, 4), Numeric(18, 4)


def table(name: str, *columns: Any) -> Table:
    return Table(name, meta, Column("id", Uuid, primary_key=True), *columns)


def refers(name: str, to: str, nullable: bool = False) -> Column[Any]:
    return Column(name, Uuid, ForeignKey(f"{to}.id"), nullable=nullable)


category = table("category", Column("name", Text, nullable=False), refers("parent_id", "category", True))
warehouse = table("warehouse", Column("code", Text, nullable=False), Column("name", Text, nullable=False))
partner = table(
    "partner", Column("name", Text, nullable=False), Column("phone", LargeBinary), Column("phone_index", LargeBinary)
)
product = table(
    "product",
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("barcode", Text),
    Column("unit", Text, nullable=False),
    Column("price", amount, nullable=False),
    Column("cost", amount),
    Column("weight", Numeric(12, 3)),
    Column("active", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    refers("category_id", "category", True),
    refers("supplier_id", "partner", True),
    Column("launched_on", Date),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
stock = Table(
    "stock_level",
    meta,
    refers("product_id", "product"),
    refers("warehouse_id", "warehouse"),
    Column("on_hand", quantity, nullable=False),
    Column("reserved", quantity, nullable=False),
    PrimaryKeyConstraint("product_id", "warehouse_id"),
)
order = table(
    "purchase_order",
    Column("number", Text, nullable=False),
    Column("note", Text),
    refers("partner_id", "partner"),
    refers("warehouse_id", "warehouse"),
)
line = table(
    "purchase_order_line",
    refers("order_id", "purchase_order"),
    refers("product_id", "product"),
    Column("quantity", quantity, nullable=False),
    Column("price", amount, nullable=False),
)
count = table("stock_count", Column("reason", Text, nullable=False))
move = table(
    "stock_move",
    refers("product_id", "product"),
    refers("warehouse_id", "warehouse"),
    Column("quantity", quantity, nullable=False),
    Column("value", amount),
    Column("moved_at", DateTime(timezone=True), nullable=False),
    Column("document_id", Uuid),
)
for key in ("sku", "name", "barcode", "price", "cost", "weight", "launched_on", "created_at"):
    Index(f"product_{key}", product.c[key], product.c.id)
Index("product_margin", product.c.price - product.c.cost, product.c.id)
Index("product_category", product.c.category_id, product.c.id)
Index("stock_move_product", move.c.product_id, move.c.id)
for key in ("quantity", "value", "moved_at"):
    Index(f"stock_move_{key}", move.c[key], move.c.id)
TABLES = {one.name: one for one in meta.sorted_tables}

STATUS = enum_of("ProductStatus", "draft", "on_sale", "ended")
PERMISSIONS = frozenset(
    {"product.read", "product.cost", "stock.read", "order.read", "order.price", "partner.read", "partner.phone"}
)
KEEPER = frozenset({"product.read", "stock.read", "partner.read"})
PARTNER = frozenset({"product.read", "order.read", "order.price", "partner.read", "partner.phone", "stock.read"})


@dataclass(frozen=True)
class Firm:
    id: UUID


@dataclass(frozen=True)
class Caller:
    company: Firm
    actor_id: UUID
    permissions: frozenset[str]
    party_id: UUID | None = None
    warehouses: frozenset[UUID] | None = None


def hidden_phone(firm: Firm, text: str | None) -> bytes | None:
    return None if text is None else bytes(b ^ firm.id.bytes[0] for b in text.encode())


def shown_phone(caller: Caller, phone: bytes, id: str) -> str:
    if phone == b"broken":
        raise ValueError("secret detail")
    return bytes(b ^ caller.company.id.bytes[0] for b in phone).decode() + "@" + id[:4]


def phone_index(caller: Caller | Firm, text: str) -> bytes:
    if "?" in text:
        raise ValueError("A phone number has no question mark.")
    firm = caller.company if isinstance(caller, Caller) else caller
    return hashlib.sha256(firm.id.bytes + text.encode()).digest()


def on_hand(row: Any) -> Any:
    total = select(func.sum(stock.c.on_hand)).where(stock.c.product_id == row.c.id).scalar_subquery()
    return func.coalesce(total, 0)


TYPES = [
    Type(
        "Category",
        category,
        {
            "id": Value(ID, sort=True),
            "name": Value(TEXT, sort=True, description="As staff call it."),
            "parent": One("Category", "parent_id"),
            "children": Many("Category", "parent_id", order=("-name",)),
            "products": Pages("Product", "category_id"),
        },
        permission="product.read",
        warehouse=OPEN,
        party=OPEN,
    ),
    Type(
        "Warehouse",
        warehouse,
        {"id": Value(ID, sort=True), "code": Value(TEXT, sort=True), "name": Value(TEXT)},
        permission=("stock.read", "order.read"),
        warehouse="id",
        party=CLOSED,
    ),
    Type(
        "Partner",
        partner,
        {
            "id": Value(ID),
            "name": Value(TEXT, sort=True),
            "phone": Computed(
                TEXT,
                ("phone", "id"),
                shown_phone,
                permission="partner.phone",
                find=Search(lambda row, digest: row.c.phone_index == digest, phone_index, LargeBinary()),
            ),
            "orders": Pages("PurchaseOrder", "partner_id"),
        },
        permission="partner.read",
        warehouse=OPEN,
        party="id",
    ),
    Type(
        "Product",
        product,
        {
            "id": Value(ID, sort=True),
            "sku": Value(TEXT, sort=True),
            "name": Value(TEXT, sort=True),
            "description": Value(TEXT),
            "barcode": Value(TEXT, sort=True),
            "unit": Value(TEXT, group=True),
            "price": Value(DECIMAL, sort=True, total=True),
            "cost": Value(DECIMAL, sort=True, total=True, permission="product.cost"),
            "margin": Value(DECIMAL, lambda p: p.c.price - p.c.cost, permission="product.cost", sort=True, total=True),
            "weight": Value(DECIMAL, sort=True),
            "active": Value(BOOL),
            "status": Value(STATUS, group=True),
            "category_id": Value(ID),
            "launched_on": Value(DATE, sort=True),
            "created_at": Value(TIME, sort=True),
            "on_hand": Value(DECIMAL, on_hand, null=False),
            "label": Computed(TEXT, ("sku", lambda p: p.c.name), lambda _, sku, name: f"{sku} {name}"),
            "search": Search(
                lambda p, text: or_(p.c.name.like(text), p.c.sku.like(text)),
                lambda _, text: f"%{pattern(text.strip())}%",
            ),
            "category": One("Category", "category_id"),
            "supplier": One("Partner", "supplier_id"),
            "stock_levels": Many("StockLevel", "product_id", order=("warehouse_id",)),
            "moves": Pages("StockMove", "product_id"),
            "move_totals": Totals("StockMove", "product_id"),
        },
        permission="product.read",
        warehouse=OPEN,
        party=OPEN,
    ),
    Type(
        "StockLevel",
        select(stock).where(stock.c.reserved >= 0),
        {
            "on_hand": Value(DECIMAL, sort=True, total=True),
            "reserved": Value(DECIMAL, total=True),
            "warehouse_id": Value(ID, group=True),
            "warehouse": One("Warehouse", "warehouse_id"),
            "product": One("Product", lambda row, to: to.c.id == row.c.product_id),
        },
        permission="stock.read",
        warehouse="warehouse",
        party=CLOSED,
        key=("product_id", "warehouse_id"),
    ),
    Type(
        "StockMove",
        move,
        {
            "id": Value(ID, sort=True),
            "quantity": Value(DECIMAL, sort=True, total=True),
            "value": Value(DECIMAL, permission="product.cost", sort=True, total=True),
            "moved_at": Value(TIME, sort=True),
            "warehouse": One("Warehouse", "warehouse_id"),
            "product": One("Product", "product_id"),
            "document": Choice("Document", {"PurchaseOrder": "document_id", "StockCount": "document_id"}),
        },
        permission="stock.read",
        warehouse=lambda row, allowed: row.c.warehouse_id == func.any(allowed),
        party=CLOSED,
    ),
    Type(
        "PurchaseOrder",
        order,
        {
            "id": Value(ID),
            "number": Value(TEXT, sort=True),
            "note": Value(TEXT),
            "partner": One("Partner", "partner_id"),
            "lines": Many("PurchaseOrderLine", "order_id"),
        },
        permission="order.read",
        warehouse="warehouse_id",
        party="partner_id",
    ),
    Type(
        "PurchaseOrderLine",
        line,
        {
            "id": Value(ID),
            "quantity": Value(DECIMAL, total=True),
            "price": Value(DECIMAL, permission="order.price", total=True),
            "order": One("PurchaseOrder", "order_id"),
            "product": One("Product", "product_id"),
        },
        permission="order.read",
        warehouse="order",
        party="order",
    ),
    Type(
        "StockCount",
        count,
        {"id": Value(ID), "reason": Value(TEXT)},
        permission="stock.read",
        warehouse=OPEN,
        party=CLOSED,
    ),
]
ROOTS = {
    "node": AnyNode(),
    "product": One("Product"),
    "products": Pages("Product"),
    "product_totals": Totals("Product"),
    "categories": Pages("Category"),
    "warehouses": Many("Warehouse", order=("code",)),
    "partners": Pages("Partner"),
    "purchase_orders": Pages("PurchaseOrder"),
    "purchase_lines": Pages("PurchaseOrderLine"),
    "stock_levels": Pages("StockLevel"),
    "stock_moves": Pages("StockMove"),
    "stock_totals": Totals("StockLevel"),
}


@strawberry.type
class Extra:
    """Fields of Query that Strawberry executes."""

    @strawberry.field
    async def server_time(self) -> str:
        return "noon"

    @strawberry.field
    def failing(self) -> str | None:
        raise ValueError("secret detail")


def mutations(names: dict[str, Any]) -> type:
    async def rename_product(self: Any, info: strawberry.Info, id: strawberry.ID, name: str) -> Any:
        ok = await info.context["rename"](id, name)
        return names["CommandOutcome"](ok=ok, query=None)

    outcome = type("CommandOutcome", (), {"__annotations__": {"ok": bool, "query": names["Query"] | None}})
    names["CommandOutcome"] = strawberry.type(outcome)
    rename_product.__annotations__["return"] = names["CommandOutcome"]
    return strawberry.type(type("Mutation", (), {"rename_product": strawberry.mutation(rename_product)}))


def company(resolver: Callable[..., Any] = unreachable) -> Model:
    return build(Model(TYPES, ROOTS, PERMISSIONS), Extra, mutations, resolver)


# --- data ---

FIRM, OTHER = Firm(UUID(int=7 << 120)), Firm(UUID(int=8 << 120))


def data_of(products: int, seed: int = 1) -> dict[str, list[dict[str, Any]]]:
    """Random rows with NULLs, ties, quotes and Chinese in them."""
    dice = random.Random(seed)
    pick = dice.choice

    def new() -> UUID:
        return UUID(int=dice.getrandbits(128))

    def money(top: int) -> Decimal:
        return Decimal(dice.randint(0, top)).scaleb(-4).quantize(Decimal("0.0001"))

    def moment() -> dt.datetime:
        spread = dice.randint(0, 10**13) // 10 ** dice.randint(0, 6) * 10
        return dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=spread)

    data: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for i in range(12):
        parent = pick([None, *[c["id"] for c in data["category"]]])
        data["category"].append({"id": new(), "name": f"类{i % 9}", "parent_id": parent})
    data["warehouse"] = [{"id": new(), "code": f"W{i}", "name": f'仓 "{i}"'} for i in range(3)]
    for i in range(4):
        phone = pick([None, f"1380000000{i}"]) if i else "13800000000"
        index = phone and phone_index(FIRM, phone)
        row = {"id": new(), "name": f"Partner {i % 3}", "phone": hidden_phone(FIRM, phone), "phone_index": index}
        data["partner"].append(row)
    data["stock_count"] = [{"id": new(), "reason": "盘点"} for _ in range(3)]
    for i in range(products):
        one = {
            "id": new(),
            "sku": f"SKU{i:05}",
            "name": pick(["螺丝", "O'Brien", 'a"b\\c', "100%_x", f"n{i % 50}"]),
            "description": pick([None, "", "x\ny\t\u2028"]),
            "barcode": pick([None, f"69{i % 40:011}"]),
            "unit": pick(["个", "箱"]),
            "price": money(10**7),
            "cost": pick([None, money(10**6)]),
            "weight": pick([None, Decimal(dice.randint(0, 5)).scaleb(-3)]),
            "active": pick([True, False]),
            "status": pick(["draft", "on_sale", "ended"]),
            "category_id": pick([None, *[c["id"] for c in data["category"]]]),
            "supplier_id": pick([None, *[p["id"] for p in data["partner"]]]),
            "launched_on": pick([None, dt.date(2026, 1, 1 + i % 20)]),
            "created_at": moment(),
        }
        data["product"].append(one)
    for i in range(9):
        held = {"partner_id": data["partner"][i % 4]["id"], "warehouse_id": data["warehouse"][i % 3]["id"]}
        placed = {"id": new(), "number": f"PO{i}", "note": pick([None, "急"]), **held}
        data["purchase_order"].append(placed)
        for one in dice.sample(data["product"], min(3, products)):
            sold = {"order_id": placed["id"], "product_id": one["id"], "quantity": money(10**5), "price": money(10**5)}
            data["purchase_order_line"].append({"id": new(), **sold})
    documents = [row["id"] for row in data["purchase_order"] + data["stock_count"]]
    for one in data["product"]:
        for place in data["warehouse"]:
            at = {"product_id": one["id"], "warehouse_id": place["id"]}
            if dice.random() < 0.8:
                data["stock_level"].append({**at, "on_hand": money(10**8), "reserved": money(10**5)})
            for _ in range(dice.randint(0, 2)):
                value, document = pick([None, money(10**6)]), pick([None, *documents])
                booked = {"quantity": money(10**6), "value": value, "moved_at": moment(), "document_id": document}
                data["stock_move"].append({"id": new(), **at, **booked})
    return data


def callers(data: dict[str, list[dict[str, Any]]]) -> dict[str, Caller]:
    mine = frozenset(row["id"] for row in data["warehouse"][:2])
    return {
        "manager": Caller(FIRM, UUID(int=1), PERMISSIONS),
        "keeper": Caller(FIRM, UUID(int=2), KEEPER, None, mine),
        "partner": Caller(FIRM, UUID(int=3), PARTNER, data["partner"][0]["id"]),
    }


@dataclass(frozen=True)
class Door:
    raw: Any


def rows_of(connection: Any) -> Any:
    @asynccontextmanager
    async def rows() -> AsyncIterator[Door]:
        yield Door(connection)

    return rows


async def create(connection: asyncpg.Connection, schema: str, data: dict[str, list[dict[str, Any]]]) -> None:
    await connection.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
    await connection.execute(f"set search_path to {schema}; set timezone to 'UTC'")
    for name, one in TABLES.items():
        await connection.execute(str(CreateTable(one).compile(dialect=postgresql.dialect())))
        names = [column.name for column in one.columns]
        records = [[row[n] for n in names] for row in data[name]]
        await connection.copy_records_to_table(name, records=records, columns=names)
        for index in one.indexes:
            await connection.execute(str(CreateIndex(index).compile(dialect=postgresql.dialect())))
    await connection.execute("analyze")
