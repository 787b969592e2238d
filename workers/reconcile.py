"""The witness: compares everything that is kept to be quick with the moves, in set-based SQL. It repairs nothing."""

from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString

from tenants.registry import Company
from tenants.transaction import read_transaction

SHOWN = 1000  # differences named for one check; all are counted

# what has come to and gone from each of our own places
FLOWS: LiteralString = """flow as (
 select m.product_id, m.lot_id, m.owner_id, f.location_id, sum(f.quantity) as quantity, sum(f.quantity2) as quantity2
 from stock_move m cross join lateral (values
  (m.to_location_id, m.quantity, m.quantity2), (m.from_location_id, -m.quantity, -m.quantity2)
 ) f(location_id, quantity, quantity2)
 join location l on l.id = f.location_id and l.warehouse_id is not null
 group by 1, 2, 3, 4)"""

CHECKS: dict[str, LiteralString] = {
    "balance": f"""with {FLOWS}
 select concat_ws(' ', product_id, lot_id, owner_id, location_id) as key, f.quantity as expected, b.on_hand as found
 from flow f full join stock_balance b using (product_id, lot_id, owner_id, location_id)
 where coalesce(f.quantity, 0) <> coalesce(b.on_hand, 0) or coalesce(f.quantity2, 0) <> coalesce(b.quantity2, 0)""",
    "reserved": """with held as (
  select l.product_id, o.location_id, sum(l.reserved) as quantity
  from sales_order_line l join sales_order o on o.id = l.order_id where l.reserved > 0 group by 1, 2),
 kept as (select product_id, location_id, sum(reserved) as quantity from stock_balance where reserved > 0 group by 1, 2)
 select concat_ws(' ', product_id, location_id) as key, h.quantity as expected, k.quantity as found
 from held h full join kept k using (product_id, location_id)
 where coalesce(h.quantity, 0) <> coalesce(k.quantity, 0)""",
    "pool_quantity": """with ours as (
  select m.product_id,
   sum(m.quantity * ((t.warehouse_id is not null)::int - (f.warehouse_id is not null)::int)) as quantity
  from stock_move m join location f on f.id = m.from_location_id join location t on t.id = m.to_location_id
  where m.owner_id = '00000000-0000-0000-0000-000000000000' group by 1),
 pooled as (select product_id, sum(quantity) as quantity from cost_pool group by 1)
 select product_id::text as key, o.quantity as expected, p.quantity as found
 from ours o full join pooled p using (product_id) where coalesce(o.quantity, 0) <> coalesce(p.quantity, 0)""",
    "pool_value": """with worth as (
  select product_id, sum(value) as value from (
   select m.product_id, m.value * ((t.warehouse_id is not null)::int - (f.warehouse_id is not null)::int) as value
   from stock_move m join location f on f.id = m.from_location_id join location t on t.id = m.to_location_id
   union all select product_id, value from revaluation) v group by 1),
 pooled as (select product_id, sum(value) as value from cost_pool group by 1)
 select product_id::text as key, w.value as expected, p.value as found
 from worth w full join pooled p using (product_id) where coalesce(w.value, 0) <> coalesce(p.value, 0)""",
    "shipped": """with moved as (
  select m.line_id, sum(m.quantity) as quantity, sum(m.value) as value
  from stock_move m join stock_document d on d.id = m.document_id where d.kind = 'shipment' group by 1)
 select l.id::text as key, m.quantity as expected, l.shipped as found
 from sales_order_line l join product p on p.id = l.product_id and p.kind = 'goods'
 join sales_order o on o.id = l.order_id and o.kind <> 'return'
 left join moved m on m.line_id = l.id
 where coalesce(m.quantity, 0) <> l.shipped or coalesce(m.value, 0) <> l.shipped_value""",
    "received": """with moved as (
  select m.line_id, sum(m.quantity) as quantity
  from stock_move m join stock_document d on d.id = m.document_id where d.kind = 'receipt' group by 1)
 select l.id::text as key, m.quantity as expected, l.received as found
 from purchase_order_line l join product p on p.id = l.product_id and p.kind = 'goods'
 left join moved m on m.line_id = l.id where coalesce(m.quantity, 0) <> l.received""",
    # a line's goods: sent into transit, received at the place, and what is still on the way
    "transferred": """with moved as (
  select m.line_id, coalesce(sum(m.quantity) filter (where t.kind = 'transit'), 0) as sent,
   coalesce(sum(m.quantity) filter (where t.kind = 'storage'), 0) as received,
   coalesce(sum(m.quantity) filter (where t.kind = 'transit'), 0)
    - coalesce(sum(m.quantity) filter (where f.kind = 'transit'), 0) as on_the_way
  from stock_move m join stock_document d on d.id = m.document_id and d.kind = 'transfer'
  join location f on f.id = m.from_location_id join location t on t.id = m.to_location_id group by 1)
 select concat_ws(' ', l.id, c.what) as key, c.expected, c.found
 from stock_transfer_line l join stock_transfer s on s.id = l.transfer_id left join moved m on m.line_id = l.id
 cross join lateral (values ('sent', m.sent, l.sent), ('received', m.received, l.received),
  ('in transit', m.on_the_way, case s.status when 'received' then 0 else greatest(l.sent - l.received, 0) end)
 ) c(what, expected, found) where coalesce(c.expected, 0) <> c.found""",
    "change_document": """select d.id::text as key, 1 as expected, 0 as found from stock_document d
 where not exists (select 1 from change c where c.entity_id = d.id and c.entity = 'stock_document')""",
    "change_stock": """select concat_ws(' ', b.product_id, l.warehouse_id) as key, 1 as expected, 0 as found
 from stock_balance b join location l on l.id = b.location_id
 where not exists (select 1 from change c where c.entity_id = b.product_id and c.entity = 'stock'
  and c.bucket = 'w:' || l.warehouse_id)""",
    "log": """select distinct d.id::text as key, 1 as expected, 0 as found from stock_document d
 where not exists (select 1 from command_log c where c.id = d.command_id)""",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """`key` names the row: ids in the order of the check. `expected` is what the moves say."""

    check: str
    key: str
    expected: Decimal
    found: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    company: str
    moves: int
    counts: dict[str, int]  # differences by check, 0 where all is well
    differences: tuple[Difference, ...]

    @property
    def clean(self) -> bool:
        return not any(self.counts.values())


async def reconcile(company: Company) -> Report:
    """All checks see one snapshot, so a running business shows no false differences."""
    counts: dict[str, int] = {}
    found: list[Difference] = []
    async with read_transaction(company) as door:
        await door.raw.execute("set transaction isolation level repeatable read")
        await door.raw.execute("set local statement_timeout to '15min'")
        moves = await door.raw.fetchval("select count(*) from stock_move")
        for check in CHECKS:
            query: LiteralString = CHECKS[check]
            rows = await door.raw.fetch(query)
            counts[check] = len(rows)
            found += [
                Difference(check, row["key"], row["expected"] or Decimal(0), row["found"] or Decimal(0))
                for row in rows[:SHOWN]
            ]
    return Report(company.slug, int(moves or 0), counts, tuple(found))
