"""Opening stock against a real database."""

from decimal import Decimal
from typing import Any

from domain.execute import execute
from domain.ids import new_id
from domain.tx import Outcome
from tests.builders import call, plain
from tests.yard import Yard

D = Decimal


async def opened(yard: Yard, *records: dict[str, Any], **more: Any) -> Outcome:
    return await execute(call("inventory.record_opening_stock", plain({"records": records, **more})), yard.owner)


async def test_opening_stock_of_two_places_is_one_document(yard: Yard) -> None:
    tea, cup = await yard.goods(), await yard.goods(reference_cost="4")
    outcome = await opened(
        yard,
        {"product_id": tea, "location_id": yard.place, "quantity": "10", "unit_cost": "2"},
        {"product_id": tea, "location_id": yard.other, "quantity": "5", "value": "11"},
        {"product_id": cup, "location_id": yard.place, "quantity": "1"},
    )
    assert (outcome.status, [record.key for record in outcome.records]) == ("accepted", ["0", "1", "2"])
    [document] = await yard.rows(yard.company, "select id, number, kind, location_id from stock_document")
    assert (document["kind"], document["location_id"]) == ("opening", None)
    assert outcome.data == {"document_id": str(document["id"]), "number": document["number"]}
    assert await yard.stock(tea) == (10, 0)
    assert await yard.stock(tea, yard.other) == (5, 0)
    assert await yard.pool(tea) == (15, 31)
    assert await yard.pool(cup) == (1, 4)


async def test_a_record_that_is_refused_does_not_take_the_others_along(yard: Yard) -> None:
    tea, freight = await yard.goods(), await yard.goods(kind="service")
    good = {"product_id": tea, "location_id": yard.place, "quantity": "10", "unit_cost": "2"}
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({"quantity": "ten"}, "malformed", "quantity"),
        ({"quantity": 1.5}, "malformed", "quantity"),
        ({"quantity": "-1"}, "quantity_not_positive", "quantity"),
        ({"quantity": "0"}, "quantity_not_positive", "quantity"),
        ({"quantity": "0.5"}, "quantity_not_whole", "quantity"),
        ({"quantity": "999999999999", "unit_cost": "999999"}, "amount_too_large", "unit_cost"),
        ({"unit_id": new_id()}, "unknown_unit", "unit_id"),
        ({"product_id": new_id()}, "not_found", "product_id"),
        ({"product_id": freight}, "not_stocked", "product_id"),
        ({"location_id": new_id()}, "not_found", "location_id"),
        ({"value": "1"}, "cost_twice", "value"),
        ({"unit_cost": "-1"}, "cost_negative", "unit_cost"),
        ({"colour": "red"}, "malformed", "colour"),
    ]
    outcome = await execute(
        call(
            "inventory.record_opening_stock",
            {"records": [*({**plain({**good, "key": f"bad {i}"}), **change_of(c)} for i, (c, _, _) in enumerate(bad)),
                         plain({**good, "key": "good"})]},
        ),
        yard.owner,
    )  # fmt: skip
    assert outcome.status == "partly"
    *refused, accepted = outcome.records
    assert [(one.code, one.field) for one in refused] == [
        (code, f"records.{i}.{field}") for i, (_, code, field) in enumerate(bad)
    ]
    assert (accepted.key, accepted.status) == ("good", "accepted")
    assert await yard.stock(tea) == (10, 0)


def change_of(change: dict[str, Any]) -> dict[str, Any]:
    """As it is sent: a float stays one."""
    return {name: value if isinstance(value, float) else str(value) for name, value in change.items()}


async def test_all_or_nothing_and_nothing_at_all(yard: Yard) -> None:
    tea = await yard.goods()
    good = {"product_id": tea, "location_id": yard.place, "quantity": "10"}
    outcome = await opened(yard, good, {**good, "quantity": "0.5"}, all_or_nothing=True)
    assert (outcome.status, outcome.code, outcome.data) == ("refused", "all_or_nothing", {})
    outcome = await opened(yard, {**good, "quantity": "0.5"})
    assert (outcome.status, outcome.code, outcome.data) == ("refused", "all_refused", {})
    outcome = await opened(yard, good, document_on="2999-01-01")
    assert (outcome.code, outcome.field) == ("future_date", "document_on")
    assert await yard.rows(yard.company, "select 1 from stock_document") == []


async def test_a_record_from_outside_is_posted_once(yard: Yard) -> None:
    tea = await yard.goods()
    first, second = (
        {
            "product_id": tea, "location_id": yard.place, "quantity": "10", "unit_cost": "2",
            "external": {"source": "old system", "number": number},
        }
        for number in ("1", "2")
    )  # fmt: skip
    outcome = await opened(yard, first, first)
    assert [(one.status, one.code) for one in outcome.records] == [
        ("accepted", None), ("refused", "duplicate_in_list"),
    ]  # fmt: skip
    document = outcome.data["document_id"]
    outcome = await opened(yard, first, second, {**first, "quantity": "11"})
    assert [(one.key, one.status, one.code) for one in outcome.records] == [
        ("1", "unchanged", None), ("2", "accepted", None), ("1", "refused", "already_posted"),
    ]  # fmt: skip
    assert outcome.records[0].details == {"id": document}
    assert await yard.stock(tea) == (20, 0)
