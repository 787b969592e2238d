"""What the moves say of single rows, under their locks: what a repair is decided on.

Locks are taken in the order of every command: documents, their lines, pools, balances. Each row comes with the keys of
its table, what it has to be and what it is, numbers as text.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from domain import sql

PARTS: Mapping[str, tuple[str, ...]] = {  # what the words of a key are, by check
    "balance": ("product_id", "lot_id", "owner_id", "location_id"),
    "pool": ("id",),
    "reserved": ("product_id", "location_id"),
    "shipped": ("id",),
    "received": ("id",),
    "returned": ("id",),
    "transferred": ("id",),
    "status": ("of", "id"),
}
CHECKS = tuple(PARTS)


def parsed(check: str, keys: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Keys that cannot be one are left out: there is no such row."""
    for key in dict.fromkeys(keys):
        words, names = key.split(" "), PARTS[check]
        ids = words[1:] if check == "status" else words
        if len(words) == len(names) and all(is_id(word) for word in ids):
            yield {"key": key, **dict(zip(names, words, strict=True))}


def is_id(word: str) -> bool:
    try:
        return str(UUID(word)) == word
    except ValueError:
        return False


def ids(check: LiteralString, name: LiteralString = "id") -> LiteralString:
    """What the keys of a check name, of this column."""
    return f"select {name} from jsonb_to_recordset($2::jsonb -> '{check}') as {check}({name} uuid)"


def locked(part: LiteralString, table: LiteralString, chosen: LiteralString) -> sql.Part:
    """Rows of a table, by their ids."""
    return sql.rows(part, f"select t.id from {table} t where {chosen} order by t.id for no key update")


SALES_LINES: LiteralString = f"({ids('shipped')} union {ids('returned')})"
GOODS: LiteralString = f"({ids('pool')} union {ids('balance', 'product_id')} union {ids('reserved', 'product_id')})"
RECEIVED: LiteralString = f"({ids('received')})"
TRANSFERRED: LiteralString = f"({ids('transferred')})"
ORDERS: LiteralString = f"({ids('status')})"


def of_lines(table: LiteralString, parent: LiteralString, lines: LiteralString) -> LiteralString:
    """Those that are named themselves, and those of the lines."""
    return f"t.id in {ORDERS} or t.id in (select l.{parent} from {table} l where l.id in {lines})"


LOCK = sql.statement(
    sql.rows(
        "seen",
        """select d.key, d.what, d.expected, d.found from reconciliation_difference d
 where d.reconciliation_id = ($2::jsonb ->> 'reconciliation_id')::uuid and d."check" = $2::jsonb ->> 'check'
  and d.key in (select jsonb_array_elements_text($2::jsonb -> 'keys')) order by d.position""",
    ),
    locked("sales_orders", "sales_order", of_lines("sales_order_line", "order_id", SALES_LINES)),
    locked("purchase_orders", "purchase_order", of_lines("purchase_order_line", "order_id", RECEIVED)),
    locked("transfers", "stock_transfer", of_lines("stock_transfer_line", "transfer_id", TRANSFERRED)),
    locked("sales_lines", "sales_order_line", f"t.id in {SALES_LINES}"),
    locked("purchase_lines", "purchase_order_line", f"t.id in {RECEIVED}"),
    locked("transfer_lines", "stock_transfer_line", f"t.id in {TRANSFERRED}"),
    sql.rows(
        "pools",
        f"""select c.product_id from cost_pool c where c.product_id in {GOODS}
 order by c.product_id, c.scope_id for no key update""",
    ),
    sql.rows(
        "balances",
        """select b.product_id from stock_balance b where (b.product_id, b.location_id) in (
  select product_id, location_id from jsonb_to_recordset($2::jsonb -> 'balance') as w(product_id uuid, location_id uuid)
  union select product_id, location_id
   from jsonb_to_recordset($2::jsonb -> 'reserved') as r(product_id uuid, location_id uuid))
 order by b.product_id, b.lot_id, b.owner_id, b.location_id for no key update""",
    ),
)

