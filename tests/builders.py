"""Makes what a test needs, through the commands, with sensible defaults."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.execute import execute
from domain.ids import derived_id, new_id
from domain.masterdata.commands import place_of
from domain.tx import Call, Outcome
from tenants.access import Caller


def call(name: str, body: Mapping[str, Any], id: UUID | None = None, at: datetime | None = None) -> Call:
    return Call(id or new_id(), name, body, at or datetime.now(UTC))


async def act(caller: Caller, name: str, **body: Any) -> Outcome:
    """Run a command that has to be accepted. Ids may be UUIDs, numbers strings."""
    outcome = await execute(call(name, plain(body)), caller)
    assert outcome.status == "accepted", outcome
    return outcome


async def refuse(caller: Caller, name: str, **body: Any) -> Outcome:
    """Run a command that has to be refused."""
    outcome = await execute(call(name, plain(body)), caller)
    assert outcome.status == "refused", outcome
    return outcome


def plain(value: Any) -> Any:
    """As JSON would bring it."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | bool | None) else str(value)


async def make_unit(caller: Caller, name: str = "piece", decimals: int = 0) -> UUID:
    """Made once: asking again for the same name finds it."""
    id = derived_id(caller.company.id, "unit", name)
    outcome = await execute(
        call("masterdata.save_units", plain({"records": [{"id": id, "name": name, "decimals": decimals}]})), caller
    )
    assert outcome.records[0].code in (None, "stale_version"), outcome
    return id


async def make_product(caller: Caller, **fields: Any) -> UUID:
    """Goods counted in pieces, at a price of 10; `fields` of ProductRecord say otherwise."""
    id = fields.get("id") or new_id()
    record = {"id": id, "sku": f"P-{id}", "name": "Tea", "price": "10", **fields}
    if not {"unit", "unit_id"} & record.keys():
        record["unit_id"] = await make_unit(caller)
    await act(caller, "masterdata.save_products", records=[record])
    return id


async def make_warehouse(caller: Caller, **fields: Any) -> UUID:
    """Returns its storage location; the warehouse itself is `fields["id"]`, if that matters."""
    id = fields.get("id") or new_id()
    record = {"id": id, "code": f"W-{id}", "name": "Main warehouse", **fields}
    await act(caller, "masterdata.save_warehouses", records=[record])
    return place_of(id)


async def make_partner(caller: Caller, **fields: Any) -> UUID:
    """Supplier and customer at once."""
    id = fields.get("id") or new_id()
    record = {"id": id, "code": f"C-{id}", "name": "Lin & Co", "is_supplier": True, "is_customer": True, **fields}
    await act(caller, "masterdata.save_partners", records=[record])
    return id
