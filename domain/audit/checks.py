"""What the witness compares, in set-based SQL: everything that is kept to be quick, with the moves.

A row that comes out is a difference: `key` names the kept row by its ids, `what` its column, `expected` is what the
moves say, `found` what is kept; both as text.
"""

from typing import LiteralString

SHOWN = 1000  # differences named for one statement; all are counted


# One pass over the moves feeds balances and pools: sums by product and both ends, which every place's flow and every
# product's pool are sums of. Second quantities are rare, and what is filtered out makes no sum.
KEPT: LiteralString = """with passed as materialized (
 select product_id, lot_id, owner_id, from_location_id, to_location_id, sum(quantity) as quantity, sum(value) as value,
  sum(quantity2) filter (where quantity2 is not null) as quantity2
 from stock_move group by 1, 2, 3, 4, 5),
flow as materialized (
 select product_id, lot_id, owner_id, location_id, sum(quantity) as quantity, sum(value) as value,
  sum(quantity2) filter (where quantity2 is not null) as quantity2
 from (
  select product_id, lot_id, owner_id, to_location_id as location_id, quantity, value, quantity2
  from passed where to_location_id in (select id from location where warehouse_id is not null)
  union all
  select product_id, lot_id, owner_id, from_location_id, -quantity, -value, -quantity2
  from passed where from_location_id in (select id from location where warehouse_id is not null)) moved
 group by 1, 2, 3, 4),
worth as (
 select product_id, sum(quantity) as quantity, sum(value) as value from (
  select product_id, quantity, value from flow where owner_id = '00000000-0000-0000-0000-000000000000'
  union all select product_id, 0, value from revaluation) w group by 1),
pooled as (select product_id, sum(quantity) as quantity, sum(value) as value from cost_pool group by 1)
select 'balance' as check, concat_ws(' ', product_id, lot_id, owner_id, location_id) as key, c.what,
 c.expected::text as expected, c.found::text as found
from flow f full join stock_balance b using (product_id, lot_id, owner_id, location_id)
cross join lateral (values ('on_hand', f.quantity, b.on_hand), ('quantity2', f.quantity2, b.quantity2)
 ) c(what, expected, found) where coalesce(c.expected, 0) <> coalesce(c.found, 0)
union all
select 'pool', product_id::text, c.what, c.expected::text, c.found::text
from worth w full join pooled p using (product_id)
cross join lateral (values ('quantity', w.quantity, p.quantity), ('value', w.value, p.value)
 ) c(what, expected, found) where coalesce(c.expected, 0) <> coalesce(c.found, 0)"""

RESERVED: LiteralString = """with held as (
 select l.product_id, o.location_id, sum(l.reserved) as quantity
 from sales_order_line l join sales_order o on o.id = l.order_id where l.reserved > 0 group by 1, 2),
kept as (select product_id, location_id, sum(reserved) as quantity from stock_balance where reserved > 0 group by 1, 2)
select 'reserved' as check, concat_ws(' ', product_id, location_id) as key, 'reserved' as what,
 h.quantity::text as expected, k.quantity::text as found
from held h full join kept k using (product_id, location_id) where coalesce(h.quantity, 0) <> coalesce(k.quantity, 0)"""

# Most lines left in one move that says what the line says: those are compared without a sum. Where no line is off and
# as many rows come of it as there are lines, each met one move or none. The others, and all where the numbers do not
# agree, are summed; and of those whose sum differs, whatever their goods and kind, the documents are asked.
SHIPPED: LiteralString = """with told as materialized (
 select count(*) as met,
  array_agg(l.id) filter (where coalesce(m.quantity, 0) <> l.shipped or coalesce(m.value, 0) <> l.shipped_value) as off
 from sales_order_line l left join stock_move m
  on m.line_id = l.id and m.to_location_id = '00000000-0000-0000-0000-000000000002'),
off as materialized (select distinct unnest(off) as id from told),
twice as materialized (
 select (select met from told)
  - (select count(*) from off left join stock_move m
   on m.line_id = off.id and m.to_location_id = '00000000-0000-0000-0000-000000000002')
  <> (select count(*) from sales_order_line) - (select count(*) from off) as found),
asked as (
 select id from off
 union
 select m.line_id from stock_move m where (select found from twice) and m.line_id is not null
  and m.to_location_id = '00000000-0000-0000-0000-000000000002' group by 1 having count(*) > 1),
differs as materialized (
 select l.id from asked join sales_order_line l using (id)
 left join stock_move m on m.line_id = l.id and m.to_location_id = '00000000-0000-0000-0000-000000000002'
 group by l.id having coalesce(sum(m.quantity), 0) <> l.shipped or coalesce(sum(m.value), 0) <> l.shipped_value)
select 'shipped' as check, l.id::text as key, c.what, c.expected::text as expected, c.found::text as found
from differs join sales_order_line l using (id) join product p on p.id = l.product_id and p.kind = 'goods'
join sales_order o on o.id = l.order_id and o.kind <> 'return'
cross join lateral (select coalesce(sum(m.quantity), 0) as quantity, coalesce(sum(m.value), 0) as value
 from stock_move m join stock_document d on d.id = m.document_id and d.kind = 'shipment' where m.line_id = l.id) m
cross join lateral (values ('shipped', m.quantity, l.shipped), ('shipped_value', m.value, l.shipped_value)
 ) c(what, expected, found) where c.expected <> c.found"""

