"""Who is bound to warehouses works there and nowhere else; a fact from elsewhere waits for a manager."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.execute import execute, execute_many
from domain.ids import derived_id, new_id
from domain.masterdata.commands import place_of
from domain.tx import Call
from tenants.access import Caller
from tests.builders import act, call, make_partner, make_product, make_warehouse, plain
from tests.companies import caller_of


@pytest.fixture
async def warehouses(company) -> tuple[UUID, UUID]:
    owner, own, other = caller_of(company), new_id(), new_id()
    for id in (own, other):
        await make_warehouse(owner, id=id)
    return own, other


@pytest.fixture
def keeper(company, warehouses: tuple[UUID, UUID]) -> Caller:
    return replace(caller_of(company, "keeper", new_id()), warehouses=frozenset(warehouses[:1]))


async def adjust(keeper: Caller, warehouse_id: UUID, product: UUID):
    lines = [{"product_id": product, "direction": "in", "quantity": "1"}]
    body = {"document_id": new_id(), "location_id": place_of(warehouse_id), "lines": lines, "reason": "found"}
    return await execute(call("inventory.adjust_stock", plain(body)), keeper)


async def test_a_request_elsewhere_is_refused(company, keeper: Caller, warehouses: tuple[UUID, UUID]) -> None:
    product = await make_product(caller_of(company))
    own, other = [await adjust(keeper, id, product) for id in warehouses]
    assert own.status == "accepted"
    assert (other.code, other.field) == ("forbidden", "location_id")
    assert other.data == {"warehouse_id": str(warehouses[1])}


async def test_a_fact_elsewhere_waits(company, rows, keeper: Caller, warehouses: tuple[UUID, UUID]) -> None:
    product = await make_product(caller_of(company))
    calls = []
    for id in warehouses:
        line = {"product_id": product, "location_id": place_of(id), "counted": "3"}
        body = plain({"document_id": new_id(), "lines": [line]})
        made = call("inventory.record_count", body)
        calls.append(Call(made.id, made.name, made.body, made.occurred_at, "sync"))
    outcomes = await execute_many(calls, keeper)
    assert [one.status for one in outcomes] == ["accepted", "waiting"]
    (kept,) = await rows(company, "select id, reason from waiting_call")
    assert (kept["id"], kept["reason"]) == (calls[1].id, "forbidden")
    assert [one.status for one in await execute_many(calls, keeper)] == ["accepted", "waiting"]


async def test_goods_are_received_where_the_order_wants_them(
    company, keeper: Caller, warehouses: tuple[UUID, UUID]
) -> None:
    owner = caller_of(company)
    product, supplier = await make_product(owner), await make_partner(owner)
    for warehouse_id, status in zip(warehouses, ("accepted", "refused"), strict=True):
        order_id = new_id()
        lines = [{"product_id": product, "quantity": "2", "unit_price": "1"}]
        await act(
            owner, "purchasing.place_purchase_order", order_id=order_id, partner_id=supplier,
            location_id=place_of(warehouse_id), lines=lines,
        )  # fmt: skip
        found = await execute(
            call("purchasing.record_receipt", plain({"document_id": new_id(), "order_id": order_id,
                 "lines": [{"line_id": derived_id(order_id, 1), "quantity": "2"}]})), keeper,
        )  # fmt: skip
        assert found.status == status, found
