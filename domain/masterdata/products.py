"""Products, with their other units and their barcodes."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain import sql
from domain.base import NIL
from domain.command import Records, command
from domain.errors import Refused
from domain.ids import derived_id, new_id
from domain.lists import Each
from domain.masterdata import rules
from domain.masterdata.records import ProductRecord
from domain.masterdata.saving import Entity, Saved, Saving, Sets, Shaped, Stored, guarded, load, text_of
from domain.masterdata.tables import category, product, product_barcode, product_unit
from domain.plain import Columns
from domain.tx import Run, Sheet, Tx
from domain.valuation.tables import cost_pool


@command
class SaveProducts:
    """Make or change products, with their other units and barcodes."""

    records: Records[Each[ProductRecord]]
    all_or_nothing: bool = False


PRODUCT = Entity(
    "product", product,
    ("sku", "name", "spec", "origin", "category_id", "unit_id", "kind", "price", "reference_cost", "active"),
    unique="sku", dated=True, sets=("units", "barcodes"),
)  # fmt: skip
UNITS = sql.rows("units", "select id, name from unit")
TREE = sql.rows(
    "categories",
    """select id, name, parent_id from category where ($2::jsonb -> 'tree')::boolean
 or id in (select jsonb_array_elements_text($2::jsonb -> 'categories')::uuid) order by id""",
)
LOAD_PRODUCTS = sql.statement(*PRODUCT.loaded(), UNITS, TREE)
OF_PRODUCTS = sql.listed("products", "uuid")
# their own statement: only after the products are locked does it see what the last save left
LOAD_SETS = sql.statement(
    sql.rows(
        "units",
        f"""select product_id, unit_id, trim_scale(numerator)::text as numerator,
 trim_scale(denominator)::text as denominator from product_unit where product_id = any({OF_PRODUCTS})""",
    ),
    sql.rows(
        "barcodes",
        f"""select product_id, code, unit_id, kind, position from product_barcode
 where product_id = any({OF_PRODUCTS})""",
    ),
)
LOCK_POOLS = sql.statement(
    sql.rows(
        "pools",
        f"""select c.product_id from cost_pool c where c.product_id = any({OF_PRODUCTS})
 order by c.product_id, c.scope_id for no key update""",
    )
)
LOAD_MOVED = sql.statement(
    sql.rows(
        "moved",
        """select w.id from jsonb_array_elements_text($2::jsonb -> 'products') as w(id)
 where exists (select from stock_move m where m.product_id = w.id::uuid)""",
    )
)


EMPTY_POOL = ("quantity", "value", "last_cost", "last_average")
SETS = (
    sql.insert(product_unit),
    sql.update(product_unit, ("numerator", "denominator"), "changed_unit"),
    sql.delete(product_unit, "gone_unit"),
    sql.insert(product_barcode),
    sql.update(product_barcode, ("unit_id", "kind", "position"), "changed_barcode"),
    sql.delete(product_barcode, "gone_barcode"),
)
IN_UNITS, IN_BARCODES = (
    ("product_id", "unit_id", "numerator", "denominator"), ("product_id", "code", "unit_id", "kind", "position"),
)  # fmt: skip
IN_SETS = {
    "product_unit": IN_UNITS, "changed_unit": IN_UNITS, "gone_unit": IN_UNITS[:2],
    "product_barcode": IN_BARCODES, "changed_barcode": IN_BARCODES, "gone_barcode": IN_BARCODES[:2],
}  # fmt: skip
WRITE_PRODUCTS = sql.statement(
    # a path means the same category to whoever makes it first
    sql.insert(category, conflict="(id) do nothing"),
    *PRODUCT.written(),
    sql.insert(cost_pool, without=EMPTY_POOL),
    # a product that was goods before still has its pool
    sql.insert(cost_pool, "pool_again", without=EMPTY_POOL, conflict="do nothing"),
    *SETS,
)


async def save_products(tx: Tx) -> None:
    items, loaded = await load(tx, PRODUCT, LOAD_PRODUCTS, more_of_products)
    sets = await load_sets(tx, loaded)
    names = Names(tx, loaded)
    saving = Saving(tx, PRODUCT, items, loaded, sets=sets)
    saving.named = names.shown
    moved = await load_moved(tx, saving, names)

    def shape(run: Run, record: ProductRecord, id: UUID, before: Stored | None) -> Shaped:
        unit_id = names.unit(record.unit_id, record.unit, "")
        if unit_id is None:
            raise Refused("unit_missing", "unit_id")
        units = rules.unit_set(record.units, unit_id, names.unit) if record.units else {}
        codes, warnings = {}, []
        if record.barcodes:
            codes, warnings = rules.barcode_set(record.barcodes, unit_id, units, names.unit)
        values = {
            "sku": record.sku, "name": record.name, "spec": record.spec, "origin": record.origin,
            "category_id": None, "unit_id": unit_id, "kind": record.kind, "price": rules.price(record.price, "price"),
            "reference_cost": guarded(
                run, "product.cost", "reference_cost", rules.price(record.reference_cost, "reference_cost"), before
            ),
            "active": record.active,
        }  # fmt: skip
        if before:
            rules.check_fixed(before.values, values, moved=id in moved)
        values["category_id"] = names.category(record)
        return Shaped(values, (units, codes), {"warnings": warnings} if warnings else {})

    saving.decide(shape)
    made = names.rows()
    kept = {"categories": [row["id"] for row in made["category"]]} if made["category"] else None
    saved = list(saving.made_and_changed())
    tx.write(WRITE_PRODUCTS, {**made, **saving.rows(more=kept), **pools_of(saved), **sets_of(saved)})


def more_of_products(records: Sequence[ProductRecord]) -> Mapping[str, Any]:
    return {
        "tree": any(record.category for record in records),
        "categories": list({record.category_id for record in records if record.category_id}),
    }


async def load_sets(tx: Tx, loaded: Mapping[str, Any]) -> dict[UUID, Sets]:
    """Units and barcodes of the products that are there."""
    ids = [row["id"] for row in loaded["stored"]]
    sets: dict[UUID, tuple[rules.UnitSet, rules.BarcodeSet]] = {UUID(id): ({}, {}) for id in ids}
    if ids:
        children = await tx.load(LOAD_SETS, {"products": ids})
        for row in children["units"]:
            sets[UUID(row["product_id"])][0][row["unit_id"]] = row["numerator"], row["denominator"]
        for row in children["barcodes"]:
            sets[UUID(row["product_id"])][1][row["code"]] = row["unit_id"], row["kind"], row["position"]
    return dict(sets)


class Names:
    """Units and categories by id or name. A path of categories that is not there is made."""

    def __init__(self, tx: Tx, loaded: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self.tx = tx
        self.units = {row["name"]: row["id"] for row in loaded["units"]}
        self.unit_ids = set(self.units.values())
        self.category_ids = {row["id"] for row in loaded["categories"]}
        by_name = {(row["parent_id"], row["name"]): row["id"] for row in reversed(loaded["categories"])}
        self.categories = tx.sheet(by_name)
        self.paths: Sheet[str, str] = tx.sheet({})

    def unit(self, id: UUID | None, name: str | None, at: str) -> str | None:
        """Refuses: unknown_unit."""
        if id is not None:
            if (found := str(id)) in self.unit_ids:
                return found
            raise Refused("unknown_unit", f"{at}.unit_id".lstrip("."), unit_id=id)
        if name is None:
            return None
        if name not in self.units:
            raise Refused("unknown_unit", f"{at}.unit".lstrip("."), unit=name)
        return self.units[name]

    def shown(self, column: str, value: Any) -> Any:
        match column:
            case "unit_id":
                return next((name for name, id in self.units.items() if id == value), value)
            case "category_id":
                return next((name for (_, name), id in self.categories.now.items() if id == value), value)
            case "units":
                return [f"{self.shown('unit_id', unit)} = {n}/{d}" for unit, (n, d) in value.items()]
            case _:
                return value

    def category(self, record: ProductRecord) -> str | None:
        """Refuses: not_found, category_path."""
        if record.category_id is not None:
            if (found := str(record.category_id)) not in self.category_ids:
                raise Refused("not_found", "category_id", id=record.category_id)
            return found
        if record.category is None:
            return None
        found = self.paths.get(record.category)
        if found is None:
            for step in rules.path(record.category):
                found = self.categories.get((found, step)) or self.make(found, step)
            self.paths.put(record.category, found or "")
        return found

    def make(self, parent: str | None, name: str) -> str:
        id = derived_id(UUID(parent) if parent else self.tx.company.id, "category", name)
        if str(id) in self.category_ids:  # made for this name once, and renamed since
            id = new_id()
        self.categories.put((parent, name), str(id))
        self.tx.changed("category", id)
        return str(id)

    def rows(self) -> dict[str, Any]:
        made = {id: at for at, id in self.categories.now.items() if at not in self.categories.loaded}
        return {
            "category": [
                {"id": id, "parent_id": parent, "name": name, "version": 1} for id, (parent, name) in made.items()
            ]
        }


async def load_moved(tx: Tx, saving: Saving, names: Names) -> set[UUID]:
    """Those of the products that are to be counted otherwise, and whose stock has moved. Their pools are locked first:
    who posts a move holds its product's pool."""
    asked = set()
    for run in tx.fresh:
        for item in saving.items[id(run)]:
            if (before := saving.before(item)) is None:
                continue
            unit_id = text_of(item.record.unit_id) or names.units.get(item.record.unit)
            if (before.values["kind"], before.values["unit_id"]) != (item.record.kind, unit_id):
                asked.add(before.id)
    if not asked:
        return set()
    await tx.load(LOCK_POOLS, {"products": list(asked)})
    return {UUID(row["id"]) for row in (await tx.load(LOAD_MOVED, {"products": list(asked)}))["moved"]}