TRUTH = sql.statement(
    sql.rows(
        "balance",
        """select w.key, l.warehouse_id,
 json_build_object('product_id', w.product_id, 'lot_id', w.lot_id, 'owner_id', w.owner_id,
  'location_id', w.location_id) as ids,
 json_build_object('on_hand', m.quantity::text, 'quantity2', m.quantity2::text) as is,
 json_build_object('on_hand', b.on_hand::text, 'quantity2', b.quantity2::text, 'reserved', b.reserved::text,
  'there', b.product_id is not null) as kept
 from jsonb_to_recordset($2::jsonb -> 'balance')
  as w(key text, product_id uuid, lot_id uuid, owner_id uuid, location_id uuid)
 join location l on l.id = w.location_id
 left join stock_balance b using (product_id, lot_id, owner_id, location_id)
 cross join lateral (
  select sum(case m.to_location_id when w.location_id then m.quantity else -m.quantity end) as quantity,
   sum(case m.to_location_id when w.location_id then m.quantity2 else -m.quantity2 end) as quantity2
  from stock_move m where m.product_id = w.product_id and m.lot_id = w.lot_id and m.owner_id = w.owner_id
   and w.location_id in (m.from_location_id, m.to_location_id)) m""",
    ),
    sql.rows(
        "reserved",
        """select w.key, l.warehouse_id,
 json_build_object('product_id', w.product_id, 'lot_id', n.id, 'owner_id', n.id, 'location_id', w.location_id) as ids,
 json_build_object('reserved', (select sum(s.reserved) from sales_order_line s join sales_order o on o.id = s.order_id
  and o.location_id = w.location_id where s.product_id = w.product_id and s.reserved > 0)::text) as is,
 json_build_object('reserved', b.reserved::text, 'on_hand', b.on_hand::text, 'there', b.product_id is not null) as kept
 from jsonb_to_recordset($2::jsonb -> 'reserved') as w(key text, product_id uuid, location_id uuid)
 cross join (values ('00000000-0000-0000-0000-000000000000'::uuid)) n(id)
 join location l on l.id = w.location_id
 left join stock_balance b on b.product_id = w.product_id and b.location_id = w.location_id and b.lot_id = n.id
  and b.owner_id = n.id""",
    ),
    sql.rows(
        "pool",
        """select w.key, json_build_object('product_id', c.product_id, 'scope_id', c.scope_id) as ids,
 json_build_object('quantity', coalesce(m.quantity, 0)::text,
  'value', (coalesce(m.value, 0) + coalesce(r.value, 0))::text) as is,
 json_build_object('quantity', c.quantity::text, 'value', c.value::text) as kept
 from jsonb_to_recordset($2::jsonb -> 'pool') as w(key text, id uuid)
 join cost_pool c on c.product_id = w.id and c.scope_id = '00000000-0000-0000-0000-000000000000'
 cross join lateral (select sum(m.quantity * s.way) as quantity, sum(m.value * s.way) as value from stock_move m
  join location f on f.id = m.from_location_id join location t on t.id = m.to_location_id
  cross join lateral (values ((t.warehouse_id is not null)::int - (f.warehouse_id is not null)::int)) s(way)
  where m.product_id = w.id and m.owner_id = '00000000-0000-0000-0000-000000000000') m
 cross join lateral (select sum(r.value) as value from revaluation r where r.product_id = w.id) r""",
    ),
    sql.rows(
        "shipped",
        """select w.key, json_build_object('id', l.id) as ids,
 json_build_object('shipped', coalesce(m.quantity, 0)::text, 'shipped_value', coalesce(m.value, 0)::text) as is,
 json_build_object('shipped', l.shipped::text, 'shipped_value', l.shipped_value::text) as kept
 from jsonb_to_recordset($2::jsonb -> 'shipped') as w(key text, id uuid) join sales_order_line l using (id)
 cross join lateral (select sum(m.quantity) as quantity, sum(m.value) as value from stock_move m
  join stock_document d on d.id = m.document_id and d.kind = 'shipment' where m.line_id = l.id) m""",
    ),
    sql.rows(
        "returned",
        """select w.key, json_build_object('id', l.id) as ids,
 json_build_object('returned', coalesce(r.quantity, 0)::text, 'returned_value', coalesce(r.value, 0)::text) as is,
 json_build_object('returned', l.returned::text, 'returned_value', l.returned_value::text) as kept
 from jsonb_to_recordset($2::jsonb -> 'returned') as w(key text, id uuid) join sales_order_line l using (id)
 cross join lateral (select sum(r.ordered) as quantity, sum((select sum(m.value) from stock_move m
   join stock_document d on d.id = m.document_id and d.kind = 'sales_return' where m.line_id = r.id)) as value
  from sales_order_line r where r.product_id = l.product_id and r.source_line_id = l.id) r""",
    ),
    sql.rows(
        "received",
        """select w.key, json_build_object('id', l.id) as ids,
 json_build_object('received', coalesce(m.quantity, 0)::text) as is,
 json_build_object('received', l.received::text) as kept
 from jsonb_to_recordset($2::jsonb -> 'received') as w(key text, id uuid) join purchase_order_line l using (id)
 cross join lateral (select sum(m.quantity) as quantity from stock_move m
  join stock_document d on d.id = m.document_id and d.kind = 'receipt' where m.line_id = l.id) m""",
    ),
    sql.rows(
        "transferred",
        """select w.key, json_build_object('id', l.id) as ids,
 json_build_object('sent', coalesce(m.sent, 0)::text, 'received', coalesce(m.received, 0)::text) as is,
 json_build_object('sent', l.sent::text, 'received', l.received::text) as kept
 from jsonb_to_recordset($2::jsonb -> 'transferred') as w(key text, id uuid) join stock_transfer_line l using (id)
 cross join lateral (select sum(m.quantity) filter (where t.kind = 'transit') as sent,
   sum(m.quantity) filter (where t.kind = 'storage') as received from stock_move m
  join stock_document d on d.id = m.document_id and d.kind = 'transfer'
  join location t on t.id = m.to_location_id where m.line_id = l.id) m""",
    ),
    sql.rows(
        "status",
        """select w.key, json_build_object('id', w.id) as ids, json_build_object('status', s.expected) as is,
 json_build_object('status', s.status) as kept, s.buckets
 from jsonb_to_recordset($2::jsonb -> 'status') as w(key text, of text, id uuid)
 cross join lateral (
  select o.status, array['w:' || p.warehouse_id, 'party:' || o.partner_id] as buckets,
   case when l.done then 'shipped' when l.begun then 'partly_shipped'
    when o.status in ('draft', 'confirmed', 'cancelled') then o.status else 'confirmed' end as expected
  from sales_order o join location p on p.id = o.location_id cross join lateral (
   select bool_or(shipped > 0) as begun, bool_and(shipped >= ordered) as done
   from sales_order_line where order_id = o.id) l
  where o.id = w.id and w.of = 'sales_order'
  union all
  select o.status, array['w:' || p.warehouse_id, 'party:' || o.partner_id],
   case when l.done then 'received' when l.begun then 'partly_received' else 'open' end
  from purchase_order o join location p on p.id = o.location_id cross join lateral (
   select bool_or(received > 0) as begun, bool_and(received >= ordered) as done
   from purchase_order_line where order_id = o.id) l
  where o.id = w.id and w.of = 'purchase_order'
  union all
  select o.status, array['w:' || f.warehouse_id, 'w:' || t.warehouse_id],
   case when l.done then 'received' when l.begun then 'partly_received' else 'sent' end
  from stock_transfer o join location f on f.id = o.from_location_id join location t on t.id = o.to_location_id
  cross join lateral (
   select bool_or(received > 0) as begun, bool_and(received >= sent) as done
   from stock_transfer_line where transfer_id = o.id) l
  where o.id = w.id and w.of = 'stock_transfer') s""",
    ),
)
