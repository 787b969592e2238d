"""Master data: units, categories, warehouses, partners. Products are in products.py."""

from typing import Any
from uuid import UUID

from domain import sql
from domain.command import Records, command
from domain.errors import Refused
from domain.ids import derived_id
from domain.lists import Each
from domain.masterdata import rules
from domain.masterdata.records import CategoryRecord, PartnerRecord, UnitRecord, WarehouseRecord
from domain.masterdata.saving import Entity, Saving, Shaped, Stored, Values, guarded, load, text_of
from domain.masterdata.tables import category, location, partner, unit, warehouse
from domain.tx import Run, Tx
from tenants.fields import seal
from tenants.keys import CompanyKeys

# --- commands ---


@command
class SaveUnits:
    """Make or change units of measure."""

    records: Records[Each[UnitRecord]]
    all_or_nothing: bool = False


@command
class SaveCategories:
    """Make or change categories; one may refer to another that stands before it in the list."""

    records: Records[Each[CategoryRecord]]
    all_or_nothing: bool = False


@command
class SaveWarehouses:
    """Make or change warehouses. A new one gets a storage place and one for goods in transit."""

    records: Records[Each[WarehouseRecord]]
    all_or_nothing: bool = False


@command
class SavePartners:
    """Make or change suppliers and customers."""

    records: Records[Each[PartnerRecord]]
    all_or_nothing: bool = False


# --- units and warehouses: plain records ---

UNIT = Entity("unit", unit, ("name", "decimals"), unique="name")
WAREHOUSE = Entity("warehouse", warehouse, ("code", "name", "negative", "active"), unique="code")
LOAD_UNITS, WRITE_UNITS = sql.statement(*UNIT.loaded()), sql.statement(*UNIT.written())
LOAD_WAREHOUSES = sql.statement(*WAREHOUSE.loaded())
WRITE_WAREHOUSES = sql.statement(*WAREHOUSE.written(), sql.insert(location))
PLACES = ("storage", "transit")  # of a warehouse: kind and code of the locations every one has


def plain(entity: Entity) -> Any:
    def shape(run: Run, record: Any, id: UUID, before: Stored | None) -> Shaped:
        return Shaped({column: getattr(record, column) for column in entity.columns})

    return shape


async def save_units(tx: Tx) -> None:
    saving = Saving(tx, UNIT, *await load(tx, UNIT, LOAD_UNITS))
    saving.decide(plain(UNIT))
    tx.write(WRITE_UNITS, saving.rows())


async def save_warehouses(tx: Tx) -> None:
    saving = Saving(tx, WAREHOUSE, *await load(tx, WAREHOUSE, LOAD_WAREHOUSES))
    saving.decide(plain(WAREHOUSE))
    locations = [
        {"id": place_of(made.id, kind), "warehouse_id": made.id, "kind": kind, "code": kind, "name": kind}
        for made in saving.stored.made()
        for kind in PLACES
    ]
    tx.changed("location", *(row["id"] for row in locations))
    tx.write(WRITE_WAREHOUSES, {**saving.rows(), "location": locations})


def place_of(warehouse_id: UUID, kind: str = "storage") -> UUID:
    """The location that every warehouse has."""
    return derived_id(warehouse_id, kind)


# --- categories: a tree ---

CATEGORY = Entity("category", category, ("name", "parent_id"))
LOAD_CATEGORIES = sql.statement(*CATEGORY.loaded("true"))  # whole and locked: a cycle may close anywhere in it
WRITE_CATEGORIES = sql.statement(*CATEGORY.written())


async def save_categories(tx: Tx) -> None:
    saving = Saving(tx, CATEGORY, *await load(tx, CATEGORY, LOAD_CATEGORIES))

    def parent_of(id: str) -> str | None:
        if (stored := saving.stored.get(UUID(id))) is None:
            raise Refused("not_found", "parent_id", id=id)
        return stored.values["parent_id"]

    def shape(run: Run, record: CategoryRecord, id: UUID, before: Stored | None) -> Shaped:
        parent_id = text_of(record.parent_id)
        rules.check_tree(str(id), parent_id, parent_of)
        return Shaped({"name": record.name, "parent_id": parent_id})

    saving.decide(shape)
    tx.write(WRITE_CATEGORIES, saving.rows())


# --- partners ---

SECRET = ("contact_name", "phone", "address")
INDEXED = ("phone_index", "phone_last4_index")
PARTNER = Entity(
    "partner", partner, ("code", "name", "is_supplier", "is_customer", *SECRET, *INDEXED, "active"),
    unique="code", dated=True,
)  # fmt: skip
LOAD_PARTNERS, WRITE_PARTNERS = sql.statement(*PARTNER.loaded()), sql.statement(*PARTNER.written())


async def save_partners(tx: Tx) -> None:
    keys = tx.company.keys
    items, loaded = await load(tx, PARTNER, LOAD_PARTNERS)
    saving = Saving(tx, PARTNER, items, loaded, opened=lambda id, row: opened(keys, id, row))

    def shape(run: Run, record: PartnerRecord, id: UUID, before: Stored | None) -> Shaped:
        secret = {name: guarded(run, "partner.phone", name, getattr(record, name) or None, before) for name in SECRET}
        return Shaped(
            {
                "code": record.code, "name": record.name, "is_supplier": record.is_supplier,
                "is_customer": record.is_customer, "active": record.active, **secret,
            }
        )  # fmt: skip

    saving.decide(shape)
    tx.write(WRITE_PARTNERS, saving.rows(lambda stored: closed(keys, stored)))


def closed(keys: CompanyKeys, stored: Stored) -> Values:
    sealed = seal(keys, partner, stored.id, {name: stored.values[name] for name in SECRET})
    return {**stored.values, **{str(name): value for name, value in sealed.items()}}  # a column's name is no str


def opened(keys: CompanyKeys, id: UUID, row: Values) -> Values:
    """A stored partner with its encrypted columns in the clear, and without what is derived from them."""
    plain = {name: value for name, value in row.items() if name not in INDEXED}
    for name in SECRET:
        if sealed := row[name]:
            plain[name] = keys.decrypt_text("partner", name, id, bytes.fromhex(sealed.removeprefix("\\x")))
    return plain
