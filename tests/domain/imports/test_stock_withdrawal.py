"""Opening stock, past sales and open orders of an import are taken back: balances, pools and orders are as before."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.ids import new_id
from domain.tx import Outcome
from tenants.access import Caller
from tests.builders import act, make_partner, make_product, make_warehouse
from tests.companies import caller_of
from tests.domain.imports.test_withdrawal import begin, said, step, withdraw
from workers.reconcile import reconcile

Body = dict[str, Any]
KEPT = {
    "stock_balance": "select product_id, location_id, on_hand, reserved, negative_ok from stock_balance "
    "where on_hand <> 0 or reserved <> 0 order by 1, 2",
    "cost_pool": "select * from cost_pool order by 1, 2",
    "sales_order": "select * from sales_order order by id",
    "sales_order_line": "select * from sales_order_line order by id",
    "purchase_order": "select * from purchase_order order by id",
    "purchase_order_line": "select * from purchase_order_line order by id",
    "discrepancy": "select * from discrepancy order by id",
    "import_record": "select * from import_record order by id",
    "import_step": "select * from import_step order by command_id",
}
DAY = datetime(2025, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def owner(company) -> Caller:
    return caller_of(company)


@pytest.fixture
async def import_id(instance, company) -> UUID:
    return await begin(instance, company)


@pytest.fixture
def kept(company, rows):
    async def look() -> dict[str, list[tuple[object, ...]]]:
        return {name: [tuple(row) for row in await rows(company, query)] for name, query in KEPT.items()}

    return look


@pytest.fixture
async def scene(owner) -> dict[str, UUID]:
    place, partner = await make_warehouse(owner), await make_partner(owner, code="C")
    a, b = await make_product(owner, sku="A", reference_cost="4"), await make_product(owner, sku="B")
    return {"place": place, "partner": partner, "a": a, "b": b}


def outside(number: str, **more: Any) -> Body:
    return {"external": {"source": "file", "number": number}, **more}


def opening(scene: dict[str, UUID], what: str, quantity: str, cost: str) -> Body:
    return outside(what, product_id=scene[what], location_id=scene["place"], quantity=quantity, unit_cost=cost)


def sale(scene: dict[str, UUID], number: str, *lines: tuple[str, str], kind: str = "sale", days: int = 0) -> Body:
    return outside(
        number, kind=kind, location_id=scene["place"], partner="C", happened_at=(DAY + timedelta(days)).isoformat(),
        lines=[{"sku": sku, "quantity": quantity, "unit_price": "9"} for sku, quantity in lines],
    )  # fmt: skip


async def test_opening_stock_goes_as_it_came(company, owner, import_id, scene, kept):
    before = await kept()
    id, outcome = await step(
        owner,
        import_id,
        "inventory.record_opening_stock",
        opening(scene, "a", "10", "3"),
        opening(scene, "b", "5", "2"),
    )
    assert outcome.status == "accepted"
    assert said(await withdraw(owner, "inventory.reverse_opening_stock", import_id, id)) == [("2", None), ("3", None)]
    assert await kept() == before
    assert (await reconcile(company)).clean


async def test_what_has_moved_since_stays_and_is_named(company, owner, import_id, scene, kept):
    id, _ = await step(
        owner,
        import_id,
        "inventory.record_opening_stock",
        opening(scene, "a", "10", "3"),
        opening(scene, "b", "5", "2"),
    )
    sold = await act(
        owner, "sales.sell_now", order_id=new_id(), partner_id=scene["partner"], location_id=scene["place"],
        lines=[{"product_id": scene["a"], "quantity": "1"}],
    )  # fmt: skip
    outcome = await withdraw(owner, "inventory.reverse_opening_stock", import_id, id)
    assert said(outcome) == [("2", "depended_on"), ("3", None)]
    assert [use["id"] for use in outcome.records[0].details["by"]] == [sold.data["document_id"]]
    assert (await reconcile(company)).clean


async def test_past_sales_are_taken_back_in_turn(instance, company, owner, import_id, scene, kept):
    opened, _ = await step(owner, import_id, "inventory.record_opening_stock", opening(scene, "a", "10", "3"))
    before = await kept()
    first, made = await step(
        owner, import_id, "sales.record_past_sales",
        sale(scene, "S1", ("A", "3"), ("B", "2")), sale(scene, "S2", ("A", "9"), days=1),
        sale(scene, "R1", ("A", "1"), kind="return", days=2), sale(scene, "W1", ("A", "-1"), kind="writeoff", days=3),
    )  # fmt: skip
    assert made.status == "accepted"
    between = await kept()
    later = await begin(instance, company)
    second, further = await step(
        owner, later, "sales.record_past_sales", sale(scene, "S1", ("A", "3"), ("B", "2"), ("A", "2"))
    )
    assert [one.status for one in further.records] == ["changed"]
    refused = await withdraw(owner, "sales.withdraw_past_sales", import_id, first)
    assert {code for _, code in said(refused)} == {"depended_on", "changed_by_import"}
    assert said(await withdraw(owner, "sales.withdraw_past_sales", later, second)) == [("2", None)]
    assert await kept() == between
    assert said(await withdraw(owner, "sales.withdraw_past_sales", import_id, first)) == [
        (str(line), None) for line in range(2, 6)
    ]
    assert await kept() == before
    assert (await reconcile(company)).clean
    assert said(await withdraw(owner, "inventory.reverse_opening_stock", import_id, opened)) == [("2", None)]
    assert (await reconcile(company)).clean


def order(scene: dict[str, UUID], number: str, quantity: str, **more: Any) -> Body:
    line = {"product_id": scene["a"], "quantity": quantity, "unit_price": "2"}
    return outside(number, partner_id=scene["partner"], location_id=scene["place"], lines=[line], **more)


@pytest.mark.parametrize("what", ["purchasing.{}_purchase_orders", "sales.{}_sales_orders"])
async def test_open_orders_come_once_and_go(company, owner, import_id, scene, kept, what):
    await step(owner, import_id, "inventory.record_opening_stock", opening(scene, "a", "10", "3"))
    before = await kept()

    async def take(*records: Body) -> tuple[UUID, Outcome]:
        return await step(owner, import_id, what.format("take_over"), *records)

    id, outcome = await take(order(scene, "1", "7"), order(scene, "2", "7", document_on="2025-03-01"))
    assert [one.status for one in outcome.records] == ["accepted", "accepted"]
    _, again = await take(order(scene, "1", "7"), order(scene, "2", "8", document_on="2025-03-01"))
    assert [(one.status, one.code) for one in again.records] == [
        ("unchanged", None), ("refused", "posted_document_changed"),
    ]  # fmt: skip
    assert (await reconcile(company)).clean
    assert said(await withdraw(owner, what.format("withdraw"), import_id, id)) == [("2", None), ("3", None)]
    assert await kept() == before
    assert (await reconcile(company)).clean