RECEIVED: LiteralString = """with moved as (
 select line_id, sum(quantity) as quantity from stock_move
 where line_id is not null and from_location_id = '00000000-0000-0000-0000-000000000001' group by 1),
off as materialized (
 select l.id from purchase_order_line l left join moved m on m.line_id = l.id
 where coalesce(m.quantity, 0) <> l.received)
select 'received' as check, l.id::text as key, 'received' as what, m.quantity::text as expected,
 l.received::text as found
from off join purchase_order_line l using (id) join product p on p.id = l.product_id and p.kind = 'goods'
cross join lateral (select coalesce(sum(m.quantity), 0) as quantity
 from stock_move m join stock_document d on d.id = m.document_id and d.kind = 'receipt' where m.line_id = l.id) m
where m.quantity <> l.received"""

RETURNED: LiteralString = """with turned as materialized (
 select id, source_line_id, ordered, returned, returned_value from sales_order_line
 where returned > 0 or source_line_id is not null),
back as (
 select r.source_line_id as id, sum(r.ordered) as quantity, sum(m.value) as value
 from turned r cross join lateral (select coalesce(sum(m.value), 0) as value from stock_move m
  join stock_document d on d.id = m.document_id and d.kind = 'sales_return' where m.line_id = r.id) m
 where r.source_line_id is not null group by 1)
select 'returned' as check, id::text as key, c.what, c.expected::text as expected, c.found::text as found
from back b full join (select id, returned, returned_value from turned where returned > 0) l using (id)
cross join lateral (values ('returned', b.quantity, l.returned), ('returned_value', b.value, l.returned_value)
 ) c(what, expected, found) where coalesce(c.expected, 0) <> coalesce(c.found, 0)"""

# a line's goods: sent into transit, received at the place, and what is still on the way
TRANSFERRED: LiteralString = """with moved as (
 select m.line_id, coalesce(sum(m.quantity) filter (where t.kind = 'transit'), 0) as sent,
  coalesce(sum(m.quantity) filter (where t.kind = 'storage'), 0) as received,
  coalesce(sum(m.quantity) filter (where t.kind = 'transit'), 0)
   - coalesce(sum(m.quantity) filter (where f.kind = 'transit'), 0) as on_the_way
 from stock_move m join stock_document d on d.id = m.document_id and d.kind = 'transfer'
 join location f on f.id = m.from_location_id join location t on t.id = m.to_location_id group by 1)
select 'transferred' as check, l.id::text as key, c.what, c.expected::text as expected, c.found::text as found
from stock_transfer_line l join stock_transfer s on s.id = l.transfer_id left join moved m on m.line_id = l.id
cross join lateral (values ('sent', m.sent, l.sent), ('received', m.received, l.received),
 ('in transit', m.on_the_way, case s.status when 'received' then 0 else greatest(l.sent - l.received, 0) end)
 ) c(what, expected, found) where coalesce(c.expected, 0) <> c.found"""

# A status against the quantities of its lines. Few orders are looked at: those whose status leaves something to do,
# and those of a line that is not done.
STATUS: LiteralString = """with looked as (
 select o.id, 'sales_order' as of, o.status from sales_order o where o.kind <> 'return' and (
  o.status in ('confirmed', 'partly_shipped', 'draft', 'cancelled') or o.status = 'shipped' and o.id in (
   select l.order_id from sales_order_line l where l.shipped < l.ordered)
  or o.status = 'returned')
 union all
 select o.id, 'purchase_order', o.status from purchase_order o where o.status in ('open', 'partly_received')
  or o.status = 'received' and o.id in (select l.order_id from purchase_order_line l where l.received < l.ordered)
 union all
 select s.id, 'stock_transfer', s.status from stock_transfer s where s.status in ('sent', 'partly_received')),
said as (
 select k.id, k.of, k.status, l.begun, l.done from looked k cross join lateral (
  select bool_or(shipped > 0) as begun, bool_and(shipped >= ordered) as done from sales_order_line where order_id = k.id
  having k.of = 'sales_order'
  union all
  select bool_or(received > 0), bool_and(received >= ordered) from purchase_order_line where order_id = k.id
  having k.of = 'purchase_order'
  union all
  select bool_or(received > 0), bool_and(received >= sent) from stock_transfer_line where transfer_id = k.id
  having k.of = 'stock_transfer') l),
meant as (
 select id, of, status, case of
  when 'sales_order' then case when done then 'shipped' when begun then 'partly_shipped'
   when status in ('draft', 'confirmed', 'cancelled') then status else 'confirmed' end
  when 'purchase_order' then case when done then 'received' when begun then 'partly_received' else 'open' end
  else case when done then 'received' when begun then 'partly_received' else 'sent' end end as expected
 from said)
select 'status' as check, concat_ws(' ', of, id) as key, 'status' as what, expected, status as found
from meant where expected <> status"""

CHANGES: LiteralString = """select 'change' as check, concat_ws(' ', 'stock_document', d.id) as key,
 'change row' as what, '1' as expected, '0' as found from stock_document d
where not exists (select 1 from change c where c.entity_id = d.id and c.entity = 'stock_document')
union all
select 'change', concat_ws(' ', 'stock', b.product_id, l.warehouse_id), 'change row', '1', '0'
from stock_balance b join location l on l.id = b.location_id
where not exists (select 1 from change c where c.entity_id = b.product_id and c.entity = 'stock'
 and c.bucket = 'w:' || l.warehouse_id)"""

LOG: LiteralString = """select 'log' as check, d.id::text as key, 'command' as what, d.command_id::text as expected,
 '' as found from stock_document d where not exists (select 1 from command_log c where c.id = d.command_id)"""

STATEMENTS: tuple[LiteralString, ...] = (
    KEPT, RESERVED, SHIPPED, RECEIVED, RETURNED, TRANSFERRED, STATUS, CHANGES, LOG,
)  # fmt: skip
CHECKS: tuple[str, ...] = (
    "balance", "pool", "reserved", "shipped", "received", "returned", "transferred", "status", "change", "log", "chain",
)  # fmt: skip
