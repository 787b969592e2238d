"""A company full of rows, written past every door: for tests that only read, and care how much or whose."""

from hashlib import md5
from uuid import UUID

import asyncpg

from domain.base import NIL
from domain.ids import derived_id
from domain.inventory.places import CUSTOMER, SUPPLIER
from tenants.keys import FORMAT, SEALED_AT_LEAST
from tenants.registry import Company

PARTNERS = 10  # that have orders; the others have none

FILL = f"""
create function made(kind text, i bigint) returns uuid stable language sql
 return md5(current_schema() || '/' || $1 || $2)::uuid;

insert into unit (id, name, decimals) select made('unit', i), 'unit ' || i, 0 from generate_series(0, 9) i;
insert into category (id, name, parent_id)
 select made('category', i), 'category ' || i, case when i > 0 then made('category', i / 10) end
 from generate_series(0, $n / 40) i;
insert into product (id, sku, name, spec, category_id, unit_id, kind, price, reference_cost)
 select made('product', i), 'SKU-' || i, 'name ' || i % ($n / 4 + 1), 'spec', made('category', i % ($n / 40 + 1)),
  made('unit', i % 5), 'goods', 10 + i % 7, 6 from generate_series(1, $n) i;
insert into product_unit (product_id, unit_id, numerator, denominator)
 select made('product', i), made('unit', 9), 12, 1 from generate_series(1, $n) i;
insert into product_barcode (product_id, code, kind, position)
 select made('product', i), (6900000000000 + i)::text, 'house', 1 from generate_series(1, $n) i;
insert into partner (id, code, name, is_supplier, is_customer)
 select made('partner', i), 'C-' || i, 'partner ' || i % ($n / 4 + 1), true, true from generate_series(0, $n) i;
insert into warehouse (id, code, name) select made('warehouse', i), 'W' || i, 'warehouse ' || i
 from generate_series(0, 3) i;
insert into location (id, warehouse_id, kind, code, name)
 select made('location', i), made('warehouse', i), 'storage', 'storage', 'storage' from generate_series(0, 3) i
 union all
 select made('transit', i), made('warehouse', i), 'transit', 'transit', 'transit' from generate_series(0, 3) i;
insert into purchase_order (id, number, external_number, partner_id, location_id, status, document_on, expected_on,
  total, note)
 select made('purchase_order', i), 'PO-' || i, 'X' || i, made('partner', i % {PARTNERS}), made('location', i % 4),
  'open', date '2026-01-01' + i::int % 300, date '2026-12-01', i, 'note' from generate_series(1, $n) i;
insert into purchase_order_line (id, order_id, position, product_id, unit_id, numerator, denominator, quantity,
  unit_price, amount, ordered)
 select made('purchase_order_line', i), made('purchase_order', i), 1, made('product', i), made('unit', i % 5), 1, 1,
  1000, 6, 6000, 1000 from generate_series(1, $n) i;
insert into sales_order (id, number, external_number, kind, partner_id, location_id, status, document_on, total, note)
 select made('sales_order', i), 'SO-' || i, 'X' || i, 'order', made('partner', i % {PARTNERS}), made('location', i % 4),
  case i % 4 when 0 then 'confirmed' when 2 then 'shipped' else 'draft' end, date '2026-01-01' + i::int % 300, i, 'note'
 from generate_series(1, $n) i;
insert into sales_order_line (id, order_id, position, product_id, unit_id, numerator, denominator, quantity, unit_price,
  amount, ordered, shipped, shipped_value)
 select made('sales_order_line', i), made('sales_order', i), 1, made('product', i), made('unit', i % 5), 1, 1,
  100, 9, 900, 100,
  case i % 4 when 2 then 100 else 0 end, case i % 4 when 2 then 600 else 0 end from generate_series(1, $n) i;
insert into stock_document (id, number, kind, order_id, partner_id, location_id, document_on, effective_at, command_id)
 select made('stock_document', i), 'SD-' || i, case when i % 2 = 0 then 'shipment' else 'receipt' end,
  case when i % 2 = 0 then made('sales_order', i) else made('purchase_order', i) end, made('partner', i % {PARTNERS}),
  made('location', i % 4), date '2026-01-01' + i::int % 300, timestamptz '2026-01-01Z' + i * interval '7 minutes',
  made('command', i) from generate_series(1, $n) i;
insert into stock_move (document_id, position, product_id, lot_id, owner_id, from_location_id, to_location_id, quantity,
  value, effective_at, line_id, command_id)
 select made('stock_document', i), 1, made('product', i % ($n / 20 + 1) + 1), '{NIL}', '{NIL}',
  case when i % 2 = 0 then made('location', i % 4) else '{SUPPLIER}' end,
  case when i % 2 = 0 then '{CUSTOMER}' else made('location', i % 4) end,
  1, 6, timestamptz '2026-01-01Z' + i * interval '7 minutes', made('sales_order_line', i), made('command', i)
 from generate_series(1, $n) i;
insert into stock_balance (product_id, lot_id, owner_id, location_id, on_hand, reserved, negative_ok)
 select made('product', i), '{NIL}', '{NIL}', made('location', i % 4), 1000, 0, false from generate_series(1, $n) i;
insert into cost_pool (product_id, scope_id, quantity, value)
 select made('product', i), '{NIL}', 1000, 6000 from generate_series(1, $n) i;
insert into stock_count_line (document_id, position, product_id, lot_id, location_id, counted, book, counted_at)
 select made('stock_document', i), 1, made('product', i), '{NIL}', made('location', i % 4), 9, 10, '2026-05-05Z'
 from generate_series(1, $n) i;
insert into stock_transfer (id, number, from_location_id, to_location_id, status, document_on, note)
 select made('stock_transfer', i), 'ST-' || i, made('location', i % 4), made('location', (i + 1) % 4), 'sent',
  date '2026-01-01' + i::int % 300, 'note' from generate_series(1, $n) i;
insert into stock_transfer_line (id, transfer_id, position, product_id, unit_id, numerator, denominator, quantity, sent)
 select made('stock_transfer_line', i), made('stock_transfer', i), 1, made('product', i), made('unit', i % 5), 1, 1,
  1000, 1000 from generate_series(1, $n) i;
insert into stock_balance (product_id, lot_id, owner_id, location_id, on_hand, reserved, negative_ok)
 select made('product', i), '{NIL}', '{NIL}', made('transit', (i + 1) % 4), 1000, 0, false
 from generate_series(1, $n) i;
insert into attachment (id, document_id, location_id, media_type, size, image, command_id)
 select made('attachment', i), made('stock_document', i), made('location', i % 4), 'image/png', 9,
  '\\x01'::bytea || decode(repeat('00', 40), 'hex'), made('command', i) from generate_series(1, $n) i;
insert into discrepancy (id, kind, document_id, product_id, location_id, quantity, status, opened_at)
 select made('discrepancy', i), 'negative_stock', made('stock_document', i), made('product', i),
  made('location', i % 4), 1, case when i % 10 = 0 then 'open' else 'closed' end,
  timestamptz '2026-01-01Z' + i * interval '7 minutes' from generate_series(1, $n) i;
insert into waiting_call (id, name, actor_id, actor_name, occurred_at, body_hash, body, reason)
 select made('waiting_call', i), 'inventory.record_count', made('account', i), 'keeper ' || i, '2026-05-05Z', '\\x00',
  set_byte(decode(repeat('00', {SEALED_AT_LEAST}), 'hex'), 0, {FORMAT}), 'forbidden' from generate_series(1, $n) i;
insert into job (id, kind, label, status, actor_id, actor_name, priority, body, result, code, field, details,
  started_at, finished_at, total)
 select made('job', i), 'export', 'job ' || i, (array['done', 'queued', 'paused', 'failed'])[i % 4 + 1],
  made('account', i), 'keeper ' || i, 5, '{{"list": "products"}}', jsonb_build_object('file_id', made('file', i)),
  'forbidden', 'lines.1', '{{"permission": "stock.read"}}', now(), now(), 100
 from generate_series(1, $n) i;
insert into import_job (id, file_id, file_name, actor_id, status, kind, sheet, heading_row, sheets, columns, code,
  details, report_id, job_id, finished_at)
 select made('import_job', i), made('stored_file', i), 'file ' || i, made('account', i),
  (array['mapping', 'checked', 'done'])[i / 4 % 3 + 1], 'products', 'Sheet', 1, '[{{"name": "Sheet", "rows": 9}}]',
  '[{{"index": 0, "heading": "SKU", "field": "sku", "guessed": "sku"}},
    {{"index": 1, "heading": "Name", "field": "name", "guessed": "name"}},
    {{"index": 2, "heading": "Unit", "field": "unit", "guessed": null}}]',
  'not_csv', '{{"reason": "binary"}}', made('stored_file', i), made('job', i), now() from generate_series(1, $n) i;
insert into stored_file (id, name, media_type, size, purpose, permission, actor_id)
 select made('stored_file', i), 'file ' || i, 'text/csv', 9, 'upload', '', made('account', i)
 from generate_series(1, $n) i;
insert into command_log (id, name, actor_id, door, occurred_at, recorded_at, body_hash)
 select made('command_log', i), 'inventory.record_opening_stock', made('account', i),
  (array['graphql', 'sync', 'job'])[i % 3 + 1], now(), now() - i * interval '1 minute', ''
 from generate_series(1, $n) i;
insert into seal (n, id, chain) select i, made('command_log', i), '' from generate_series(1, $n) i;
update seal_head set n = $n, last_at = now();
insert into reconciliation (id, checked_at, actor_id, moves, counts, differences, feed, log_n, log_chain, file_id)
 select made('reconciliation', i), now() - i * interval '1 day', made('account', i), i, '{{"balance": 1}}', i % 2, i, i,
  'x', made('stored_file', i) from generate_series(1, $n) i;
insert into reconciliation_difference (id, reconciliation_id, position, "check", key, what, expected, found, cause,
  command_id, command, actor_id, document_id, line, at, since, candidates)
 select made('reconciliation_difference', i), made('reconciliation', i), 1,
  case when i % 2 = 0 then 'shipped' else 'pool' end,
  case when i % 2 = 0 then made('sales_order_line', i) else made('product', i) end::text,
  case when i % 2 = 0 then 'shipped' else 'value' end, '1', '100', 'missing', made('command', i), 'sales.sell_now',
  made('account', i), made('stock_document', i), 1, now(), now(), 1 from generate_series(1, $n) i
 union all
 select made('reconciliation_difference', -i), made('reconciliation', i), 2, 'shipped',
  made('sales_order_line', i)::text, 'shipped_value', '6', '600', 'missing', made('command', i), 'sales.sell_now',
  made('account', i), made('stock_document', i), 1, now(), now(), 1 from generate_series(2, $n, 2) i;
drop function made(text, bigint);
"""


