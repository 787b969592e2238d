"""What one command of an import made and changed is taken back as it was, each record whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.execute import execute
from domain.ids import new_id
from domain.tx import Outcome, Part
from tenants.access import Caller
from tests.builders import act, call, make_partner, make_product, make_unit, make_warehouse, plain
from tests.companies import caller_of

Body = dict[str, Any]


@pytest.fixture
def owner(company) -> Caller:
    return caller_of(company)


@pytest.fixture
async def import_id(instance, company) -> UUID:
    """An import that is there."""
    return await begin(instance, company)


async def begin(instance: Any, company: Any) -> UUID:
    id = new_id()
    async with instance.owner.transaction():
        await instance.owner.execute(f"set local search_path to {company.schema}")
        await instance.owner.execute(
            "insert into import_job (id, file_id, file_name, actor_id, status) values ($1, $1, 'a.csv', $1, 'running')",
            id,
        )
    return id


async def step(owner: Caller, import_id: UUID, name: str, *records: Mapping[str, Any]) -> tuple[UUID, Outcome]:
    """As a run sends a chunk: with numbers of its source, and the lines of the file."""
    made = call(name, plain({"records": records}))
    part = Part(import_id, range(2, len(records) + 2))
    return made.id, await execute(replace(made, door="import", part=part), owner)


async def withdraw(owner: Caller, name: str, import_id: UUID, step_id: UUID) -> Outcome:
    return await execute(call(name, plain({"import_id": import_id, "step_id": step_id})), owner)


def said(outcome: Outcome) -> list[tuple[str, str | None]]:
    return [(one.key, one.code) for one in outcome.records]


def of(sku: str, **more: Any) -> Body:
    return {"sku": sku, "name": f"Tea {sku}", "external": {"source": "file", "number": sku}, **more}


MASTER = ("product", "product_unit", "product_barcode", "cost_pool", "category", "import_record", "import_step")


@pytest.fixture
def tables(instance, company):
    async def look(names: Sequence[str] = MASTER) -> dict[str, list[asyncpg.Record]]:
        async with instance.owner.transaction(readonly=True):
            await instance.owner.execute(f"set local search_path to {company.schema}")
            return {name: await instance.owner.fetch(f"select * from {name} order by 1, 2") for name in names}

    return look


async def test_products_that_came_and_changed_are_put_back_as_they_were(owner, import_id, tables):
    await make_unit(owner, "case")
    piece = await make_unit(owner)
    old = await make_product(owner, sku="OLD", barcodes=[{"code": "1"}, {"code": "2"}])
    first = {"unit_id": piece, "category": "Tea/Green"}
    _, outcome = await step(owner, import_id, "masterdata.save_products", of("KNOWN", **first))
    before = await tables()
    id, outcome = await step(
        owner, import_id, "masterdata.save_products",
        of("NEW", unit_id=piece, category="Tea/Black/Strong", barcodes=[{"code": "3"}]),
        of("KNOWN", unit_id=piece, category="Tea", price="9"),
        of("OLD", id=old, base_version=1, unit_id=piece, barcodes=[{"code": "2"}, {"code": "4"}],
           units=[{"unit": "case", "numerator": "12"}]),
        of("BAD", unit="none"),
    )  # fmt: skip
    assert [one.status for one in outcome.records] == ["accepted", "changed", "changed", "refused"]
    outcome = await withdraw(owner, "masterdata.withdraw_products", import_id, id)
    assert said(outcome) == [("2", None), ("3", None), ("4", None)]
    assert await tables() == before
    assert (await withdraw(owner, "masterdata.withdraw_products", import_id, id)).records == ()


async def test_what_depends_on_a_record_is_named_and_the_record_stays_whole(owner, import_id, tables):
    piece, place, partner = await make_unit(owner), await make_warehouse(owner), await make_partner(owner)
    id, outcome = await step(
        owner, import_id, "masterdata.save_products", *(of(sku, unit_id=piece, category="Tea") for sku in "ABC")
    )
    a, b, _ = (one.details["id"] for one in outcome.records)
    order = await act(
        owner, "purchasing.place_purchase_order", order_id=new_id(), partner_id=partner, location_id=place,
        lines=[{"product_id": a, "quantity": "1", "unit_price": "1"}],
    )  # fmt: skip
    await act(
        owner, "masterdata.save_products",
        records=[{"id": b, "sku": "B", "name": "By hand", "unit_id": piece, "base_version": 1}],
    )  # fmt: skip
    outcome = await withdraw(owner, "masterdata.withdraw_products", import_id, id)
    assert said(outcome) == [("2", "depended_on"), ("3", "changed_since"), ("4", None)]
    assert outcome.records[0].details["by"] == [
        {"what": "purchase_order", "id": order.data["order_id"], "number": order.data["number"]}
    ]
    left = await tables()
    assert [row["sku"] for row in left["product"]] == ["A", "B"]
    assert (len(left["cost_pool"]), len(left["category"]), len(left["import_record"])) == (2, 1, 2)
    again = await withdraw(owner, "masterdata.withdraw_products", import_id, id)
    assert said(again) == [("2", "depended_on"), ("3", "changed_since")]


async def test_a_later_import_is_taken_back_first(instance, company, owner, import_id, tables):
    piece, later = await make_unit(owner), await begin(instance, company)
    first, _ = await step(owner, import_id, "masterdata.save_products", of("A", unit_id=piece))
    between = await tables()
    second, _ = await step(owner, later, "masterdata.save_products", of("A", unit_id=piece, price="7"))
    outcome = await withdraw(owner, "masterdata.withdraw_products", import_id, first)
    assert said(outcome) == [("2", "changed_by_import")]
    assert outcome.records[0].details["import_id"] == str(later)
    assert said(await withdraw(owner, "masterdata.withdraw_products", later, second)) == [("2", None)]
    assert await tables() == between
    assert said(await withdraw(owner, "masterdata.withdraw_products", import_id, first)) == [("2", None)]


async def test_prices_go_back_and_products_stay(owner, import_id, tables):
    for sku in "AB":
        await make_product(owner, sku=sku, price="10", barcodes=[{"code": sku}])
    before = await tables()
    prices = [{"sku": sku, "price": "12", "external": {"source": "file", "number": sku}} for sku in "ABC"]
    id, outcome = await step(owner, import_id, "masterdata.set_prices", *prices)
    assert [(one.status, one.code) for one in outcome.records] == [
        ("changed", None), ("changed", None), ("refused", "not_found"),
    ]  # fmt: skip
    assert said(await withdraw(owner, "masterdata.withdraw_products", import_id, id)) == [("2", None), ("3", None)]
    assert await tables() == before


async def test_partners_go_and_those_that_changed_are_called_as_before(company, owner, import_id, tables):
    old = await make_partner(owner, code="OLD", phone="13800138000")
    before = await tables(("partner", "import_record", "import_step"))
    id, outcome = await step(
        owner, import_id, "masterdata.save_partners",
        {"code": "NEW", "name": "Wu", "external": {"source": "file", "number": "NEW"}},
        {"id": old, "base_version": 1, "code": "OLD", "name": "Lin", "phone": "1", "external":
         {"source": "file", "number": "OLD"}},
    )  # fmt: skip
    assert [one.status for one in outcome.records] == ["accepted", "changed"]
    assert said(await withdraw(owner, "masterdata.withdraw_partners", import_id, id)) == [("2", None), ("3", None)]
    after = await tables(("partner", "import_record", "import_step"))
    assert [readable(company, row) for row in after["partner"]] == [readable(company, r) for r in before["partner"]]
    assert (after["import_record"], after["import_step"]) == ([], [])


def readable(company: Any, row: Mapping[str, Any]) -> Body:
    """Encrypted anew, it is other bytes."""
    plain_row = dict(row)
    for name in ("contact_name", "phone", "address"):
        if row[name]:
            plain_row[name] = company.keys.decrypt_text("partner", name, row["id"], row[name])
    return plain_row
