"""What the causes of differences are read from: the moves of a kept row in the order of their recording, who wrote the
row last, and when it was last found right."""

from typing import LiteralString

BALANCE: LiteralString = """select m.recorded_at, m.command_id, m.document_id, m.position, m.lot_id, m.owner_id,
 m.from_location_id, m.to_location_id, m.product_id, m.quantity, m.quantity2
from stock_move m where m.product_id = $1 order by m.recorded_at, m.document_id, m.position"""

POOL: LiteralString = """select recorded_at, command_id, document_id, position, quantity, value from (
 select m.recorded_at, m.command_id, m.document_id, m.position,
  m.quantity * ((t.warehouse_id is not null)::int - (f.warehouse_id is not null)::int) as quantity,
  m.value * ((t.warehouse_id is not null)::int - (f.warehouse_id is not null)::int) as value
 from stock_move m join location f on f.id = m.from_location_id join location t on t.id = m.to_location_id
 where m.product_id = $1 and m.owner_id = '00000000-0000-0000-0000-000000000000'
 union all
 select d.created_at, r.command_id, r.document_id, null, 0, r.value
 from revaluation r join stock_document d on d.id = r.document_id where r.product_id = $1) e
where quantity <> 0 or value <> 0 order by recorded_at, document_id, position"""

LINE: LiteralString = """select m.recorded_at, m.command_id, m.document_id, m.position, m.quantity, m.value,
 f.kind as source, t.kind as target
from stock_move m join stock_document d on d.id = m.document_id and d.kind = $2
join location f on f.id = m.from_location_id join location t on t.id = m.to_location_id
where m.line_id = $1 order by m.recorded_at, m.document_id, m.position"""

RETURNS: LiteralString = """select d.created_at as recorded_at, d.command_id, d.id as document_id, r.position,
 r.ordered as quantity, (select coalesce(sum(m.value), 0) from stock_move m where m.line_id = r.id) as value
from sales_order_line r join stock_document d on d.order_id = r.order_id and d.kind = 'sales_return'
where r.source_line_id = $1 order by d.created_at, d.id, r.position"""

DOCUMENTS: LiteralString = """select d.created_at as recorded_at, d.command_id, d.id as document_id
from stock_document d where d.order_id = $1 and d.kind = any($2::text[]) order by d.created_at, d.id"""

# what a difference is about where it is about one document
DOCUMENT: LiteralString = """select d.created_at as recorded_at, d.command_id, d.id as document_id
from stock_document d where d.id = $1"""
LAST_MOVED: LiteralString = """select m.recorded_at, m.command_id, m.document_id, m.position from stock_move m
join location l on l.id in (m.from_location_id, m.to_location_id) and l.warehouse_id = $2
where m.product_id = $1 order by m.recorded_at desc, m.document_id desc, m.position desc limit 1"""

# The transaction that wrote a row writes its log too. Both still have its number, unless they were copied.
BALANCE_BY: LiteralString = """select xmin::text from stock_balance
where product_id = $1 and lot_id = $2 and owner_id = $3 and location_id = $4"""
RESERVED_BY: LiteralString = "select xmin::text from stock_balance where product_id = $1 and location_id = $2 limit 1"
POOL_BY: LiteralString = "select xmin::text from cost_pool where product_id = $1 limit 1"
SALES_LINE_BY: LiteralString = "select xmin::text from sales_order_line where id = $1"
PURCHASE_LINE_BY: LiteralString = "select xmin::text from purchase_order_line where id = $1"
TRANSFER_LINE_BY: LiteralString = "select xmin::text from stock_transfer_line where id = $1"
SALES_BY: LiteralString = "select xmin::text from sales_order where id = $1"
PURCHASE_BY: LiteralString = "select xmin::text from purchase_order where id = $1"
TRANSFER_BY: LiteralString = "select xmin::text from stock_transfer where id = $1"
WRITER: LiteralString = """select (select id from command_log where xmin::text = $1 order by id limit 1) as id,
 exists (select from stock_document d join command_log l on l.id = d.command_id and l.xmin = d.xmin
  where d.command_id = $2) as known"""

RIGHT: LiteralString = """select k.place, (select max(r.checked_at) from reconciliation r where not exists (
 select from reconciliation_difference d where d.reconciliation_id = r.id and d."check" = k."check" and d.key = k.key
  and d.what = k.what)) as since
from unnest($1::int[], $2::text[], $3::text[], $4::text[]) as k(place, "check", key, what)"""
COMMANDS: LiteralString = "select id, name, actor_id, recorded_at from command_log where id = any($1::uuid[])"
