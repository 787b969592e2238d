"""The log as a list: who may read it sees of each call what he may see of the records it is about."""

import dataclasses
import typing
from typing import Any

import orjson
import pytest

from domain.audit.seal import seal_all
from domain.audit.shown import GUARDED, needed, shown
from domain.catalogue import CATALOGUE
from domain.masterdata.commands import CATEGORY, INDEXED, PARTNER, UNIT, WAREHOUSE
from domain.masterdata.products import PRODUCT
from tests.api.shop import Firm, Shop
from tests.builders import act
from tests.companies import caller_of
from tests.doors.bodies import BODIES

OPEN = {
    "active", "all_or_nothing", "barcodes", "base_version", "call_id", "category", "category_id", "check", "close",
    "closed_to", "code", "column", "columns", "counted", "counted_at", "customer_id", "date_order", "decimals",
    "denominator", "direction", "discrepancy_id", "document_id", "document_on", "entity", "entity_id",
    "expected_on", "external", "field", "file_id", "filter", "format", "from_location_id", "happened_at",
    "heading_row", "id", "image", "import_id", "is_customer", "is_supplier", "job_id", "key", "keys", "kind",
    "language", "leave_out", "line", "line_id", "lines", "list", "location_id", "media_type", "name", "negative",
    "note", "number", "numerator", "options", "order", "order_id", "origin", "parent_id", "partner", "partner_id",
    "photo_id", "placed_at", "price", "product_id", "quantity", "reason", "received", "reconciliation_id",
    "records", "reopen", "reserve", "rows", "same_code", "sheet", "shipped", "sku", "source", "source_line_id", "spec",
    "step_id", "supplier_id", "to_location_id", "transfer_id", "unit", "unit_id", "units", "values",
}  # fmt: skip
ENTITIES = (CATEGORY, PARTNER, PRODUCT, UNIT, WAREHOUSE)
LOG = (
    "{ logEntries(first: 100, orderBy: [RECORDED_AT_DESC]%s) { nodes { id n name status code body outcome actorId } } }"
)


def fields_of(type_: Any) -> set[str]:
    if dataclasses.is_dataclass(type_):
        hints = typing.get_type_hints(type_)
        return set(hints).union(*(fields_of(hint) for hint in hints.values()))
    return set().union(*map(fields_of, typing.get_args(type_)))


def test_every_field_that_a_command_can_carry_is_open_or_guarded() -> None:
    """What is new is in neither, until somebody has said whether everybody who reads the log may see it."""
    carried = set().union(*(fields_of(entry.command) for entry in CATALOGUE.values()))
    carried |= {column for entity in ENTITIES for column in (*entity.columns, *entity.sets)}  # before and after
    carried -= set(INDEXED)
    assert sorted(carried - OPEN - GUARDED.keys()) == []
    assert sorted(OPEN & GUARDED.keys()) == []


def test_what_is_guarded_goes_wherever_it_is() -> None:
    body = {"lines": [{"quantity": "1", "unit_price": "9"}], "note": "n"}
    assert shown("purchasing.place_purchase_order", body, {"sales.price"}) == {
        "lines": [{"quantity": "1"}],
        "note": "n",
    }
    assert shown("purchasing.place_purchase_order", body, {"purchase.price"}) == body
    assert needed("sales", "unit_price") == {"sales.price"}


@pytest.fixture
async def firm(shop: Shop) -> Firm:
    return await shop.firm("owner", "auditor", "keeper", rows=20)


async def entries(shop: Shop, firm: Firm, role: str, more: str = "") -> list[dict[str, Any]]:
    answer = await shop.ask(firm.tokens[role], LOG % more)
    assert "errors" not in answer, answer
    return answer["data"]["logEntries"]["nodes"]


async def test_bodies_are_shown_without_what_the_reader_may_not_see(shop: Shop, firm: Firm) -> None:
    owner = dataclasses.replace(caller_of(firm.company), epoch=0)
    phone = {"id": firm.id("partner", 3), "code": "C-3", "name": "Wang", "phone": "13800138000"}
    await act(owner, "masterdata.save_partners", records=[{**phone, "base_version": 1}])
    await seal_all(firm.company)
    [logged] = await entries(shop, firm, "owner", ', filter: { name: { eq: "masterdata.save_partners" } }')
    assert orjson.loads(logged["body"])["records"][0]["phone"] == "13800138000"
    assert logged["status"] == "ACCEPTED"
    assert logged["n"]
    assert shown("masterdata.save_partners", orjson.loads(logged["body"]), set())["records"][0].get("phone") is None
    [seen] = await entries(shop, firm, "auditor", ', filter: { name: { eq: "masterdata.save_partners" } }')
    assert seen["id"] == logged["id"]


async def test_a_change_is_told_as_it_was_and_as_it_is(shop: Shop, firm: Firm) -> None:
    owner = dataclasses.replace(caller_of(firm.company), epoch=0)
    partner = {"id": firm.id("partner", 3), "code": "C-3", "name": "Wang", "phone": "13800138000"}
    await act(owner, "masterdata.save_partners", records=[{**partner, "base_version": 1}])
    await act(owner, "masterdata.save_partners", records=[{**partner, "name": "Li", "phone": "1", "base_version": 2}])
    logged, _ = await entries(shop, firm, "owner", ', filter: { name: { eq: "masterdata.save_partners" } }')
    changes = {"name": ["Wang", "Li"], "phone": ["13800138000", "1"]}
    assert orjson.loads(logged["outcome"])["records"][0]["details"]["changes"] == changes
    hidden = shown("masterdata.save_partners", orjson.loads(logged["outcome"]), set())
    assert hidden["records"][0]["details"]["changes"] == {"name": ["Wang", "Li"]}


async def test_calls_are_found_by_the_document_they_made(shop: Shop, firm: Firm) -> None:
    body = BODIES["inventory.adjust_stock"](firm)
    text = "mutation ($id: UUID!, $input: AdjustStockInput!) { adjustStock(id: $id, input: $input) { status } }"
    id = "01a2104f-7d56-7000-8000-000000000001"
    answer = await shop.ask(firm.tokens["owner"], text, {"id": id, "input": body})
    assert answer["data"]["adjustStock"]["status"] == "ACCEPTED"
    [one] = await entries(shop, firm, "owner", f', filter: {{ record: "{body["documentId"]}" }}')
    assert one["id"] == id
    assert await entries(shop, firm, "owner", ', filter: { record: "no id" }') == []


async def test_who_may_not_audit_reads_nothing(shop: Shop, firm: Firm) -> None:
    answer = await shop.ask(firm.tokens["keeper"], LOG % "")
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FIELD_FORBIDDEN"}
    assert answer["data"]["logEntries"] is None
