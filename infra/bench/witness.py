"""The witness over a million moves, beside the one aggregate that a careful person would write by hand."""

import time
from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from domain.base import NIL
from domain.inventory.places import CUSTOMER, LOSS
from infra.bench import measure
from infra.bench.measure import Sample
from infra.bench.setting import Setting
from infra.bench.stage import PARTNER, PRODUCTS, UNIT, WAREHOUSES
from workers.reconcile import reconcile as witness

ORDERS, LINES = 120_000, 5
RECEIPTS, RECEIVED = 3_400, 109  # with the opening stock of 30,000 moves that makes a million

SHIPMENTS: LiteralString = """
create temp table sold on commit drop as
 select o, uuidv7() as order_id, uuidv7() as document_id, uuidv7() as command_id, o %% %(warehouses)s + 1 as place,
  now() - interval '300 days' * ((%(orders)s - o)::float / %(orders)s) as at from generate_series(1, %(orders)s) o;
create temp table sold_line on commit drop as
 select sold.*, j, uuidv7() as line_id,
  ('00000000-0000-7000-8000-' || lpad(to_hex((o * 37 + j * 1999 + 11) %% %(products)s + 1), 12, '0'))::uuid
   as product_id,
  ('00000000-0000-7000-8002-' || lpad(to_hex(place), 12, '0'))::uuid as location_id
 from sold cross join generate_series(1, %(lines)s) j;
insert into sales_order (id, number, kind, partner_id, location_id, status, document_on, total, shipments, created_at)
 select order_id, 'B' || o, 'slip', %(partner)s, ('00000000-0000-7000-8002-' || lpad(to_hex(place), 12, '0'))::uuid,
  'shipped', at::date, 10 * %(lines)s, 1, at from sold;
insert into sales_order_line (id, order_id, position, product_id, unit_id, numerator, denominator, quantity,
  unit_price, amount, ordered, shipped, shipped_value)
 select line_id, order_id, j, product_id, %(unit)s, 1, 1, 1, 10, 10, 1, 1, 7.35 from sold_line;
insert into command_log (id, name, actor_id, door, occurred_at, body_hash)
 select command_id, 'sales.sell_now', %(partner)s, 'job', at, '' from sold;
insert into stock_document (id, number, kind, order_id, partner_id, location_id, document_on, effective_at, command_id)
 select document_id, 'B' || o || '-1', 'shipment', order_id, %(partner)s,
  ('00000000-0000-7000-8002-' || lpad(to_hex(place), 12, '0'))::uuid, at::date, at, command_id from sold;
insert into stock_move (document_id, position, product_id, lot_id, owner_id, from_location_id, to_location_id, quantity,
  value, effective_at, line_id, command_id)
 select document_id, j, product_id, %(nil)s, %(nil)s, location_id, %(customer)s, 1, 7.35, at, line_id, command_id
 from sold_line;
"""
ARRIVALS: LiteralString = """
create temp table found on commit drop as
 select d, uuidv7() as document_id, uuidv7() as command_id, d %% %(warehouses)s + 1 as place,
  now() - interval '299 days' * ((%(receipts)s - d)::float / %(receipts)s) as at
 from generate_series(1, %(receipts)s) d;
insert into command_log (id, name, actor_id, door, occurred_at, body_hash)
 select command_id, 'inventory.adjust_stock', %(partner)s, 'job', at, '' from found;
insert into stock_document (id, number, kind, location_id, document_on, effective_at, command_id)
 select document_id, 'A' || d, 'adjustment', ('00000000-0000-7000-8002-' || lpad(to_hex(place), 12, '0'))::uuid,
  at::date, at, command_id from found;
insert into stock_move (document_id, position, product_id, lot_id, owner_id, from_location_id, to_location_id, quantity,
  value, effective_at, command_id)
 select document_id, j,
  ('00000000-0000-7000-8000-' || lpad(to_hex((d * 41 + j * 97) %% %(products)s + 1), 12, '0'))::uuid, %(nil)s, %(nil)s,
  %(loss)s, ('00000000-0000-7000-8002-' || lpad(to_hex(place), 12, '0'))::uuid, 1, 7.35, at, command_id
 from found cross join generate_series(1, %(received)s) j;
update stock_balance b set on_hand = m.quantity from (
  select product_id, location_id, sum(quantity) as quantity from (
   select product_id, to_location_id as location_id, quantity from stock_move
   union all select product_id, from_location_id, -quantity from stock_move) f group by 1, 2) m
 where (b.product_id, b.location_id) = (m.product_id, m.location_id);
update cost_pool c set quantity = b.quantity, value = b.quantity * 7.35 from (
  select product_id, sum(on_hand) as quantity from stock_balance group by 1) b where b.product_id = c.product_id;
insert into change (entity, entity_id, bucket)
 select 'stock_document', d.id, 'w:' || l.warehouse_id from stock_document d join location l on l.id = d.location_id
 where d.kind <> 'opening';
"""
BY_HAND: LiteralString = """select count(*) from (
 select product_id, location_id, sum(quantity) as quantity from (
  select product_id, to_location_id as location_id, quantity from stock_move
  union all select product_id, from_location_id, -quantity from stock_move) m group by 1, 2) moved
 join location l on l.id = location_id and l.warehouse_id is not null
 full join stock_balance b using (product_id, location_id) where moved.quantity is distinct from b.on_hand"""


def reconcile(setting: Setting) -> Iterator[dict[str, Any]]:
    stage, slug = setting.stage, "witness"
    schema = stage.company(slug)
    moves = fill(setting, schema)

    def ours() -> Sample:
        async def look(company: Any) -> Sample:
            with measure.sample(setting.postgres) as taken:
                report = await witness(company)
                taken.count = report.moves
            if not report.clean:
                raise RuntimeError(f"the bench's own company has drift: {report.counts} {report.differences[:3]}")
            return taken

        return stage.inside(slug, look)

    def floor() -> Sample:
        with psycopg.connect(stage.server.superuser_url) as connection:
            connection.execute(sql.SQL("set search_path to {}").format(sql.Identifier(schema)))
            start = time.perf_counter()
            with measure.sample(setting.postgres) as taken:
                row = connection.execute(BY_HAND).fetchone()
                taken.count, taken.seconds = moves, time.perf_counter() - start
            if row != (0,):
                raise RuntimeError(f"the aggregate by hand found {row} differences")
        return taken

    median = measure.in_turn({"ours": ours, "floor": floor}, setting.repeats)
    yield measure.line(
        "reconcile",
        median["ours"],
        unit="moves per s",
        seconds=median["ours"].seconds,
        floor=median["floor"].rate,
        of_floor=measure.ratio(median["ours"], median["floor"]),
        n=moves,
        postgres_cpu_ms=None,
    )


def fill(setting: Setting, schema: str) -> int:
    values = {
        "warehouses": WAREHOUSES,
        "products": PRODUCTS,
        "orders": ORDERS,
        "lines": LINES,
        "receipts": RECEIPTS,
        "received": RECEIVED,
        "partner": PARTNER,
        "unit": UNIT,
        "nil": NIL,
        "customer": CUSTOMER,
        "loss": LOSS,
    }
    with psycopg.connect(setting.stage.server.superuser_url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(sql.SQL("set search_path to {}").format(sql.Identifier(schema)))
        connection.execute(SHIPMENTS, values)
        connection.execute(ARRIVALS, values)
        row = connection.execute("select count(*) from stock_move").fetchone()
    setting.stage.vacuum()
    return row[0] if row else 0
