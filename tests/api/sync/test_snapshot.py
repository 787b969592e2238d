"""First load: parts as those see them who may hold them, in chunks that can be fetched one by one."""

import asyncio
import threading
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from api.schema import make_model
from api.sync import snapshot
from api.sync.feed import BEHIND
from api.sync.parts import PARTS
from api.sync.statements import compile_part
from domain.ids import new_id
from tests.api.shop import Firm, Shop
from tests.api.sync.conftest import MakePhone, boss
from tests.api.sync.phone import Phone
from tests.builders import act, make_product
from tests.companies import Instance

COMMON = {"unit", "product", "partner"}
OF_WAREHOUSES = {"warehouse", "location", "stock", "purchase_order", "sales_order", "transfer"}
HELD = {
    "owner": COMMON | OF_WAREHOUSES | {"product_price", "product_cost", "partner_contact", "command"},
    "buyer": COMMON | OF_WAREHOUSES - {"sales_order"} | {"product_cost", "partner_contact", "command"},
    "sales": COMMON | OF_WAREHOUSES - {"purchase_order"} | {"product_price", "partner_contact", "command"},
    "keeper": COMMON | OF_WAREHOUSES | {"command"},
    "partner": set[str](),
}


@pytest.mark.parametrize("role", HELD)
async def test_who_may_hold_which_parts(shop: Shop, role: str) -> None:
    found = await Phone(shop, shop.mine.tokens[role]).manifest()
    assert {one["part"] for one in found["parts"]} == HELD[role]


async def test_all_rows_are_in_the_chunks(shop: Shop) -> None:
    phone = await Phone(shop, shop.mine.tokens["owner"]).load()
    assert len(phone.rows["product@common"]) == 40
    assert len(phone.rows["partner@common"]) == 41
    first = phone.row("product@common", shop.mine.id("product", 1))
    assert first
    assert (first["sku"], first["kind"], "py" in first) == ("SKU-1", "GOODS", False)
    assert [one["code"] for one in first["barcodes"]] == ["6900000000001"]
    assert [one["numerator"] for one in first["units"]] == ["12"]


async def test_a_download_that_was_cut_goes_on(
    firm: Firm, phone: MakePhone, monkeypatch: pytest.MonkeyPatch, shop: Shop
) -> None:
    """Chunks of different moments are one state after the pull from the manifest's cursor."""
    monkeypatch.setattr(snapshot, "SIZE", 80)  # several chunks
    device = Phone(shop, firm.tokens["owner"])
    manifest = await device.manifest()
    chunks = {one["part"]: one["chunks"] for one in manifest["parts"] if one["bucket"] == "common"}
    assert chunks["product"] == 4
    before = [await device.chunk("product", "common", n) for n in (0, 1)]
    new = [await make_product(boss(firm)) for _ in range(5)]
    known = {"id": firm.id("product", 1), "sku": "SKU-1", "name": "renamed", "unit_id": firm.id("unit"), "price": "1"}
    await act(boss(firm), "masterdata.save_products", records=[known | {"base_version": 1}])
    after = [await device.chunk("product", "common", n) for n in (2, 3)]
    rows = [row for _, buckets in (*before, *after) for some in buckets.values() for row in some]
    device.rows["product@common"] = {row["id"]: row for row in rows}
    device.holds, device.cursor = ["product@common"], manifest["cursor"]
    answer = (await device.ask()).json()
    for change in answer["changes"]:
        device.rows["product@common"] |= {row["id"]: row for row in change["rows"]}
    assert set(device.rows["product@common"]) == {str(firm.id("product", i)) for i in range(1, 9)} | {*map(str, new)}
    assert device.row("product@common", known["id"])["name"] == "renamed"  # pyright: ignore[reportOptionalSubscript]


async def test_what_is_said_of_products_comes_without_their_ids(firm: Firm, phone: MakePhone) -> None:
    """And with them for a device that has other products, or none."""
    owner, place = boss(firm), firm.id("location", 1)
    product, free = await make_product(owner, price="12.5", reference_cost="3"), await make_product(owner, price=None)
    await act(owner, "inventory.record_opening_stock", records=[opening(product, place)])
    device, stock = await phone("owner"), f"stock@w:{firm.id('warehouse', 1)}"
    said: dict[str, dict[str, Any]] = {
        "product_price": {"id": str(product), "price": "12.5"},
        "product_cost": {"id": str(product), "referenceCost": "3"},
        "stock": {"id": str(product), "levels": [{"locationId": str(place), "onHand": "5", "reserved": "0"}]},
    }
    for part, row in said.items():
        bucket = stock.partition("@")[2] if part == "stock" else "common"
        aligned, whole = await device.aligned(part, bucket, 0), await device.chunk(part, bucket, 0)
        assert aligned is not None
        assert aligned == whole[1]
        assert row in aligned[UUID(row["id"]).bytes[15] & 127]
        assert device.row(f"{part}@{bucket}", product) == row
        assert device.row(f"{part}@{bucket}", free) is None
    del device.rows["product@common"][str(free)]
    assert await device.aligned("product_price", "common", 0) is None
    _, lines = await device.lines("product/common/0?aligned=1")
    assert "rows" in lines[0]


