"""Adjustments, counts and discrepancies against a real database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.ids import new_id
from tests.builders import act, make_product, make_unit, refuse
from tests.companies import Instance, caller_of
from tests.yard import Yard, ago

D = Decimal


# --- adjustments ---


def adjusted(yard: Yard, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"document_id": new_id(), "location_id": yard.place, "reason": "broken", "lines": lines, **more}


async def test_an_adjustment_comes_in_at_its_cost_or_at_the_average(yard: Yard) -> None:
    dozen = await make_unit(yard.owner, "dozen")
    tea = await yard.goods("10", "2", units=[{"unit_id": dozen, "numerator": "12", "denominator": "1"}])
    line = {"product_id": tea, "quantity": "1"}
    await act(yard.owner, "inventory.adjust_stock", **adjusted(yard, {**line, "direction": "in", "quantity": "5"}))
    assert await yard.pool(tea) == (15, 30)
    await act(
        yard.owner, "inventory.adjust_stock",
        **adjusted(yard, {**line, "direction": "in", "unit_id": dozen, "unit_cost": "24.5"}),
    )  # fmt: skip
    assert await yard.pool(tea) == (27, D("54.5"))
    await act(yard.owner, "inventory.adjust_stock", **adjusted(yard, {**line, "direction": "out", "quantity": "27"}))
    assert await yard.pool(tea) == (0, 0)
    [document] = await yard.rows(yard.company, "select distinct reason from stock_document where kind = 'adjustment'")
    assert document["reason"] == "broken"


async def test_what_is_promised_or_not_here_is_not_adjusted_away(yard: Yard) -> None:
    tea = await yard.goods("10")
    await yard.promised(tea, "8")
    line = {"product_id": tea, "quantity": "3", "direction": "out"}
    outcome = await refuse(yard.owner, "inventory.adjust_stock", **adjusted(yard, line))
    assert (outcome.code, outcome.field, outcome.data["available"]) == (
        "insufficient_stock", "lines.0.quantity", "2",
    )  # fmt: skip
    await act(yard.owner, "inventory.adjust_stock", **adjusted(yard, line, location_id=yard.other))
    assert await yard.stock(tea, yard.other) == (-3, 0)


async def test_who_may_not_see_cost_does_not_enter_it(yard: Yard) -> None:
    tea = await yard.goods("10")
    keeper = caller_of(yard.company, "keeper")
    line = {"product_id": tea, "quantity": "1", "direction": "in"}
    outcome = await refuse(keeper, "inventory.adjust_stock", **adjusted(yard, {**line, "unit_cost": "1"}))
    assert (outcome.code, outcome.field) == ("forbidden", "lines.0.unit_cost")
    await act(keeper, "inventory.adjust_stock", **adjusted(yard, line))


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ({"quantity": "ten"}, "malformed", "lines.0.quantity"),
        ({"quantity": "-1"}, "quantity_not_positive", "lines.0.quantity"),
        ({"quantity": "0"}, "quantity_not_positive", "lines.0.quantity"),
        ({"quantity": "0.5"}, "quantity_not_whole", "lines.0.quantity"),
        ({"quantity": "999999999999", "unit_cost": "999999"}, "amount_too_large", "lines.0.unit_cost"),
        ({"unit_id": new_id()}, "unknown_unit", "lines.0.unit_id"),
        ({"product_id": new_id()}, "not_found", "lines.0.product_id"),
        ({"direction": "sideways"}, "malformed", "lines.0.direction"),
        ({"direction": "out", "unit_cost": "1"}, "cost_of_outgoing", "lines.0.unit_cost"),
        ({"unit_cost": "-1"}, "cost_negative", "lines.0.unit_cost"),
        ({"colour": "red"}, "malformed", "lines.0.colour"),
    ],
)
async def test_a_bad_adjustment_is_named(yard: Yard, line: dict[str, Any], code: str, field: str) -> None:
    tea = await yard.goods("10")
    whole = {"product_id": tea, "quantity": "1", "direction": "in", **line}
    outcome = await refuse(yard.owner, "inventory.adjust_stock", **adjusted(yard, whole))
    assert (outcome.code, outcome.field) == (code, field)
    assert await yard.stock(tea) == (10, 0)


async def test_a_service_is_not_adjusted(yard: Yard) -> None:
    line = {"product_id": await yard.goods(kind="service"), "quantity": "1", "direction": "in"}
    assert (await refuse(yard.owner, "inventory.adjust_stock", **adjusted(yard, line))).code == "not_stocked"


# --- counts ---


async def lines_of(yard: Yard) -> list[tuple[Decimal, Decimal]]:
    lines = await yard.rows(yard.company, "select counted, book from stock_count_line order by counted_at, position")
    return [(line["counted"], line["book"]) for line in lines]


async def moves_of_counts(yard: Yard) -> list[Decimal]:
    """What the counts have moved so far, in order: surplus above, shortage below zero."""
    moves = await yard.rows(
        yard.company,
        """select m.quantity * case when l.warehouse_id is null then -1 else 1 end as quantity
 from stock_move m join stock_document d on d.id = m.document_id and d.kind = 'count'
 join location l on l.id = m.to_location_id order by m.recorded_at, m.position""",
    )
    return [move["quantity"] for move in moves]


async def test_surplus_and_shortage_at_todays_average(yard: Yard) -> None:
    tea, cup, same = await yard.goods("10", "2"), await yard.goods("10", "3"), await yard.goods("10")
    body = {
        "document_id": new_id(),
        "lines": [
            {"product_id": product, "location_id": yard.place, "counted": counted}
            for product, counted in ((tea, "13"), (cup, "9"), (same, "10"))
        ],
    }
    await act(yard.owner, "inventory.record_count", **body)
    assert (await yard.pool(tea), await yard.pool(cup), await yard.pool(same)) == ((13, 26), (9, 27), (10, 20))
    assert await lines_of(yard) == [(13, 10), (9, 10), (10, 10)]
    assert await moves_of_counts(yard) == [3, -1]


async def test_a_product_that_was_never_here_is_counted(yard: Yard) -> None:
    tea, cup = await yard.goods(reference_cost="2"), await yard.goods()
    await yard.say("inventory.record_count", **yard.count(tea, "5", place=yard.other))
    await yard.say("inventory.record_count", **yard.count(cup, "0"))
    assert await yard.stock(tea, yard.other) == (5, 0)
    assert await yard.pool(tea) == (5, 10)
    assert await yard.stock(cup) == (0, 0)


async def test_what_moved_after_the_moment_of_counting_stands(yard: Yard) -> None:
    """Counted 10 an hour ago; since then 3 were sold and 5 arrived; the sheet is handed in now."""
    tea = await yard.goods("10")
    await yard.say("sales.sell_now", ago(minutes=50), **yard.slip(tea, "3"))
    order = await yard.order({"product_id": tea, "quantity": "5", "unit_price": "2"})
    [line] = await yard.lines(order)
    receipt = yard.receipt(order, {"line_id": line["id"], "quantity": "5"})
    await yard.say("purchasing.record_receipt", ago(minutes=40), **receipt)
    await yard.say("inventory.record_count", **yard.count(tea, "9", ago(minutes=60)))
    assert await lines_of(yard) == [(9, 10)]
    assert await yard.stock(tea) == (11, 0)


async def test_a_clock_that_is_ahead_counts_now(yard: Yard) -> None:
    tea = await yard.goods("10")
    await yard.say("inventory.record_count", **yard.count(tea, "9", ago(days=-400)))
    [line] = await yard.rows(yard.company, "select counted_at from stock_count_line")
    assert line["counted_at"] <= datetime.now(UTC)


async def test_two_counts_of_one_place_on_one_sheet(yard: Yard) -> None:
    """The second stands on the first, in the order of counting and not of writing."""
    tea = await yard.goods("10")
    spot = {"product_id": tea, "location_id": yard.place}
    await act(
        yard.owner, "inventory.record_count", document_id=new_id(),
        lines=[
            {**spot, "counted": "7", "counted_at": ago(hours=1).isoformat()},
            {**spot, "counted": "8", "counted_at": ago(hours=2).isoformat()},
        ],
    )  # fmt: skip
    assert await lines_of(yard) == [(8, 10), (7, 8)]
    assert await yard.stock(tea) == (7, 0)


async def test_a_count_below_what_is_promised_is_posted_and_told(yard: Yard) -> None:
    tea = await yard.goods("10")
    await yard.promised(tea, "9")
    await yard.say("inventory.record_count", **yard.count(tea, "6"))
    assert await yard.stock(tea) == (6, 9)
    assert await yard.discrepancies() == [("reserved_short", 3)]
    [event] = await yard.rows(yard.company, "select event, body from outbox where event = 'reserved_short'")
    assert event["body"] == f'{{"product_id": "{tea}", "location_id": "{yard.place}"}}'


# --- a posted count is an anchor ---


async def test_a_sale_from_before_a_count_is_not_missed_twice(yard: Yard) -> None:
    """Counted 7 of 10 in the evening: 3 are lost. Then the slip of the morning turns up: they were sold."""
    tea = await yard.goods("10", "2")
    await yard.say("inventory.record_count", **yard.count(tea, "7", ago(hours=1)))
    assert await yard.pool(tea) == (7, 14)
    await yard.say("sales.record_handover", ago(hours=5), **yard.slip(tea, "3"))
    assert await yard.stock(tea) == (7, 0)
    assert await yard.pool(tea) == (7, 14)
    assert await moves_of_counts(yard) == [-3, 3]
    assert await yard.discrepancies() == []
    await yard.say("sales.record_handover", ago(hours=4), **yard.slip(tea, "1"))
    assert await moves_of_counts(yard) == [-3, 3, 1]
    [line] = await yard.rows(yard.company, "select distinct shipped_value from sales_order_line where ordered = 3")
    assert line["shipped_value"] == 6


async def test_a_receipt_from_before_a_count_was_counted_with_the_rest(yard: Yard) -> None:
    """Counted 15 where the books said 10; the receipt of 5 from the day before explains it, at its own price."""
    tea = await yard.goods("10", "2")
    await yard.say("inventory.record_count", **yard.count(tea, "15", ago(hours=1)))
    order = await yard.order({"product_id": tea, "quantity": "5", "unit_price": "5"})
    [line] = await yard.lines(order)
    body = yard.receipt(order, {"line_id": line["id"], "quantity": "5"})
    await yard.say("purchasing.record_receipt", ago(hours=20), **body)
    assert await yard.stock(tea) == (15, 0)
    assert await moves_of_counts(yard) == [5, -5]
    assert await yard.pool(tea) == (15, D("41.25"))  # 55 for 20, of which 15 are here


async def test_only_the_first_count_after_it_is_moved(yard: Yard) -> None:
    tea = await yard.goods("10")
    for counted, hours in (("8", 3), ("7", 2), ("6", 1)):
        await yard.say("inventory.record_count", **yard.count(tea, counted, ago(hours=hours)))
    await yard.say("sales.record_handover", ago(hours=2.5), **yard.slip(tea, "1"))
    assert await moves_of_counts(yard) == [-2, -1, -1, 1]
    [move] = await yard.rows(yard.company, "select effective_at from stock_move where position > 1000")
    assert move["effective_at"] > ago(hours=2.2)
    assert await yard.stock(tea) == (6, 0)


async def test_a_count_that_is_handed_in_after_a_later_one(yard: Yard) -> None:
    tea = await yard.goods("10")
    await yard.say("inventory.record_count", **yard.count(tea, "7", ago(hours=1)))
    await yard.say("inventory.record_count", **yard.count(tea, "9", ago(hours=2)))
    assert await lines_of(yard) == [(9, 10), (7, 10)]
    assert await moves_of_counts(yard) == [-3, -1, 1]
    assert await yard.stock(tea) == (7, 0)


async def test_a_second_count_of_the_same_moment_replaces_the_first(yard: Yard) -> None:
    tea, at = await yard.goods("10"), ago(hours=1)
    await yard.say("inventory.record_count", **yard.count(tea, "7", at))
    await yard.say("inventory.record_count", **yard.count(tea, "9", at))
    assert await yard.stock(tea) == (9, 0)


async def test_what_happens_after_a_count_moves_stock(yard: Yard) -> None:
    tea = await yard.goods("10")
    await yard.say("inventory.record_count", **yard.count(tea, "7", ago(hours=1)))
    await yard.say("sales.record_handover", ago(minutes=30), **yard.slip(tea, "3"))
    assert await yard.stock(tea) == (4, 0)
    assert await moves_of_counts(yard) == [-3]


async def test_a_count_of_one_place_says_nothing_of_another(yard: Yard) -> None:
    tea = await yard.goods("10")
    await yard.say("inventory.record_count", **yard.count(tea, "7", ago(hours=1), yard.other))
    await yard.say("sales.record_handover", ago(hours=5), **yard.slip(tea, "3"))
    assert await yard.stock(tea) == (7, 0)


async def test_every_way_to_enter_something_late_keeps_the_count(yard: Yard) -> None:
    """Requests too, dated to yesterday: a shipment, a slip, a return, an adjustment, opening stock."""
    tea, yesterday = await yard.goods("20"), (datetime.now(UTC) - timedelta(days=1)).date()
    order = await yard.promised(tea, "2")
    await yard.say("inventory.record_count", **yard.count(tea, "12", ago(seconds=1)))
    dated = {"document_on": yesterday}
    await yard.say("sales.ship_sales_order", order_id=order, document_id=new_id(), **dated)
    await yard.say("sales.sell_now", **yard.slip(tea, "3", **dated))
    await yard.say("sales.record_return", **yard.slip(tea, "4", **dated))
    for direction in ("in", "out"):
        line = {"product_id": tea, "quantity": "1", "direction": direction}
        await yard.say("inventory.adjust_stock", **adjusted(yard, line, **dated))
    record = {"product_id": tea, "location_id": yard.place, "quantity": "6"}
    await yard.say("inventory.record_opening_stock", records=[record], **dated)
    assert await yard.stock(tea) == (12, 0)
    assert await moves_of_counts(yard) == [-8, 2, 3, -4, -1, 1, -6]


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ({"counted": "ten"}, "malformed", "lines.0.counted"),
        ({"counted": "-1"}, "quantity_negative", "lines.0.counted"),
        ({"counted": "0.5"}, "quantity_not_whole", "lines.0.counted"),
        ({"unit_id": new_id()}, "unknown_unit", "lines.0.unit_id"),
        ({"product_id": new_id()}, "not_found", "lines.0.product_id"),
        ({"location_id": new_id()}, "not_found", "lines.0.location_id"),
        ({"counted_at": "yesterday"}, "malformed", "lines.0.counted_at"),
        ({"counted_at": "2026-01-01T10:00:00"}, "malformed", "lines.0.counted_at"),
        ({"colour": "red"}, "malformed", "lines.0.colour"),
    ],
)
async def test_a_bad_line_of_a_count_is_named(yard: Yard, line: dict[str, Any], code: str, field: str) -> None:
    tea = await yard.goods("10")
    body = yard.count(tea, "1")
    body["lines"] = [{**body["lines"][0], **line}]
    outcome = await refuse(yard.owner, "inventory.record_count", **body)
    assert (outcome.code, outcome.field) == (code, field)
    assert await lines_of(yard) == []


async def test_a_service_is_not_counted(yard: Yard) -> None:
    freight = await yard.goods(kind="service")
    assert (await refuse(yard.owner, "inventory.record_count", **yard.count(freight, "1"))).code == "not_stocked"


async def test_ids_of_another_company_do_not_exist(yard: Yard, instance: Instance) -> None:
    stranger = caller_of(await instance.company())
    theirs, ours = await make_product(stranger), await yard.goods("1")
    for caller, product, field in ((yard.owner, theirs, "product_id"), (stranger, theirs, "location_id")):
        outcome = await refuse(caller, "inventory.record_count", **yard.count(product, "1"))
        assert (outcome.code, outcome.field) == ("not_found", f"lines.0.{field}")
    line = {"product_id": ours, "quantity": "1", "direction": "in"}
    assert (await refuse(stranger, "inventory.adjust_stock", **adjusted(yard, line))).code == "not_found"


# --- discrepancies ---


async def test_a_discrepancy_is_closed_once(yard: Yard, instance: Instance) -> None:
    tea = await yard.goods("1")
    await act(yard.owner, "sales.record_handover", **yard.slip(tea, "3"))
    [found] = await yard.rows(yard.company, "select id from discrepancy")
    body = {"discrepancy_id": found["id"], "note": "entered late"}
    stranger = caller_of(await instance.company())
    assert (await refuse(stranger, "inventory.close_discrepancy", **body)).code == "not_found"
    await act(yard.owner, "inventory.close_discrepancy", **body)
    [closed] = await yard.rows(yard.company, "select status, note, closed_at, closed_by from discrepancy")
    assert (closed["status"], closed["note"], closed["closed_by"]) == ("closed", "entered late", yard.owner.actor_id)
    assert closed["closed_at"] > ago(minutes=1)
    assert (await refuse(yard.owner, "inventory.close_discrepancy", **body)).code == "discrepancy_closed"


# --- promises that cannot be kept ---


async def test_the_latest_orders_give_their_reservations_back(yard: Yard) -> None:
    tea, cup = await yard.goods("10"), await yard.goods("10")
    first = await yard.promised(tea, "4", document_on=ago(days=2).date())
    last = await yard.promised(tea, "3")
    middle = await yard.promised(tea, "3", document_on=ago(days=1).date())
    untouched = await yard.promised(cup, "5")
    await yard.say("inventory.record_count", **yard.count(tea, "5"))
    spot = {"product_id": tea, "location_id": yard.place}
    outcome = await act(yard.owner, "sales.release_short_reservations", **spot)
    assert outcome.data["orders"] == [
        {"order_id": str(last), "quantity": "3"}, {"order_id": str(middle), "quantity": "2"},
    ]  # fmt: skip
    kept = [(await yard.lines(order, "sales_order_line"))[0]["reserved"] for order in (first, middle, last, untouched)]
    assert kept == [4, 1, 0, 5]
    assert await yard.stock(tea) == (5, 5)
    events = await yard.rows(yard.company, "select body from outbox where event = 'reservation_shrunk' order by id")
    assert len(events) == 2
    assert str(last) in events[0]["body"]
    assert (await act(yard.owner, "sales.release_short_reservations", **spot)).data["orders"] == []


async def test_below_nothing_no_promise_is_kept(yard: Yard) -> None:
    tea = await yard.goods("10")
    order = await yard.promised(tea, "4")
    await act(yard.owner, "sales.record_handover", **yard.slip(tea, "12"))
    await act(yard.owner, "sales.release_short_reservations", product_id=tea, location_id=yard.place)
    [line] = await yard.lines(order, "sales_order_line")
    assert line["reserved"] == 0
    assert await yard.stock(tea) == (-2, 0)