def pools_of(saved: Saved) -> dict[str, Columns]:
    """Every product that can be stocked has its pool from the start: it is the lock for its stock."""
    ids: dict[str, list[UUID]] = {"cost_pool": [], "pool_again": []}
    for before, after in saved:
        if after.values["kind"] == "goods" and (before is None or before.values["kind"] != "goods"):
            ids["pool_again" if before else "cost_pool"].append(after.id)
    return {name: Columns({"product_id": some, "scope_id": [NIL] * len(some)}) for name, some in ids.items()}


def sets_of(saved: Saved) -> dict[str, Columns]:
    """What is new, other and gone in the units and barcodes of every product that is written."""
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in IN_SETS}
    for before, after in saved:
        units, codes = after.sets
        units_before, codes_before = before.sets if before else ({}, {})
        for unit_id, factor in units.items():
            if units_before.get(unit_id) != factor:
                rows["changed_unit" if unit_id in units_before else "product_unit"].append((after.id, unit_id, *factor))
        for code, said in codes.items():
            if codes_before.get(code) != said:
                rows["changed_barcode" if code in codes_before else "product_barcode"].append((after.id, code, *said))
        if before:
            rows["gone_unit"] += [(after.id, old) for old in units_before if old not in units]
            rows["gone_barcode"] += [(after.id, old) for old in codes_before if old not in codes]
    return {name: Columns.of(IN_SETS[name], some) for name, some in rows.items()}
