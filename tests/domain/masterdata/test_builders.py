"""What other tests start from."""

from tests.builders import make_partner, make_product, make_unit, make_warehouse
from tests.companies import caller_of


async def test_a_company_is_furnished_through_the_commands(company, rows):
    caller = caller_of(company)
    unit = await make_unit(caller)
    assert await make_unit(caller) == unit
    place = await make_warehouse(caller)
    product, service = await make_product(caller), await make_product(caller, kind="service")
    partner = await make_partner(caller, phone="138 0013 8000")
    assert [r["id"] for r in await rows(company, "select id from location where kind = 'storage'")] == [place]
    assert {r["id"] for r in await rows(company, "select id from product")} == {product, service}
    assert [r["product_id"] for r in await rows(company, "select product_id from cost_pool")] == [product]
    assert [r["id"] for r in await rows(company, "select id from partner")] == [partner]
