"""What a write finds out alone is still a refusal, and is remembered."""

from decimal import Decimal

from domain.execute import execute
from domain.ids import new_id
from tenants.registry import Company
from tests.builders import call, make_partner, make_product, make_warehouse, plain
from tests.companies import caller_of


async def test_an_amount_that_no_column_holds_is_refused_and_nothing_is_written(company: Company) -> None:
    owner = caller_of(company)
    product = await make_product(owner, kind="service", price="1")
    slip = {
        "order_id": new_id(), "partner_id": await make_partner(owner), "location_id": await make_warehouse(owner),
        "lines": [{"product_id": product, "quantity": "9" * 11, "unit_price": "9" * 11}],
    }  # fmt: skip
    asked = call("sales.sell_now", plain(slip))
    first = await execute(asked, owner)
    assert (first.status, first.code) == ("refused", "amount_too_large")
    assert await execute(asked, owner) == first
    slip["lines"] = [{"product_id": product, "quantity": "1", "unit_price": str(Decimal("0.5"))}]
    assert (await execute(call("sales.sell_now", plain(slip)), owner)).status == "accepted"  # the order's id is free


async def test_a_long_list_is_recalled_to_the_letter(company: Company) -> None:
    owner = caller_of(company)
    records = [{"id": str(new_id()), "name": f"unit {n}", "decimals": 0} for n in range(300)]
    asked = call("masterdata.save_units", {"records": records})
    first = await execute(asked, owner)
    assert (first.status, len(first.records)) == ("accepted", 300)
    assert await execute(asked, owner) == first
