"""The sales commands against a real database: what is written, what is refused, what stays as it was."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from domain.execute import execute
from domain.ids import new_id
from domain.tx import Outcome
from tenants.access import Caller
from tenants.registry import Company
from tests.builders import act, call, make_partner, make_product, make_unit, make_warehouse, plain, refuse
from tests.companies import Instance, caller_of
from workers.reconcile import reconcile

D = Decimal
Rows = Callable[..., Awaitable[list[Any]]]


@dataclass
class Shop:
    """A company with one place, one partner, and goods that came in at 2 a piece."""

    company: Company
    owner: Caller
    place: UUID
    partner: UUID
    rows: Rows

    async def goods(self, quantity: str = "10", cost: str = "2", **fields: Any) -> UUID:
        product = await make_product(self.owner, **fields)
        if D(quantity):
            record = {
                "key": "1", "product_id": product, "location_id": self.place, "quantity": quantity, "unit_cost": cost,
            }  # fmt: skip
            await act(self.owner, "inventory.record_opening_stock", records=[record])
        return product

    def slip(self, *lines: tuple[UUID, str], **more: Any) -> dict[str, Any]:
        return {
            "order_id": new_id(), "partner_id": self.partner, "location_id": self.place,
            "lines": [{"product_id": product, "quantity": quantity} for product, quantity in lines], **more,
        }  # fmt: skip

    async def order(self, *lines: tuple[UUID, str]) -> UUID:
        slip = self.slip(*lines)
        await act(self.owner, "sales.place_sales_order", **slip)
        return slip["order_id"]

    async def lines(self, order_id: UUID) -> list[Any]:
        query = """select id, ordered, reserved, shipped, shipped_value from sales_order_line
         where order_id = $1 order by position"""
        return await self.rows(self.company, query, order_id)

    async def stock(self, product: UUID) -> tuple[Decimal, Decimal]:
        query = "select on_hand, reserved from stock_balance where product_id = $1"
        [row] = await self.rows(self.company, query, product)
        return row["on_hand"], row["reserved"]

    async def pool(self, product: UUID) -> tuple[Decimal, Decimal]:
        [row] = await self.rows(self.company, "select quantity, value from cost_pool where product_id = $1", product)
        return row["quantity"], row["value"]


@pytest_asyncio.fixture
async def shop(company: Company, rows: Rows) -> Shop:
    owner = caller_of(company)
    return Shop(company, owner, await make_warehouse(owner), await make_partner(owner), rows)


@pytest_asyncio.fixture(autouse=True)
async def nothing_drifts(shop: Shop) -> Any:
    yield
    report = await reconcile(shop.company)
    assert report.clean, report.differences


async def test_a_slip_is_order_and_shipment_at_once(shop: Shop) -> None:
    tea, cup = await shop.goods(), await shop.goods(cost="3")
    slip = shop.slip((tea, "4"), (cup, "1"))
    outcome = await act(shop.owner, "sales.sell_now", **slip)
    assert outcome.data["total"] == "50.00"
    [order] = await shop.rows(shop.company, "select kind, status, total, number, shipments from sales_order")
    assert (order["kind"], order["status"], order["total"], order["shipments"]) == ("slip", "shipped", D(50), 1)
    [document] = await shop.rows(
        shop.company, "select kind, number, order_id from stock_document where kind = 'shipment'"
    )
    assert (document["number"], document["order_id"]) == (order["number"] + "-1", slip["order_id"])
    assert [(row["shipped"], row["shipped_value"]) for row in await shop.lines(slip["order_id"])] == [(4, 8), (1, 3)]
    assert await shop.stock(tea) == (6, 0)
    assert await shop.pool(tea) == (6, 12)


async def test_a_slip_that_is_short_writes_nothing(shop: Shop) -> None:
    tea, cup = await shop.goods(), await shop.goods("1")
    outcome = await refuse(shop.owner, "sales.sell_now", **shop.slip((tea, "4"), (cup, "2")))
    assert (outcome.code, outcome.field) == ("insufficient_stock", "lines.1.quantity")
    assert outcome.data["available"] == "1"
    assert await shop.rows(shop.company, "select id from sales_order") == []
    assert await shop.stock(tea) == (10, 0)


async def test_the_same_product_on_two_lines_is_taken_twice(shop: Shop) -> None:
    tea = await shop.goods("10")
    await refuse(shop.owner, "sales.sell_now", **shop.slip((tea, "6"), (tea, "5")))
    await act(shop.owner, "sales.sell_now", **shop.slip((tea, "6"), (tea, "4")))
    assert await shop.stock(tea) == (0, 0)
    assert await shop.pool(tea) == (0, 0)


async def test_a_handover_is_a_fact_and_opens_a_discrepancy(shop: Shop) -> None:
    tea = await shop.goods("3")
    await act(shop.owner, "sales.record_handover", **shop.slip((tea, "5")))
    assert await shop.stock(tea) == (-2, 0)
    assert await shop.pool(tea) == (-2, -4)
    [found] = await shop.rows(shop.company, "select kind, quantity, status from discrepancy")
    assert (found["kind"], found["quantity"], found["status"]) == ("negative_stock", 2, "open")


async def test_a_warehouse_that_allows_it_sells_below_zero(shop: Shop) -> None:
    lenient = await make_warehouse(shop.owner, negative="allow")
    tea = await shop.goods("0")
    await act(shop.owner, "sales.sell_now", **{**shop.slip((tea, "1")), "location_id": lenient})


async def test_confirming_reserves_and_shipping_uses_it_up(shop: Shop) -> None:
    tea = await shop.goods("10")
    order = await shop.order((tea, "8"))
    await act(shop.owner, "sales.confirm_sales_order", order_id=order)
    assert await shop.stock(tea) == (10, 8)
    outcome = await refuse(shop.owner, "sales.sell_now", **shop.slip((tea, "3")))
    assert outcome.data["available"] == "2"
    [line] = await shop.lines(order)
    part = await act(
        shop.owner, "sales.ship_sales_order", document_id=new_id(), order_id=order,
        lines=[{"line_id": line["id"], "quantity": "5"}],
    )  # fmt: skip
    assert part.data["order_status"] == "partly_shipped"
    assert part.data["backorder"] == [{"line_id": str(line["id"]), "quantity": "3"}]
    assert await shop.stock(tea) == (5, 3)
    rest = await act(shop.owner, "sales.ship_sales_order", document_id=new_id(), order_id=order)
    assert rest.data["order_status"] == "shipped"
    assert rest.data["number"].endswith("-2")
    assert await shop.stock(tea) == (2, 0)


async def test_confirming_what_is_not_here(shop: Shop) -> None:
    tea = await shop.goods("3")
    order = await shop.order((tea, "8"))
    outcome = await refuse(shop.owner, "sales.confirm_sales_order", order_id=order)
    assert outcome.code == "insufficient_stock"
    assert await shop.stock(tea) == (3, 0)
    outcome = await act(shop.owner, "sales.confirm_sales_order", order_id=order, reserve="available")
    assert [item["quantity"] for item in outcome.data["backorder"]] == ["5"]
    assert await shop.stock(tea) == (3, 3)


async def test_cancelling_frees_what_was_reserved(shop: Shop) -> None:
    tea = await shop.goods("10")
    order = await shop.order((tea, "8"))
    await act(shop.owner, "sales.confirm_sales_order", order_id=order)
    await act(shop.owner, "sales.cancel_sales_order", order_id=order)
    assert await shop.stock(tea) == (10, 0)
    outcome = await refuse(shop.owner, "sales.ship_sales_order", document_id=new_id(), order_id=order)
    assert outcome.code == "order_not_confirmed"


async def test_goods_of_a_delivery_come_back_at_its_value(shop: Shop) -> None:
    tea = await shop.goods("3", cost="1")
    slip = shop.slip((tea, "3"))
    await act(shop.owner, "sales.sell_now", **slip)
    record = {"key": "2", "product_id": tea, "location_id": shop.place, "quantity": "1", "unit_cost": "100"}
    await act(shop.owner, "inventory.record_opening_stock", records=[record])
    [line] = await shop.lines(slip["order_id"])
    back = {"product_id": tea, "quantity": "2", "source_line_id": line["id"]}
    await act(shop.owner, "sales.record_return", **{**shop.slip(), "lines": [back]})
    assert await shop.pool(tea) == (3, 102)
    outcome = await refuse(shop.owner, "sales.record_return", **{**shop.slip(), "lines": [back]})
    assert (outcome.code, outcome.field) == ("more_than_shipped", "lines.0.quantity")


async def test_goods_without_a_source_come_back_at_the_average(shop: Shop) -> None:
    tea = await shop.goods("4", cost="1.5")
    await act(shop.owner, "sales.record_return", **shop.slip((tea, "2")))
    assert await shop.pool(tea) == (6, 9)


async def test_a_service_is_sold_without_stock(shop: Shop) -> None:
    freight = await shop.goods("0", kind="service", price="15")
    outcome = await act(shop.owner, "sales.sell_now", **shop.slip((freight, "1")))
    assert outcome.data["total"] == "15.00"
    assert await shop.rows(shop.company, "select position from stock_move") == []


async def test_a_case_is_sold_at_its_factor(shop: Shop) -> None:
    case = await make_unit(shop.owner, name="箱")
    tea = await shop.goods("50", units=[{"unit_id": str(case), "numerator": "24"}], price="0.5")
    slip = shop.slip((tea, "2"))
    slip["lines"][0]["unit_id"] = case
    outcome = await act(shop.owner, "sales.sell_now", **slip)
    assert outcome.data["total"] == "24.00"
    assert await shop.stock(tea) == (2, 0)


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ({"quantity": "-1"}, "quantity_not_positive", "lines.0.quantity"),
        ({"quantity": "0"}, "quantity_not_positive", "lines.0.quantity"),
        ({"quantity": "0.5"}, "quantity_not_whole", "lines.0.quantity"),
        ({"quantity": "five"}, "malformed", "lines.0.quantity"),
        ({"quantity": 1.5}, "malformed", "lines.0.quantity"),
        ({"quantity": "NaN"}, "malformed", "lines.0.quantity"),
        ({"quantity": "１２"}, "malformed", "lines.0.quantity"),
        ({"quantity": "1", "unit_id": UUID(int=7)}, "unknown_unit", "lines.0.unit_id"),
        ({"quantity": "1", "product_id": UUID(int=7)}, "not_found", "lines.0.product_id"),
        ({"quantity": "1", "unit_price": "-1"}, "price_negative", "lines.0.unit_price"),
        ({"quantity": "1", "colour": "red"}, "malformed", "lines.0.colour"),
    ],
)
async def test_a_bad_line_is_named(shop: Shop, line: dict[str, Any], code: str, field: str) -> None:
    tea = await shop.goods("10")
    slip = {**plain(shop.slip()), "lines": [plain_floats({"product_id": tea, **line})]}
    outcome = await execute(call("sales.sell_now", slip), shop.owner)
    assert (outcome.status, outcome.code, outcome.field) == ("refused", code, field)


def plain_floats(line: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, float) else plain(value) for key, value in line.items()}


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"partner_id": UUID(int=7)}, "not_found", "partner_id"),
        ({"location_id": UUID(int=7)}, "not_found", "location_id"),
        ({"location_id": UUID(int=2)}, "not_found", "location_id"),  # the customers' place, which is nobody's to use
        ({"document_on": date(2100, 1, 1)}, "future_date", "document_on"),
        ({"lines": []}, "malformed", "lines"),
    ],
)
async def test_a_bad_head_is_named(shop: Shop, more: dict[str, Any], code: str, field: str) -> None:
    tea = await shop.goods("10")
    for name in ("sales.sell_now", "sales.record_handover", "sales.place_sales_order"):
        outcome = await refuse(shop.owner, name, **{**shop.slip((tea, "1")), **more})
        assert (outcome.code, outcome.field) == (code, field)


async def test_ids_of_another_company_do_not_exist(shop: Shop, instance: Instance) -> None:
    other = caller_of(await instance.company())
    theirs = {
        "partner_id": await make_partner(other), "location_id": await make_warehouse(other),
        "lines": [{"product_id": await make_product(other), "quantity": "1"}],
    }  # fmt: skip
    tea = await shop.goods("10")
    for field, id in theirs.items():
        outcome = await refuse(shop.owner, "sales.sell_now", **{**shop.slip((tea, "1")), field: id})
        assert outcome.code == "not_found"


async def test_an_order_id_is_used_once(shop: Shop) -> None:
    tea = await shop.goods("10")
    slip = shop.slip((tea, "1"))
    await act(shop.owner, "sales.sell_now", **slip)
    outcome = await refuse(shop.owner, "sales.sell_now", **slip)
    assert outcome.code == "id_taken"
    assert await shop.stock(tea) == (9, 0)


async def test_a_document_of_a_past_day_keeps_its_date(shop: Shop) -> None:
    tea = await shop.goods("10")
    await act(shop.owner, "sales.sell_now", **shop.slip((tea, "1"), document_on=date(2026, 1, 31)))
    query = "select document_on, effective_at from stock_document where kind = 'shipment'"
    [row] = await shop.rows(shop.company, query)
    assert row["document_on"] == date(2026, 1, 31)
    assert row["effective_at"] == datetime(2026, 1, 31, 16, tzinfo=UTC) - timedelta(
        microseconds=1
    )  # its end in Shanghai


async def test_who_may_not_is_refused_and_nothing_is_remembered(shop: Shop) -> None:
    tea = await shop.goods("10")
    asked = call("sales.sell_now", plain(shop.slip((tea, "1"))))
    buyer = caller_of(shop.company, "buyer", shop.owner.actor_id)
    assert (await execute(asked, buyer)).code == "forbidden"
    assert (await execute(asked, shop.owner)).status == "accepted"


async def test_who_may_not_see_prices_neither_types_one_nor_learns_one(shop: Shop) -> None:
    tea = await shop.goods("10")
    keeper, slip = caller_of(shop.company, "keeper"), shop.slip((tea, "1"))
    outcome = await act(keeper, "sales.record_handover", **slip)
    assert outcome.data.keys() == {"order_id", "number", "document_id"}
    [line] = await shop.rows(shop.company, "select unit_price from sales_order_line")
    assert line["unit_price"] == 10
    priced = shop.slip((tea, "1"))
    priced["lines"][0]["unit_price"] = "1"
    outcome = await refuse(keeper, "sales.record_handover", **priced)
    assert (outcome.code, outcome.field) == ("forbidden", "lines.0.unit_price")


async def test_goods_without_a_price_were_handed_over_all_the_same(shop: Shop) -> None:
    gift = await shop.goods("10", price=None)
    outcome = await refuse(shop.owner, "sales.sell_now", **shop.slip((gift, "1")))
    assert (outcome.code, outcome.field) == ("price_missing", "lines.0.unit_price")
    outcome = await act(shop.owner, "sales.record_handover", **shop.slip((gift, "1")))
    assert outcome.data["total"] == "0.00"


async def test_fifty_slips_at_once_are_decided_one_after_another(shop: Shop) -> None:
    tea = await shop.goods("30")
    calls = [call("sales.sell_now", plain(shop.slip((tea, "1")))) for _ in range(50)]
    outcomes: list[Outcome] = await asyncio.gather(*[execute(one, shop.owner) for one in calls])
    assert [outcome.status for outcome in outcomes].count("accepted") == 30
    assert {outcome.code for outcome in outcomes} == {None, "insufficient_stock"}
    assert await shop.stock(tea) == (0, 0)
    again: list[Outcome] = await asyncio.gather(*[execute(one, shop.owner) for one in reversed(calls)])
    assert list(reversed(again)) == outcomes