def made(schema: str, kind: str, i: int) -> UUID:
    """The id of row i of a table in a company that was filled: rows are numbered from 1."""
    return UUID(md5(f"{schema}/{kind}{i}".encode()).hexdigest())


async def fill(owner: asyncpg.Connection, schema: str, n: int) -> None:
    """n rows of whatever comes in number. The first PARTNERS partners have the orders in turn."""
    async with owner.transaction():
        await owner.execute(f"set local search_path to {schema}")
        await owner.execute(FILL.replace("made(", "pg_temp.made(").replace("$n", str(n)))


async def seal(owner: asyncpg.Connection, company: Company, calls: list[UUID]) -> None:
    """Waiting calls get a body that can be read: only the company's keys make one."""
    bodies = [company.keys.encrypt("waiting_call", "body", id, "{}") for id in calls]
    await owner.execute(
        f"""update {company.schema}.waiting_call w set body = b.body
 from unnest($1::uuid[], $2::bytea[]) as b(id, body) where w.id = b.id""",
        calls,
        bodies,
    )


async def seal_imports(owner: asyncpg.Connection, company: Company, imports: list[UUID]) -> None:
    """A row of each import that somebody has to look at, and samples of its columns."""
    samples = [company.keys.encrypt("import_job", "samples", id, '[["A"], ["Tea"], ["box"]]') for id in imports]
    await owner.execute(
        f"""update {company.schema}.import_job i set samples = s.samples
 from unnest($1::uuid[], $2::bytea[]) as s(id, samples) where i.id = s.id""",
        imports,
        samples,
    )
    rows = [derived_id(id, "row", 2) for id in imports]
    rows[0] = made(company.schema, "import_row", 1)
    content = '{"cells": ["A", "Tea", "box"], "values": {"sku": "A"}, "proposals": []}'
    await owner.execute(
        f"""insert into {company.schema}.import_row (id, import_id, line, status, code, field, content)
 select id, import_id, 2, 'refused', 'unknown_unit', 'unit', content
 from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as r(id, import_id, content)""",
        rows,
        imports,
        [company.keys.encrypt("import_row", "content", id, content) for id in rows],
    )


async def seal_log(owner: asyncpg.Connection, company: Company, calls: list[UUID]) -> None:
    """Logged calls with a body and an answer: a cost is among what they say."""
    body = '{"records": [{"sku": "A", "unit_cost": "6"}]}'
    outcome = '{"status": "refused", "data": {}, "code": "all_refused", "field": null, "records": []}'
    await owner.execute(
        f"""update {company.schema}.command_log l set body = s.body, outcome = s.outcome
 from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as s(id, body, outcome) where l.id = s.id""",
        calls,
        [company.keys.encrypt("command_log", "body", id, body) for id in calls],
        [company.keys.encrypt("command_log", "outcome", id, outcome) for id in calls],
    )
