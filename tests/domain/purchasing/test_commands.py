"""Purchase orders and receipts against a real database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.execute import execute
from domain.ids import new_id
from tests.builders import act, call, make_product, make_unit, plain, refuse
from tests.companies import Instance, caller_of
from tests.yard import Yard, ago

D = Decimal


async def test_an_order_and_its_receipts(yard: Yard) -> None:
    tea, cup = await yard.goods(), await yard.goods()
    order = await yard.order(
        {"product_id": tea, "quantity": "10", "unit_price": "3"},
        {"product_id": cup, "quantity": "4", "unit_price": "1"},
    )
    first, second = await yard.lines(order)
    part = await act(
        yard.owner, "purchasing.record_receipt", **yard.receipt(order, {"line_id": first["id"], "quantity": "4"})
    )
    assert part.data["order_status"] == "partly_received"
    assert part.data["backorder"] == [
        {"line_id": str(first["id"]), "quantity": "6"}, {"line_id": str(second["id"]), "quantity": "4"},
    ]  # fmt: skip
    rest = await act(
        yard.owner, "purchasing.record_receipt",
        **yard.receipt(
            order, {"line_id": first["id"], "quantity": "6"}, {"line_id": second["id"], "quantity": "4"}
        ),
    )  # fmt: skip
    assert (rest.data["order_status"], rest.data["backorder"]) == ("received", [])
    [kept] = await yard.rows(yard.company, "select number, status, total, receipts from purchase_order")
    assert (kept["status"], kept["total"], kept["receipts"]) == ("received", 34, 2)
    assert [part.data["number"], rest.data["number"]] == [f"{kept['number']}-1", f"{kept['number']}-2"]
    assert await yard.stock(tea) == (10, 0)
    assert await yard.pool(tea) == (10, 30)
    assert await yard.discrepancies() == []


async def test_the_price_is_what_it_cost_last(yard: Yard) -> None:
    """Else the reference cost, else 0; a price that is typed stands."""
    dozen = await make_unit(yard.owner, "dozen")
    units = [{"unit_id": dozen, "numerator": "12", "denominator": "1"}]
    known = await yard.goods("10", "2.5", reference_cost="9", units=units)
    guessed, unknown = await yard.goods(reference_cost="9"), await yard.goods()
    order = await yard.order(
        {"product_id": known, "quantity": "2", "unit_id": dozen},
        {"product_id": known, "quantity": "1", "unit_price": "1.25"},
        {"product_id": guessed, "quantity": "1"},
        {"product_id": unknown, "quantity": "1"},
    )
    lines = await yard.lines(order)
    assert [line["unit_price"] for line in lines] == [30, D("1.25"), 9, 0]
    assert [line["ordered"] for line in lines] == [24, 1, 1, 1]
    assert [line["amount"] for line in lines] == [60, D("1.25"), 9, 0]


async def test_a_receipt_without_a_price_leaves_the_last_cost(yard: Yard) -> None:
    tea = await yard.goods("10", "2.5")
    order = await yard.order({"product_id": tea, "quantity": "1", "unit_price": "0"})
    [line] = await yard.lines(order)
    await act(yard.owner, "purchasing.record_receipt", **yard.receipt(order, {"line_id": line["id"], "quantity": "1"}))
    [pool] = await yard.rows(yard.company, "select value, last_cost from cost_pool where product_id = $1", tea)
    assert (pool["value"], pool["last_cost"]) == (25, D("2.5"))


async def test_three_parts_of_a_price_that_does_not_divide(yard: Yard) -> None:
    case = await make_unit(yard.owner, "case of three")
    tea = await yard.goods(units=[{"unit_id": case, "numerator": "3", "denominator": "1"}])
    order = await yard.order({"product_id": tea, "quantity": "1", "unit_id": case, "unit_price": "10"})
    [line] = await yard.lines(order)
    for _ in range(3):
        await act(
            yard.owner, "purchasing.record_receipt", **yard.receipt(order, {"line_id": line["id"], "quantity": "1"})
        )
    moved = await yard.rows(yard.company, "select value from stock_move order by recorded_at")
    assert [row["value"] for row in moved] == [D("3.3333"), D("3.3334"), D("3.3333")]
    assert await yard.pool(tea) == (3, 10)


async def test_more_than_was_ordered_is_taken_in_and_told(yard: Yard) -> None:
    tea = await yard.goods()
    order = await yard.order({"product_id": tea, "quantity": "10", "unit_price": "3"})
    [line] = await yard.lines(order)
    for quantity in ("12", "1"):
        outcome = await act(
            yard.owner, "purchasing.record_receipt",
            **yard.receipt(order, {"line_id": line["id"], "quantity": quantity}),
        )  # fmt: skip
        assert outcome.data["order_status"] == "received"
    assert await yard.stock(tea) == (13, 0)
    assert await yard.pool(tea) == (13, 39)
    assert await yard.discrepancies() == [("over_receipt", 2), ("over_receipt", 1)]


async def test_goods_of_a_cancelled_order_are_here_nonetheless(yard: Yard, instance: Instance) -> None:
    tea = await yard.goods()
    order = await yard.order({"product_id": tea, "quantity": "10", "unit_price": "3"})
    await instance.owner.execute(f"update {yard.company.schema}.purchase_order set status = 'cancelled'")
    [line] = await yard.lines(order)
    outcome = await act(
        yard.owner, "purchasing.record_receipt", **yard.receipt(order, {"line_id": line["id"], "quantity": "4"})
    )
    assert outcome.data["order_status"] == "cancelled"
    assert await yard.stock(tea) == (4, 0)
    assert await yard.discrepancies() == [("order_closed", 4)]


async def test_a_receipt_elsewhere_and_in_another_unit(yard: Yard) -> None:
    dozen, box = await make_unit(yard.owner, "dozen"), await make_unit(yard.owner, "box")
    tea = await yard.goods(
        units=[
            {"unit_id": dozen, "numerator": "12", "denominator": "1"},
            {"unit_id": box, "numerator": "20", "denominator": "1"},
        ]
    )
    order = await yard.order({"product_id": tea, "quantity": "5", "unit_id": dozen, "unit_price": "24"})
    [line] = await yard.lines(order)
    await act(
        yard.owner, "purchasing.record_receipt",
        **yard.receipt(
            order, {"line_id": line["id"], "quantity": "1", "unit_id": dozen},
            {"line_id": line["id"], "quantity": "1", "unit_id": box}, {"line_id": line["id"], "quantity": "3"},
            location_id=yard.other,
        ),
    )  # fmt: skip
    assert await yard.stock(tea, yard.other) == (35, 0)
    assert await yard.pool(tea) == (35, 70)


async def test_a_service_is_received_without_stock(yard: Yard) -> None:
    freight = await yard.goods(kind="service")
    line = {"product_id": freight, "quantity": "2", "unit_price": "50"}
    order = await yard.order(line, line)
    first, second = await yard.lines(order)
    outcome = await act(
        yard.owner, "purchasing.record_receipt",
        **yard.receipt(order, {"line_id": first["id"], "quantity": "3"}, {"line_id": second["id"], "quantity": "3"}),
    )  # fmt: skip
    assert outcome.data["order_status"] == "received"
    assert await yard.rows(yard.company, "select 1 from stock_move") == []
    assert await yard.discrepancies() == [("over_receipt", 1), ("over_receipt", 1)]


async def test_a_receipt_onto_negative_stock_takes_its_own_price(yard: Yard) -> None:
    tea = await yard.goods("1", "2")
    await act(yard.owner, "sales.record_handover", **yard.slip(tea, "3"))
    assert await yard.pool(tea) == (-2, -4)
    order = await yard.order({"product_id": tea, "quantity": "5", "unit_price": "3"})
    [line] = await yard.lines(order)
    await act(yard.owner, "purchasing.record_receipt", **yard.receipt(order, {"line_id": line["id"], "quantity": "5"}))
    assert await yard.pool(tea) == (3, 9)
    [gap] = await yard.rows(yard.company, "select value from revaluation")
    assert gap["value"] == -2


async def test_a_receipt_of_a_past_day_counts_from_its_morning(yard: Yard) -> None:
    tea = await yard.goods()
    order = await yard.order({"product_id": tea, "quantity": "5", "unit_price": "3"})
    [line] = await yard.lines(order)
    day = (datetime.now(UTC) - timedelta(days=3)).date()
    body = yard.receipt(order, {"line_id": line["id"], "quantity": "5"}, document_on=day)
    await act(yard.owner, "purchasing.record_receipt", **body)
    [document] = await yard.rows(yard.company, "select document_on, effective_at from stock_document")
    assert document["document_on"] == day
    assert document["effective_at"] < ago(days=2)


async def test_a_keeper_receives_without_learning_a_price(yard: Yard) -> None:
    tea = await yard.goods()
    order = await yard.order({"product_id": tea, "quantity": "5", "unit_price": "3.07"})
    [line] = await yard.lines(order)
    body = yard.receipt(order, {"line_id": line["id"], "quantity": "5"})
    outcome = await execute(call("purchasing.record_receipt", plain(body)), caller_of(yard.company, "keeper"))
    assert outcome.status == "accepted"
    assert set(outcome.data) == {"order_id", "document_id", "number", "order_status", "backorder"}


BAD_LINES: list[tuple[dict[str, Any], str, str]] = [
    ({"quantity": "ten"}, "malformed", "lines.0.quantity"),
    ({"quantity": "1e3"}, "malformed", "lines.0.quantity"),
    ({"quantity": "١"}, "malformed", "lines.0.quantity"),
    ({"quantity": "-1"}, "quantity_not_positive", "lines.0.quantity"),
    ({"quantity": "0"}, "quantity_not_positive", "lines.0.quantity"),
    ({"quantity": "0.5"}, "quantity_not_whole", "lines.0.quantity"),
    ({"quantity": "0.0000001"}, "too_many_decimals", "lines.0.quantity"),
    ({"quantity": "1", "unit_id": str(new_id())}, "unknown_unit", "lines.0.unit_id"),
    ({"quantity": "1", "colour": "red"}, "malformed", "lines.0.colour"),
    ({}, "malformed", "lines.0.quantity"),
]


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        *BAD_LINES,
        ({"quantity": "1", "product_id": str(new_id())}, "not_found", "lines.0.product_id"),
        ({"quantity": "1", "unit_price": "-1"}, "price_negative", "lines.0.unit_price"),
        ({"quantity": "999999999999", "unit_price": "999999999999"}, "amount_too_large", "lines.0.unit_price"),
    ],
)
async def test_a_bad_line_of_an_order_is_named(yard: Yard, line: dict[str, Any], code: str, field: str) -> None:
    body = {
        "order_id": new_id(), "partner_id": yard.partner, "location_id": yard.place,
        "lines": [{"product_id": await yard.goods(), **line}],
    }  # fmt: skip
    outcome = await refuse(yard.owner, "purchasing.place_purchase_order", **body)
    assert (outcome.code, outcome.field) == (code, field)
    assert await yard.rows(yard.company, "select 1 from purchase_order") == []


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [*BAD_LINES, ({"quantity": "1", "line_id": str(new_id())}, "line_not_on_order", "lines.0.line_id")],
)
async def test_a_bad_line_of_a_receipt_is_named(yard: Yard, line: dict[str, Any], code: str, field: str) -> None:
    order = await yard.order({"product_id": await yard.goods(), "quantity": "5", "unit_price": "3"})
    [ordered] = await yard.lines(order)
    body = yard.receipt(order, {"line_id": ordered["id"], **line})
    outcome = await refuse(yard.owner, "purchasing.record_receipt", **body)
    assert (outcome.code, outcome.field) == (code, field)
    assert await yard.rows(yard.company, "select 1 from stock_document") == []


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"order_id": str(new_id())}, "not_found", "order_id"),
        ({"location_id": str(new_id())}, "not_found", "location_id"),
        ({"location_id": "00000000-0000-0000-0000-000000000001"}, "not_found", "location_id"),  # the suppliers' place
        ({"document_on": "2999-01-01"}, "future_date", "document_on"),
        ({"document_on": "yesterday"}, "malformed", "document_on"),
        ({"lines": []}, "malformed", "lines"),
        ({"extra": 1}, "malformed", "extra"),
    ],
)
async def test_a_bad_head_of_a_receipt_is_named(yard: Yard, more: dict[str, Any], code: str, field: str) -> None:
    order = await yard.order({"product_id": await yard.goods(), "quantity": "5", "unit_price": "3"})
    [line] = await yard.lines(order)
    body = {**yard.receipt(order, {"line_id": line["id"], "quantity": "1"}), **more}
    outcome = await refuse(yard.owner, "purchasing.record_receipt", **body)
    assert (outcome.code, outcome.field) == (code, field)


async def test_ids_of_another_company_do_not_exist(yard: Yard, instance: Instance) -> None:
    tea = await yard.goods()
    order = await yard.order({"product_id": tea, "quantity": "5", "unit_price": "3"})
    [line] = await yard.lines(order)
    stranger = caller_of(await instance.company())
    own = await make_product(stranger)
    receipt = yard.receipt(order, {"line_id": line["id"], "quantity": "1"})
    assert (await refuse(stranger, "purchasing.record_receipt", **receipt)).field == "order_id"
    body = {
        "order_id": new_id(), "partner_id": yard.partner, "location_id": yard.place,
        "lines": [{"product_id": own, "quantity": "1"}],
    }  # fmt: skip
    outcome = await refuse(stranger, "purchasing.place_purchase_order", **body)
    assert (outcome.code, outcome.field) == ("not_found", "partner_id")
    outcome = await refuse(
        yard.owner, "purchasing.place_purchase_order", **{**body, "lines": [{"product_id": own, "quantity": "1"}]}
    )
    assert (outcome.code, outcome.field) == ("not_found", "lines.0.product_id")


async def test_an_order_of_a_day_to_come_is_refused(yard: Yard) -> None:
    body = {
        "order_id": new_id(), "partner_id": yard.partner, "location_id": yard.place, "document_on": "2999-01-01",
        "lines": [{"product_id": await yard.goods(), "quantity": "1"}],
    }  # fmt: skip
    outcome = await refuse(yard.owner, "purchasing.place_purchase_order", **body)
    assert (outcome.code, outcome.field) == ("future_date", "document_on")


async def test_an_order_id_is_used_once(yard: Yard) -> None:
    order = await yard.order({"product_id": await yard.goods(), "quantity": "1"})
    body = {
        "order_id": order, "partner_id": yard.partner, "location_id": yard.place,
        "lines": [{"product_id": await yard.goods(), "quantity": "1"}],
    }  # fmt: skip
    assert (await refuse(yard.owner, "purchasing.place_purchase_order", **body)).code == "id_taken"
