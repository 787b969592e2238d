"""The place of a run: a PostgreSQL of its own with durable settings, a fresh database, and companies full of goods.

What the data folder keeps between runs is the cluster with the peers' databases; ours is made anew, so that a run does
not depend on what earlier ones left.
"""

import asyncio
import fcntl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import asyncpg
import psycopg
from psycopg import sql

from domain.base import NIL
from domain.execute import execute
from domain.ids import new_id
from domain.inventory.places import OPENING
from domain.schema import creation
from domain.tx import Call
from infra.launch import postgres
from infra.launch.cluster import Server, create_database
from tenants.access import ROLES, Caller
from tenants.clients import create_client
from tenants.keys import open_master
from tenants.provision import Script, create_company, create_control
from tenants.registry import Company, Registry
from tenants.settings import Pools
from tenants.transaction import Database

T = TypeVar("T")

DATABASE = "huotong_bench"
PRODUCTS = 10_000
WAREHOUSES = 3
STOCK = 100_000  # of each product in each warehouse, at a cost of 7.35
COST = "7.35"
ACTOR = UUID(int=9)
PARTNER = UUID(int=100)
UNIT = UUID(int=101)
PRODUCT = "00000000-0000-7000-8000-{:012x}"  # pgbench can draw these too
WAREHOUSE = "00000000-0000-7000-8001-{:012x}"
LOCATION = "00000000-0000-7000-8002-{:012x}"

FILL: LiteralString = """
insert into unit (id, name, decimals) values (%(unit)s, '个', 0);
insert into category (id, name) values (%(unit)s, '饮料');
insert into partner (id, code, name, is_customer) values (%(partner)s, 'C1', '长江商店', true);
insert into warehouse (id, code, name)
 select ('00000000-0000-7000-8001-' || lpad(to_hex(w), 12, '0'))::uuid, 'W' || w, w || ' 号仓库'
 from generate_series(1, %(warehouses)s) w;
insert into location (id, warehouse_id, kind, code, name)
 select ('00000000-0000-7000-8002-' || lpad(to_hex(w), 12, '0'))::uuid,
  ('00000000-0000-7000-8001-' || lpad(to_hex(w), 12, '0'))::uuid, 'storage', 'L' || w, w || ' 号仓库'
 from generate_series(1, %(warehouses)s) w;
insert into product (id, sku, name, spec, category_id, unit_id, price, reference_cost)
 select ('00000000-0000-7000-8000-' || lpad(to_hex(p), 12, '0'))::uuid, 'P' || lpad(p::text, 6, '0'),
  '矿泉水 ' || p || ' Mineral water', p %% 90 || ' ml × 24', %(unit)s, %(unit)s, 10 + p %% 90, %(cost)s::numeric
 from generate_series(1, %(products)s) p;
insert into product_barcode (product_id, code, kind, position)
 select id, '690' || lpad((row_number() over (order by id))::text, 10, '0'), 'house', 1 from product;
insert into command_log (id, name, actor_id, door, occurred_at, body_hash)
 values (%(opening)s, 'inventory.record_opening_stock', %(actor)s, 'job', now() - interval '300 days', '');
insert into stock_document (id, number, kind, location_id, document_on, effective_at, command_id)
 select id, 'OPENING-' || code, 'opening', id, current_date - 300, now() - interval '300 days', %(opening)s
 from location where kind = 'storage';
insert into stock_move (document_id, position, product_id, lot_id, owner_id, from_location_id, to_location_id,
  quantity, value, effective_at, command_id)
 select l.id, row_number() over (partition by l.id order by p.id), p.id, %(nil)s, %(nil)s, %(opening)s, l.id,
  %(stock)s, %(stock)s * %(cost)s::numeric, now() - interval '300 days', %(opening)s
 from location l cross join product p where l.kind = 'storage';
insert into stock_balance (product_id, lot_id, owner_id, location_id, on_hand)
 select product_id, lot_id, owner_id, to_location_id, sum(quantity) from stock_move group by 1, 2, 3, 4;
insert into cost_pool (product_id, scope_id, quantity, value, last_cost)
 select product_id, %(nil)s, sum(quantity), sum(value), %(cost)s::numeric from stock_move group by 1;
insert into change (entity, entity_id, bucket)
 select 'stock_document', d.id, 'w:' || l.warehouse_id from stock_document d join location l on l.id = d.location_id
 union all
 select 'stock', b.product_id, 'w:' || l.warehouse_id from stock_balance b join location l on l.id = b.location_id;
"""


