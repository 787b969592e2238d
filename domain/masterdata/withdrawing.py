"""Takes back what an import made of master data: what is new goes, what was changed is put back as it was, where nobody
has touched it since and nothing refers to it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain import sql
from domain.command import command
from domain.errors import Refused
from domain.masterdata.commands import PARTNER, closed
from domain.masterdata.products import PRODUCT, SETS, load_sets, sets_of
from domain.masterdata.saving import Stored
from domain.masterdata.tables import category, partner, product
from domain.sql import Part
from domain.steps import Entry, Kept
from domain.tx import Tx
from domain.withdrawal import CURRENT, WITHDRAWN, Withdrawal, Withdrawing, asked, check_unused, load_step, used_by


@command
class WithdrawProducts(Withdrawing):
    """Take back products and prices of an import, those that nobody has changed or used since."""


@command
class WithdrawPartners(Withdrawing):
    """Take back partners of an import, those that nobody has changed or used since."""


IDS = sql.listed("ids", "uuid")
CATEGORIES = sql.listed("categories", "uuid")
OF_IDS = "jsonb_array_elements_text($2::jsonb -> 'ids') as w(id)"
LOAD_PRODUCTS = sql.statement(
    CURRENT,
    sql.rows(
        "stored",
        f"""select t.id, t.version, t.sku, t.unit_id, t.kind from product t where t.id = any({IDS})
 order by t.id for update of t""",
    ),
    sql.rows(  # who posts a move holds the pool
        "pools",
        f"""select c.product_id from cost_pool c where c.product_id = any({IDS})
 order by c.product_id, c.scope_id for update of c""",
    ),
    sql.rows(
        "categories",
        f"""select c.id, c.version from category c
 where c.id = any({CATEGORIES}) order by c.id for update of c""",
    ),
)
# its own statement: only after the locks does it see all that refers to what they hold
LOAD_PRODUCT_USES = sql.statement(
    sql.rows(
        "uses",
        f"""select w.id as of, u.* from {OF_IDS} cross join lateral (
 (select 'sales_order' as what, o.id, o.number from sales_order_line l join sales_order o on o.id = l.order_id
  where l.product_id = w.id::uuid order by o.number limit 3)
 union all (select 'purchase_order', o.id, o.number from purchase_order_line l
  join purchase_order o on o.id = l.order_id where l.product_id = w.id::uuid order by o.number limit 3)
 union all (select 'stock_document', d.id, d.number from stock_move m join stock_document d on d.id = m.document_id
  where m.product_id = w.id::uuid order by m.effective_at limit 3)
 union all (select 'stock_document', d.id, d.number from stock_count_line l
  join stock_document d on d.id = l.document_id where l.product_id = w.id::uuid limit 3)
 union all (select 'stock_transfer', t.id, t.number from stock_transfer_line l
  join stock_transfer t on t.id = l.transfer_id where l.product_id = w.id::uuid limit 3)) u""",
    ),
    sql.rows(
        "filled",
        f"""select c.id, array(select p.id from product p where p.category_id = c.id limit 5001) as products,
 array(select k.id from category k where k.parent_id = c.id) as children
 from category c where c.id = any({CATEGORIES})""",
    ),
)
RESTORED = ("version", *PRODUCT.columns, "updated_at")


def gone_with(table: str, name: Any) -> Part:
    rows = sql.recordset("gone_product", [("id", "uuid")], "s")
    return Part(name, f"delete from {table} t using {rows} where t.product_id = s.id", counted=False)


WRITE_PRODUCTS = sql.statement(
    *WITHDRAWN,
    sql.delete(product, "gone_product"),
    gone_with("cost_pool", "gone_pools"),
    gone_with("product_unit", "gone_units"),
    gone_with("product_barcode", "gone_barcodes"),
    Part("gone_service", "delete from cost_pool t using "
         f"{sql.recordset('gone_service', [('id', 'uuid')], 's')} where t.product_id = s.id", counted=False),
    sql.update(product, RESTORED, "restored"),
    *SETS,
    sql.delete(category, "gone_category"),
)  # fmt: skip


async def withdraw_products(tx: Tx) -> None:
    step = await load_step(tx)
    made = step.more.get("categories", []) if step else []
    wanted = {**asked(step), "categories": made}
    loaded = await tx.load(LOAD_PRODUCTS, wanted)
    found = await tx.load(LOAD_PRODUCT_USES, wanted)
    sets = await load_sets(tx, loaded)
    stored, uses = {UUID(row["id"]): row for row in loaded["stored"]}, used_by(found["uses"])
    withdrawal = Withdrawal(tx, step, loaded)
    changes: list[tuple[Stored | None, Stored]] = []

    def undo_made(entry: Entry) -> None:
        """Refuses: changed_since, depended_on."""
        row = untouched(stored, entry.id, 1)
        check_unused(uses, entry.id, sku=row["sku"])
        tx.rows["gone_product"].append({"id": entry.id})
        tx.changed("product", entry.id, gone=True)

    def undo_kept(kept: Kept) -> None:
        """Refuses: changed_since, depended_on."""
        was, id = kept.was, kept.entry.id
        if not was:
            return
        row, values = untouched(stored, id, was["after"]), was["values"]
        if (values["unit_id"], values["kind"]) != (row["unit_id"], row["kind"]):
            check_unused(uses, id, sku=row["sku"])
            if values["kind"] == "service":
                tx.rows["gone_service"].append({"id": id})
        if was["sets"]:
            units, codes = ({key: tuple(value) for key, value in one.items()} for one in was["sets"])
            changes.append((Stored(id, 0, {}, sets[id]), Stored(id, 0, {}, (units, codes))))
        tx.rows["restored"].append(
            {**values, "id": id, "version": was["version"], "updated_at": was["updated_at"]}
        )  # fmt: skip
        tx.changed("product", id)

    def finish() -> None:
        gone = {str(row["id"]) for row in tx.rows["gone_product"]}
        moved = {str(row["id"]): row["category_id"] for row in tx.rows["restored"]}
        empty = empty_categories(found["filled"], gone, moved)
        versions = {row["id"]: row["version"] for row in loaded["categories"]}
        for id in empty:
            if versions.get(id) == 1:
                tx.rows["gone_category"].append({"id": id})
                tx.changed("category", UUID(id), gone=True)

    withdrawal.decide(undo_made, undo_kept, finish)
    tx.write(WRITE_PRODUCTS, {**withdrawal.rows(), **sets_of(changes)})


def untouched(stored: Mapping[UUID, Mapping[str, Any]], id: UUID, version: int) -> Mapping[str, Any]:
    """Refuses: changed_since."""
    row = stored.get(id)
    if row is None or row["version"] != version:
        raise Refused("changed_since", version=row and row["version"])
    return row


def empty_categories(filled: Any, gone: set[str], moved: Mapping[str, str | None]) -> list[str]:
    """Those that hold nothing any more; one that holds only such ones too. Leaves come first."""
    holds = {
        row["id"]: {id for id in row["products"] if id not in gone and moved.get(id, row["id"]) == row["id"]}
        | set(row["children"])
        for row in filled
    }
    empty: list[str] = []
    while found := [id for id, inside in holds.items() if not inside]:
        empty += found
        for id in found:
            del holds[id]
        holds = {id: inside - set(found) for id, inside in holds.items()}
    return empty


LOAD_PARTNERS = sql.statement(
    CURRENT,
    sql.rows(
        "stored", f"select t.id, t.version, t.code from partner t where t.id = any({IDS}) order by t.id for update of t"
    ),
)
LOAD_PARTNER_USES = sql.statement(
    sql.rows(
        "uses",
        f"""select w.id as of, u.* from {OF_IDS} cross join lateral (
 (select 'sales_order' as what, o.id, o.number from sales_order o where o.partner_id = w.id::uuid limit 3)
 union all (select 'purchase_order', o.id, o.number from purchase_order o where o.partner_id = w.id::uuid limit 3)
 union all (select 'stock_document', d.id, d.number from stock_document d
  where d.partner_id = w.id::uuid limit 3)) u""",
    )
)
WRITE_PARTNERS = sql.statement(
    *WITHDRAWN,
    sql.delete(partner, "gone_partner"),
    sql.update(partner, ("version", *PARTNER.columns, "updated_at"), "restored"),
)


async def withdraw_partners(tx: Tx) -> None:
    step = await load_step(tx)
    loaded = await tx.load(LOAD_PARTNERS, asked(step))
    uses = used_by((await tx.load(LOAD_PARTNER_USES, asked(step)))["uses"])
    stored = {UUID(row["id"]): row for row in loaded["stored"]}
    withdrawal, keys = Withdrawal(tx, step, loaded), tx.company.keys

    def undo_made(entry: Entry) -> None:
        """Refuses: changed_since, depended_on."""
        row = untouched(stored, entry.id, 1)
        check_unused(uses, entry.id, partner=row["code"])
        tx.rows["gone_partner"].append({"id": entry.id})
        tx.changed("partner", entry.id, gone=True)

    def undo_kept(kept: Kept) -> None:
        """Refuses: changed_since."""
        was, id = kept.was, kept.entry.id
        if not was:
            return
        untouched(stored, id, was["after"])
        values = closed(keys, Stored(id, was["version"], was["values"]))
        tx.rows["restored"].append({**values, "id": id, "version": was["version"], "updated_at": was["updated_at"]})
        tx.changed("partner", id)

    withdrawal.decide(undo_made, undo_kept, lambda: None)
    tx.write(WRITE_PARTNERS, withdrawal.rows())
