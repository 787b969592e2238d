-- What is kept to be quick, beside what the moves say. Every row that comes out is a difference.
with flow as (
  select product_id, lot_id, owner_id, location_id, sum(quantity) as quantity from (
    select product_id, lot_id, owner_id, to_location_id as location_id, quantity from stock_move
    union all
    select product_id, lot_id, owner_id, from_location_id, -quantity from stock_move
  ) m
  where location_id in (select id from location where warehouse_id is not null)
  group by product_id, lot_id, owner_id, location_id
), reserved as (
  select l.product_id, o.location_id, sum(l.reserved) as quantity
  from sales_order_line l join sales_order o on o.id = l.order_id
  group by l.product_id, o.location_id
), pooled as (
  select product_id, sum(quantity) as quantity, sum(value) as value from (
    select m.product_id,
      m.quantity * ((t.warehouse_id is not null)::int - (f.warehouse_id is not null)::int) as quantity,
      m.value * ((t.warehouse_id is not null)::int - (f.warehouse_id is not null)::int) as value
    from stock_move m join location f on f.id = m.from_location_id join location t on t.id = m.to_location_id
    union all
    select product_id, 0, value from revaluation
  ) m
  group by product_id
), received as (
  select m.line_id, sum(m.quantity) as quantity
  from stock_move m join stock_document d on d.id = m.document_id and d.kind = 'receipt' group by m.line_id
), shipped as (
  select m.line_id, sum(m.quantity) as quantity, sum(m.value) as value
  from stock_move m join stock_document d on d.id = m.document_id and d.kind = 'shipment' group by m.line_id
), carried as (
  select m.line_id, f.kind as source, t.kind as target, sum(m.quantity) as quantity
  from stock_move m join stock_document d on d.id = m.document_id and d.kind = 'transfer'
  join location f on f.id = m.from_location_id join location t on t.id = m.to_location_id
  where m.line_id is not null group by m.line_id, f.kind, t.kind
), waiting as (
  select l.product_id, p.id as location_id, sum(greatest(l.sent - l.received, 0)) as quantity
  from stock_transfer_line l join stock_transfer s on s.id = l.transfer_id and s.status <> 'received'
  join location d on d.id = s.to_location_id
  join location p on p.warehouse_id = d.warehouse_id and p.kind = 'transit'
  group by l.product_id, p.id
)
select 'on hand' as what, concat_ws(' ', product_id, location_id) as key, b.on_hand as kept, f.quantity as moved
from stock_balance b full join flow f using (product_id, lot_id, owner_id, location_id)
where coalesce(b.on_hand, 0) <> coalesce(f.quantity, 0)
union all
select 'reserved', concat_ws(' ', product_id, location_id), b.reserved, r.quantity
from stock_balance b full join reserved r using (product_id, location_id)
where coalesce(b.reserved, 0) <> coalesce(r.quantity, 0)
union all
select 'negative_ok', concat_ws(' ', product_id, location_id), b.on_hand, b.reserved
from stock_balance b where b.negative_ok <> (b.on_hand < 0 or b.reserved > b.on_hand)
union all
select 'pool quantity', product_id::text, c.quantity, p.quantity
from cost_pool c full join pooled p using (product_id) where coalesce(c.quantity, 0) <> coalesce(p.quantity, 0)
union all
select 'pool value', product_id::text, c.value, p.value
from cost_pool c full join pooled p using (product_id) where coalesce(c.value, 0) <> coalesce(p.value, 0)
union all
select 'received', l.id::text, l.received, r.quantity
from purchase_order_line l join product p on p.id = l.product_id and p.kind = 'goods'
left join received r on r.line_id = l.id where l.received <> coalesce(r.quantity, 0)
union all
select 'shipped', l.id::text, l.shipped, s.quantity
from sales_order_line l join sales_order o on o.id = l.order_id and o.kind <> 'return'
join product p on p.id = l.product_id and p.kind = 'goods'
left join shipped s on s.line_id = l.id where l.shipped <> coalesce(s.quantity, 0)
union all
select 'shipped value', l.id::text, l.shipped_value, s.value
from sales_order_line l join sales_order o on o.id = l.order_id and o.kind <> 'return'
join product p on p.id = l.product_id and p.kind = 'goods'
left join shipped s on s.line_id = l.id where l.shipped_value <> coalesce(s.value, 0)
union all
select 'sent', l.id::text, l.sent, (select sum(quantity) from carried c where c.line_id = l.id and target = 'transit')
from stock_transfer_line l
where l.sent <> (select coalesce(sum(quantity), 0) from carried c where c.line_id = l.id and target = 'transit')
union all
select 'landed', l.id::text, l.received,
  (select sum(quantity) from carried c where c.line_id = l.id and target = 'storage')
from stock_transfer_line l
where l.received <> (select coalesce(sum(quantity), 0) from carried c where c.line_id = l.id and target = 'storage')
union all
select 'in transit', concat_ws(' ', product_id, location_id), b.on_hand, w.quantity
from (select b.* from stock_balance b join location l on l.id = b.location_id and l.kind = 'transit') b
full join waiting w using (product_id, location_id) where coalesce(b.on_hand, 0) <> coalesce(w.quantity, 0)
union all
-- a count stands: up to its moment the moves say what was counted, whatever was entered later; but for one of a closed
-- period, whose difference was posted on the first open day
select 'counted', concat_ws(' ', l.product_id, l.location_id, l.counted_at), l.counted, sum(
  case l.location_id when m.to_location_id then m.quantity when m.from_location_id then -m.quantity else 0 end)
from (select distinct on (product_id, location_id, counted_at) c.* from stock_count_line c
  join stock_document d on d.id = c.document_id
  where not exists (select from discrepancy x
    where x.document_id = c.document_id and x.product_id = c.product_id and x.kind = 'closed_period')
  order by product_id, location_id, counted_at, d.created_at desc, c.position desc) l
left join stock_move m on m.product_id = l.product_id and m.effective_at <= l.counted_at
group by l.document_id, l.position, l.product_id, l.location_id, l.counted_at, l.counted
having l.counted <> coalesce(sum(
  case l.location_id when m.to_location_id then m.quantity when m.from_location_id then -m.quantity else 0 end), 0)
