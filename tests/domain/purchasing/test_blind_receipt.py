"""Goods that nobody ordered here, against a real database."""

from decimal import Decimal
from typing import Any

import pytest

from domain.execute import execute
from domain.ids import new_id
from tests.builders import call, make_unit, plain, refuse
from tests.companies import caller_of
from tests.yard import Yard, ago

D = Decimal


def blind(yard: Yard, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"document_id": new_id(), "location_id": yard.place, "lines": lines, **more}


async def test_goods_without_an_order(yard: Yard) -> None:
    dozen = await make_unit(yard.owner, "dozen")
    units = [{"unit_id": dozen, "numerator": "12", "denominator": "1"}]
    tea, cup = await yard.goods(units=units), await yard.goods()
    body = blind(
        yard,
        {"product_id": tea, "quantity": "2", "unit_id": dozen, "unit_price": "30"},
        {"product_id": cup, "quantity": "5", "unit_price": "0"},  # a gift
        partner_id=yard.partner,
        note="from the market",
    )
    outcome = await yard.say("purchasing.record_blind_receipt", **body)
    assert outcome.data["number"].startswith("GR-")
    assert await yard.stock(tea) == (24, 0)
    assert await yard.pool(tea) == (24, 60)
    assert await yard.pool(cup) == (5, 0)
    [document] = await yard.rows(yard.company, "select kind, order_id, partner_id, reason from stock_document")
    assert tuple(document) == ("receipt", None, yard.partner, "from the market")
    assert await yard.discrepancies() == []
    buckets = await yard.rows(
        yard.company, "select bucket from change where entity = 'stock_document' and bucket like 'party:%'"
    )
    assert [row["bucket"] for row in buckets] == [f"party:{yard.partner}"]


async def test_the_price_is_what_it_cost_last(yard: Yard) -> None:
    """Else the reference cost, else 0 and somebody has to price it."""
    known, guessed = await yard.goods("10", "2.5", reference_cost="9"), await yard.goods(reference_cost="9")
    unknown = await yard.goods()
    lines = [{"product_id": product, "quantity": "2"} for product in (known, guessed, unknown)]
    await yard.say("purchasing.record_blind_receipt", **blind(yard, *lines))
    assert (await yard.pool(known), await yard.pool(guessed), await yard.pool(unknown)) == ((12, 30), (2, 18), (2, 0))
    assert await yard.discrepancies() == [("unpriced", 2)]


async def test_only_a_typed_price_becomes_the_last_cost(yard: Yard) -> None:
    tea, cup = await yard.goods(reference_cost="9"), await yard.goods(reference_cost="9")
    await yard.say(
        "purchasing.record_blind_receipt",
        **blind(yard, {"product_id": tea, "quantity": "1"}, {"product_id": cup, "quantity": "1", "unit_price": "7"}),
    )
    costs = {row["product_id"]: row["last_cost"] for row in await yard.rows(yard.company, "select * from cost_pool")}
    assert (costs[tea], costs[cup]) == (None, 7)


async def test_who_may_not_see_prices_types_none(yard: Yard) -> None:
    keeper, tea = caller_of(yard.company, "keeper"), await yard.goods("10", "2")
    line = {"product_id": tea, "quantity": "1"}
    priced = await execute(
        call("purchasing.record_blind_receipt", plain(blind(yard, {**line, "unit_price": "1"}))), keeper
    )
    assert (priced.code, priced.field, priced.data["permission"]) == (
        "forbidden", "lines.0.unit_price", "purchase.price",
    )  # fmt: skip
    counted = await execute(call("purchasing.record_blind_receipt", plain(blind(yard, line))), keeper)
    assert counted.status == "accepted"
    assert await yard.pool(tea) == (11, 22)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"location_id": new_id()}, "not_found", "location_id"),
        ({"partner_id": new_id()}, "not_found", "partner_id"),
        ({"lines": []}, "malformed", "lines"),
        ({"lines": [{"product_id": new_id(), "quantity": "1"}]}, "not_found", "lines.0.product_id"),
        ({"document_on": "2999-01-01"}, "future_date", "document_on"),
    ],
)
async def test_what_cannot_be_read(yard: Yard, change: dict[str, Any], code: str, field: str) -> None:
    body = blind(yard, {"product_id": await yard.goods(), "quantity": "1"})
    outcome = await refuse(yard.owner, "purchasing.record_blind_receipt", **{**body, **change})
    assert (outcome.code, outcome.field) == (code, field)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "0"}, "quantity_not_positive"),
        ({"quantity": "0.5"}, "quantity_not_whole"),
        ({"unit_price": "-1"}, "price_negative"),
        ({"quantity": "999999999999", "unit_price": "99999"}, "amount_too_large"),
        ({"unit_id": new_id()}, "unknown_unit"),
    ],
)
async def test_a_line_that_is_none(yard: Yard, change: dict[str, Any], code: str) -> None:
    line = {"product_id": await yard.goods(), "quantity": "1", **change}
    assert (await refuse(yard.owner, "purchasing.record_blind_receipt", **blind(yard, line))).code == code


async def test_a_partner_that_is_not_used_any_more_has_delivered_all_the_same(yard: Yard) -> None:
    [partner] = await yard.rows(yard.company, "select code, version from partner")
    record = {
        "id": yard.partner, "code": partner["code"], "name": "Lin & Co", "is_supplier": True, "is_customer": True,
        "active": False, "base_version": partner["version"],
    }  # fmt: skip
    await yard.say("masterdata.save_partners", records=[record])
    line = {"product_id": await yard.goods(), "quantity": "1"}
    await yard.say("purchasing.record_blind_receipt", **blind(yard, line, partner_id=yard.partner))


async def test_a_service_has_no_stock(yard: Yard) -> None:
    line = {"product_id": await yard.goods(kind="service"), "quantity": "1"}
    assert (await refuse(yard.owner, "purchasing.record_blind_receipt", **blind(yard, line))).code == "not_stocked"


async def test_onto_negative_stock_the_gap_goes_to_cost_of_goods(yard: Yard) -> None:
    tea = await yard.goods(reference_cost="3")
    await yard.say("sales.record_handover", **yard.slip(tea, "4"))
    line = {"product_id": tea, "quantity": "10", "unit_price": "5"}
    await yard.say("purchasing.record_blind_receipt", **blind(yard, line))
    assert await yard.pool(tea) == (6, 30)
    [gap] = await yard.rows(yard.company, "select value from revaluation")
    assert gap["value"] == -8


async def test_a_blind_receipt_from_before_a_count_was_counted_with_the_rest(yard: Yard) -> None:
    tea = await yard.goods("10", "2")
    await yard.say("inventory.record_count", **yard.count(tea, "15", ago(hours=1)))
    line = {"product_id": tea, "quantity": "5", "unit_price": "5"}
    await yard.say("purchasing.record_blind_receipt", ago(hours=20), **blind(yard, line))
    assert await yard.stock(tea) == (15, 0)
    assert await yard.pool(tea) == (15, D("41.25"))