@dataclass(frozen=True)
class Stage:
    data: Path
    server: Server  # seen from the run's database
    companies: dict[str, tuple[UUID, str]] = field(default_factory=dict)  # slug → id, schema

    @property
    def keys(self) -> str:
        return f"file:{self.data / 'master.key'}"

    def company(self, slug: str, products: int = PRODUCTS) -> str:
        """The schema of a company with this stock; made at the first call. `vacuum` belongs behind it."""
        if slug not in self.companies:
            company_id = new_id()
            schema = asyncio.run(self.provision(company_id, slug))
            self.companies[slug] = company_id, schema
            with psycopg.connect(self.server.owner_url, cursor_factory=psycopg.ClientCursor) as owner:
                owner.execute(sql.SQL("set search_path to {}").format(sql.Identifier(schema)))
                if products:
                    owner.execute(
                        FILL,
                        {
                            "unit": UNIT,
                            "partner": PARTNER,
                            "warehouses": WAREHOUSES,
                            "products": products,
                            "cost": COST,
                            "stock": STOCK,
                            "nil": NIL,
                            "opening": OPENING,
                            "actor": ACTOR,
                        },
                    )
        return self.companies[slug][1]

    def vacuum(self) -> None:
        with psycopg.connect(self.server.superuser_url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    async def provision(self, company_id: UUID, slug: str) -> str:
        owner = await asyncpg.connect(self.server.owner_url)
        try:
            master = await open_master(self.keys, owner, create=True)
            return await create_company(owner, company_id, slug, slug, Script(creation()), "0001", master)
        finally:
            await owner.close()

    def run(self, slug: str, name: str, body: dict[str, Any]) -> None:
        """One command, through `execute` and no door. It has to be accepted."""

        async def act(company: Company) -> None:
            outcome = await execute(Call(new_id(), name, body, datetime.now(UTC)), owner_of(company))
            if outcome.status != "accepted":
                raise RuntimeError(f"{name}: {outcome}")

        self.inside(slug, act)

    def clients(self, slug: str, count: int) -> list[tuple[str, str]]:
        """Ids and secrets of programs that may do all that the owner may."""

        async def make(company: Company) -> list[tuple[str, str]]:
            made = [await create_client(company, f"bench {number}", "owner") for number in range(count)]
            return [(each.client_id, each.client_secret or "") for each in made]

        return self.inside(slug, make)

    def inside(self, slug: str, act: Callable[[Company], Awaitable[T]]) -> T:
        async def run() -> T:
            owner = await asyncpg.connect(self.server.owner_url)
            master = await open_master(self.keys, owner)
            await owner.close()
            database = Database(self.server.app_url, Pools())
            company = await Registry(database, master).company(self.companies[slug][0])
            assert company
            try:
                return await act(company)
            finally:
                await database.close()

        return asyncio.run(run())


def owner_of(company: Company) -> Caller:
    return Caller(company, ACTOR, ROLES["owner"])


class Busy(RuntimeError):
    """Another run has this data folder; it would take our database away, and we its cores."""


@contextmanager
def stage(data: Path, options: Mapping[str, str] = {}) -> Iterator[Stage]:
    """`options` of PostgreSQL, beside those that every installation has. One run at a time in a data folder."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another bench runs in {data}") from None
        cluster = postgres.start(data, options=options)
        try:
            server = create_database(cluster, DATABASE)
            drop_roles(server)
            asyncio.run(make_control(server))
            yield Stage(data, server)
        finally:
            postgres.stop(data)


def drop_roles(server: Server) -> None:
    """Roles of the companies of earlier runs outlive their database."""
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        for (role,) in connection.execute("select rolname from pg_roles where rolname ~ '^t_[0-9a-f]+$'").fetchall():
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))


async def make_control(server: Server) -> None:
    owner = await asyncpg.connect(server.owner_url)
    try:
        await create_control(owner)
    finally:
        await owner.close()


def order_body(products: Sequence[int]) -> dict[str, Any]:
    """A slip with one line for each of these products."""
    return {
        "order_id": str(new_id()),
        "partner_id": str(PARTNER),
        "location_id": LOCATION.format(1),
        "lines": [
            {"product_id": PRODUCT.format(product), "quantity": "1", "unit_price": "10.00"} for product in products
        ],
    }