async def test_a_price_that_is_taken_away_comes_as_none_and_the_last_of_a_stock_is_gone(
    firm: Firm, phone: MakePhone
) -> None:
    owner, place = boss(firm), firm.id("location", 1)
    product = await make_product(owner, price="12.5")
    await act(owner, "inventory.record_opening_stock", records=[opening(product, place)])
    device, held = await phone("owner"), f"stock@w:{firm.id('warehouse', 1)}"
    assert device.row(held, product)
    found = device.row("product@common", product)
    assert found
    record = {"id": product, "sku": found["sku"], "name": "Tea", "unit_id": found["unitId"], "price": None}
    await act(owner, "masterdata.save_products", records=[record | {"base_version": 1}])
    line = {"product_id": product, "location_id": place, "counted": "0"}
    await act(owner, "inventory.record_count", document_id=new_id(), lines=[line])
    await device.pull()
    assert device.row("product_price@common", product) == {"id": str(product), "price": None}
    assert device.row(held, product) is None


def opening(product: UUID, place: UUID) -> dict[str, Any]:
    return {"product_id": product, "location_id": place, "quantity": "5", "unit_cost": "3"}


async def test_what_changes_while_a_chunk_is_made_comes_with_the_pull(
    firm: Firm, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows have been read, the chunk is not packed yet, and somebody saves: with the chunk as it is, and kept for
    others, nobody misses it."""
    product, packing, go = firm.id("product", 2), threading.Event(), threading.Event()
    pack = snapshot.pack

    def slowly(head: Any, part: Any, rows: Any, caller: Any, products: Any = None) -> bytes:
        if head["part"] == "product":
            packing.set()
            go.wait(10)
        return pack(head, part, rows, caller, products)

    monkeypatch.setattr(snapshot, "pack", slowly)
    first = asyncio.create_task(Phone(shop, firm.tokens["keeper"]).load())
    await asyncio.to_thread(packing.wait, 10)
    second = asyncio.create_task(Phone(shop, firm.tokens["owner"]).load())  # waits for the same chunk
    record = {"id": product, "sku": "SKU-2", "name": "in between", "unit_id": firm.id("unit"), "base_version": 1}
    await act(boss(firm), "masterdata.save_products", records=[record])
    go.set()
    third = await Phone(shop, firm.tokens["sales"]).load()  # gets the chunk that was kept
    for device in (await first, await second, third):
        await device.pull()
        row = device.row("product@common", product)
        assert row
        assert row["name"] == "in between"


async def test_a_chunk_is_made_once_and_made_again_when_it_lacks_too_much(
    firm: Firm, phone: MakePhone, shop: Shop, instance: Instance
) -> None:
    await phone("keeper")
    device, path = Phone(shop, firm.tokens["owner"]), ("product", "common", 0)
    (head, _), (again, _) = await device.chunk(*path), await device.chunk(*path)
    assert head["seq"] == again["seq"]
    feed_head = f"{firm.company.schema}.feed_head"
    await instance.owner.execute(f"update {feed_head} set last = last + $1", BEHIND)
    assert (await device.chunk(*path))[0]["seq"] == head["seq"]
    await instance.owner.execute(f"update {feed_head} set last = last + 1")
    assert (await device.chunk(*path))[0]["seq"] == head["seq"] + BEHIND + 1


async def test_a_chunk_that_is_older_than_what_is_pruned_is_made_anew(shop: Shop, instance: Instance) -> None:
    """No pull brings what it lacks: a cursor from before is not good any more."""
    firm = await shop.firm("keeper", rows=20)
    device, path = Phone(shop, firm.tokens["keeper"]), ("product", "common", 0)
    (head, _) = await device.chunk(*path)
    id = await make_product(boss(firm), sku="NEW")
    await instance.owner.execute(f"update {firm.company.schema}.feed_head set last = last + 1, pruned = last + 1")
    again, packs = await device.chunk(*path)
    assert again["seq"] > head["seq"]
    assert str(id) in {row["id"] for rows in packs.values() for row in rows}


def test_a_field_that_the_permissions_of_a_part_do_not_cover_keeps_it_from_starting() -> None:
    model = make_model()
    named = {part.name: part for part in PARTS}
    leaking = replace(named["product"], selection="id name referenceCost")
    with pytest.raises(TypeError, match=r"do not cover product\.referenceCost"):
        compile_part(leaking, model)
    with pytest.raises(TypeError, match=r"do not cover partner\.phone"):
        compile_part(replace(named["partner"], selection="id phone"), model)
    with pytest.raises(TypeError, match="has no field"):
        compile_part(replace(named["unit"], selection="id colour"), model)
    with pytest.raises(TypeError, match="unknown permission"):
        compile_part(replace(named["unit"], permissions=("product.look",)), model)
    narrow = replace(named["sales_order"], permissions=("sales.read", "stock.read"))
    with pytest.raises(TypeError, match=r"do not cover sales_order\.note"):
        compile_part(narrow, model)
