"""First load: parts as those see them who may hold them, in chunks that can be fetched one by one."""

import pytest

from tests.api.shop import Shop
from tests.api.sync.phone import Phone

COMMON = {"unit", "product", "partner"}
OF_WAREHOUSES = {"warehouse", "location", "stock", "purchase_order", "sales_order", "transfer"}
PARTS = {
    "owner": COMMON | OF_WAREHOUSES | {"product_price", "product_cost", "partner_contact", "command"},
    "buyer": COMMON | OF_WAREHOUSES - {"sales_order"} | {"product_cost", "partner_contact", "command"},
    "sales": COMMON | OF_WAREHOUSES - {"purchase_order"} | {"product_price", "partner_contact", "command"},
    "keeper": COMMON | OF_WAREHOUSES | {"command"},
    "partner": set[str](),
}


@pytest.mark.parametrize("role", PARTS)
async def test_who_may_hold_which_parts(shop: Shop, role: str) -> None:
    found = await Phone(shop, shop.mine.tokens[role]).manifest()
    assert {one["part"] for one in found["parts"]} == PARTS[role]


async def test_all_rows_are_in_the_chunks(shop: Shop) -> None:
    phone = await Phone(shop, shop.mine.tokens["owner"]).load()
    assert len(phone.rows["product@common"]) == 40
    assert len(phone.rows["partner@common"]) == 41
    first = phone.row("product@common", shop.mine.id("product", 1))
    assert first
    assert (first["sku"], first["kind"], "py" in first) == ("SKU-1", "GOODS", False)
    assert [one["code"] for one in first["barcodes"]] == ["6900000000001"]
    assert [one["numerator"] for one in first["units"]] == ["12"]
