"""Saving master data on a real database: lists with an outcome for each record, versions, identities, races."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from domain import execute as door
from domain.execute import execute, execute_many
from domain.ids import new_id
from domain.masterdata.commands import place_of
from domain.tx import Outcome, Record
from tenants.access import ROLES, Caller
from tests.builders import act, call, make_partner, make_product, make_unit, make_warehouse, plain
from tests.companies import caller_of


@pytest.fixture
def owner(company) -> Caller:
    return caller_of(company)


@pytest.fixture
async def piece(owner) -> UUID:
    return await make_unit(owner)


async def save(caller: Caller, what: str, *records: Mapping[str, Any], **more: Any) -> Outcome:
    return await execute(call(f"masterdata.save_{what}", plain({"records": records, **more})), caller)


def said(outcome: Outcome) -> list[tuple[str, str | None, str | None]]:
    return [(record.status, record.code, record.field) for record in outcome.records]


def tea(unit: UUID, **fields: Any) -> dict[str, Any]:
    return {"id": new_id(), "sku": f"T-{new_id()}", "name": "Tea", "unit_id": unit, **fields}


# --- one record, many records ---


async def test_a_list_saves_what_is_right_and_says_what_is_wrong_with_the_rest(company, owner, piece, rows):
    outcome = await save(
        owner, "products",
        tea(piece, sku="A", price="12.50"),
        tea(piece, sku="B", price="x"),
        tea(piece, sku="C", price="-1"),
        tea(piece, sku="A"),
        {"id": new_id(), "sku": "D", "name": "No unit"},
        tea(new_id(), sku="E"),
        {"sku": "F", "name": "No id", "unit_id": piece},
        tea(piece, sku="G", colour="red"),
        tea(piece, sku="H", category_id=new_id()),
    )  # fmt: skip
    assert outcome.status == "partly"
    assert said(outcome) == [
        ("accepted", None, None),
        ("refused", "malformed", "records.1.price"),
        ("refused", "price_negative", "records.2.price"),
        ("refused", "duplicate_in_list", "records.3.sku"),
        ("refused", "unit_missing", "records.4.unit_id"),
        ("refused", "unknown_unit", "records.5.unit_id"),
        ("refused", "id_missing", "records.6.id"),
        ("refused", "malformed", "records.7.colour"),
        ("refused", "not_found", "records.8.category_id"),
    ]
    assert outcome.records[1].details == {"reason": "not_a_number"}
    assert [row["sku"] for row in await rows(company, "select sku from product")] == ["A"]


async def test_all_or_nothing_writes_nothing_and_says_who_was_to_blame(company, owner, piece, rows):
    outcome = await save(
        owner, "products", tea(piece, category="Drinks/Tea"), tea(piece, price="-1"), all_or_nothing=True
    )
    assert (outcome.status, outcome.code) == ("refused", "all_or_nothing")
    assert [record.code for record in outcome.records] == ["all_or_nothing", "price_negative"]
    for table in ("product", "cost_pool", "category"):
        assert await rows(company, f"select from {table}") == []


async def test_a_refused_record_leaves_nothing_behind(company, owner, piece, rows):
    await make_product(owner, sku="A")
    outcome = await save(
        owner, "products", tea(piece, sku="A", category="Never"), tea(piece, barcodes=[{"code": "6E+12"}])
    )
    assert said(outcome) == [
        ("refused", "sku_taken", "records.0.sku"),
        ("refused", "barcode_destroyed", "records.1.barcodes.0.code"),
    ]
    assert outcome.code == "all_refused"
    assert await rows(company, "select from category") == []
    assert len(await rows(company, "select from change where entity = 'product'")) == 1


async def test_whatever_is_said_twice_in_a_list_is_refused_the_second_time(owner, piece):
    id, external = new_id(), {"source": "erp", "number": "7"}
    outcome = await save(
        owner, "products",
        tea(piece, id=id), tea(piece, id=id),
        tea(piece, external=external), tea(piece, external=external),
    )  # fmt: skip
    assert said(outcome) == [
        ("accepted", None, None),
        ("refused", "duplicate_in_list", "records.1.id"),
        ("accepted", None, None),
        ("refused", "duplicate_in_list", "records.3.external.number"),
    ]


async def test_what_is_known_and_comes_in_two_versions_at_once(owner, piece):
    def version(name: str) -> dict[str, Any]:
        return {"sku": "A", "name": name, "unit_id": piece, "external": {"source": "erp", "number": "7"}}

    assert said(await save(owner, "products", version("old"))) == [("accepted", None, None)]
    twice = ("refused", "duplicate_in_list", "records.1.external.number")
    assert said(await save(owner, "products", version("old"), version("new"))) == [("unchanged", None, None), twice]
    calls = [call("masterdata.save_products", plain({"records": [version(name)]})) for name in ("old", "new", "newer")]
    outcomes = await execute_many(calls, owner)  # in one transaction
    assert [said(outcome)[0][0] for outcome in outcomes] == ["unchanged", "changed", "changed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "a\0b"), ("name", "茶" * 10_000), ("name", "   "), ("name", None), ("name", 7),
        ("price", "NaN"), ("price", "Infinity"), ("price", "１２"), ("price", "1e3"), ("price", True),
        ("price", "9" * 13), ("active", "perhaps"), ("kind", "bundle"), ("units", "none"), ("base_version", "x"),
        ("unit_id", "1"), ("external", {"source": "erp"}),
        ("barcodes", [{"code": "1"}] * 51),
    ],
)  # fmt: skip
async def test_hostile_input_is_refused_by_the_field_and_harms_no_neighbour(company, owner, piece, rows, field, value):
    outcome = await save(owner, "products", tea(piece, sku="bad") | {field: value}, tea(piece, sku="good"))
    first, second = outcome.records
    assert (first.status, first.code) == ("refused", "malformed")
    assert (first.field or "").startswith(f"records.0.{field}")
    assert second.status == "accepted"
    assert [row["sku"] for row in await rows(company, "select sku from product")] == ["good"]


@pytest.mark.parametrize("fields", [{"name": "\ud800"}, {"name": "", "spec": "\udfff"}, {"colour": "\ud800"}])
async def test_what_has_no_form_in_utf8_is_refused_with_its_whole_call(company, owner, piece, rows, fields):
    outcome = await save(owner, "products", tea(piece), tea(piece) | fields)
    assert (outcome.status, outcome.code) == ("refused", "malformed")
    assert (outcome.field or "").startswith("records.1.")
    assert await rows(company, "select from product") == []


@pytest.mark.parametrize("name", ["🍵 抹茶", "شاي أخضر", "‮evil", "a\nb", "'; drop table product; --", "x" * 200])
async def test_odd_names_are_kept_as_they_are(company, owner, piece, rows, name):
    await make_product(owner, name=name, sku=name[:60])
    assert [(r["name"], r["sku"]) for r in await rows(company, "select name, sku from product")] == [(name, name[:60])]


@pytest.mark.parametrize("records", [[], None, "x", [None], [7], [[]], [{}]])
async def test_what_is_no_list_of_records_is_refused(owner, records):
    outcome = await execute(call("masterdata.save_products", {"records": records}), owner)
    assert outcome.status == "refused"


# --- versions ---


async def test_a_save_names_the_version_it_was_made_on(company, owner, piece, rows):
    product = tea(piece, price="1.50")
    assert said(await save(owner, "products", product)) == [("accepted", None, None)]
    stale = await save(owner, "products", product | {"name": "Green tea"})
    assert said(stale) == [("refused", "stale_version", "records.0.base_version")]
    assert stale.records[0].details == {"version": 1}
    changed = await save(owner, "products", product | {"name": "Green tea", "base_version": 1})
    assert said(changed) == [("changed", None, None)]
    assert changed.records[0].details == {"changes": {"name": ["Tea", "Green tea"]}}
    late = await save(owner, "products", product | {"name": "Black tea", "base_version": 1})
    assert late.records[0].details == {"version": 2}
    [row] = await rows(company, "select name, version, updated_at > created_at as later from product")
    assert (row["name"], row["version"], row["later"]) == ("Green tea", 2, True)


async def test_saving_what_is_already_there_changes_nothing(company, owner, piece, rows):
    product = tea(
        piece, price="1.5", category="Drinks", units=[{"unit_id": await make_unit(owner, "case"), "numerator": "12"}],
        barcodes=[{"code": "6901234567892"}, {"code": "A-1"}],
    )  # fmt: skip
    await save(owner, "products", product)
    before = await rows(company, "select * from product")
    same = product | {"price": "1.500", "base_version": 1}
    assert [record.status for record in (await save(owner, "products", same)).records] == ["unchanged"]
    assert await rows(company, "select * from product") == before
    assert len(await rows(company, "select from change where entity = 'product'")) == 1


async def test_a_version_of_what_is_not_there_is_refused(owner, piece):
    outcome = await save(owner, "products", tea(piece, base_version=1))
    assert said(outcome) == [("refused", "not_found", "records.0.id")]


async def test_a_call_that_is_repeated_gets_the_first_answer(company, owner, piece, rows):
    sent = call("masterdata.save_products", plain({"records": [tea(piece), tea(piece, price="-1")]}))
    assert await execute(sent, owner) == await execute(sent, owner)
    assert len(await rows(company, "select from product")) == 1


# --- identities outside ---


async def test_uploading_again_doubles_nothing_and_a_correction_changes_one_record(company, owner, piece, rows):
    def upload(**prices: str) -> list[dict[str, Any]]:
        return [
            {"sku": sku, "name": sku, "unit": "piece", "price": price, "external": {"source": "erp", "number": sku}}
            for sku, price in prices.items()
        ]

    first = await save(owner, "products", *upload(A="1", B="2", C="3"))
    assert [record.status for record in first.records] == ["accepted"] * 3
    assert [record.key for record in first.records] == ["A", "B", "C"]
    again = await save(owner, "products", *upload(A="1", B="2", C="3"))
    assert [record.status for record in again.records] == ["unchanged"] * 3
    assert [record.details for record in again.records] == [record.details for record in first.records]
    corrected = await save(owner, "products", *upload(A="1", N="9", B="2.5", C="3"))
    assert [record.status for record in corrected.records] == ["unchanged", "accepted", "changed", "unchanged"]
    assert [(r["sku"], str(r["price"].normalize()), r["version"]) for r in await rows(company, PRODUCTS)] == [
        ("A", "1", 1), ("B", "2.5", 2), ("C", "3", 1), ("N", "9", 1),
    ]  # fmt: skip
    assert len(await rows(company, "select from import_record")) == 4


PRODUCTS = "select sku, price, version from product order by sku"


async def test_an_upload_does_not_undo_what_a_person_changed_since(company, owner, piece, rows):
    record = tea(piece, price="1", external={"source": "erp", "number": "1"})
    await save(owner, "products", record)
    await save(owner, "products", {**record, "price": "2", "base_version": 1, "external": None})
    assert [r.status for r in (await save(owner, "products", record)).records] == ["unchanged"]
    assert [str(r["price"].normalize()) for r in await rows(company, PRODUCTS)] == ["2"]


async def test_sources_do_not_mix(company, owner, piece, rows):
    for source in ("erp", "shop"):
        outcome = await save(owner, "products", tea(piece, id=None, external={"source": source, "number": "1"}))
        assert [record.status for record in outcome.records] == ["accepted"]
    assert len(await rows(company, "select from product")) == 2


async def test_an_identity_leads_to_one_record_only(owner, piece):
    external = {"source": "erp", "number": "1"}
    await save(owner, "products", tea(piece, external=external))
    outcome = await save(owner, "products", tea(piece, external=external))
    assert said(outcome) == [("refused", "identity_taken", "records.0.external.number")]


# --- products ---


async def test_units_and_barcodes_are_replaced_as_sets(company, owner, piece, rows):
    case, box = await make_unit(owner, "case"), await make_unit(owner, "box")
    product = tea(
        piece, units=[{"unit_id": case, "numerator": "12"}, {"unit": "box", "numerator": "1", "denominator": "3"}],
        barcodes=[{"code": "6901234567892"}, {"code": "A-1", "unit": "case"}, {"code": "6901234567892"}],
    )  # fmt: skip
    first = await save(owner, "products", product)
    assert first.records[0].details == {
        "warnings": [{"code": "barcode_house", "field": "barcodes.1.code", "barcode": "A-1"}]
    }
    units = "select unit_id, numerator::int as n, denominator::int as d from product_unit order by numerator desc"
    codes = "select code, unit_id, kind, position from product_barcode order by position"
    assert [tuple(r) for r in await rows(company, units)] == [(case, 12, 1), (box, 1, 3)]
    assert [tuple(r) for r in await rows(company, codes)] == [
        ("6901234567892", None, "gtin", 0), ("A-1", case, "house", 1),
    ]  # fmt: skip
    await save(
        owner, "products",
        product | {
            "base_version": 1, "units": [{"unit_id": case, "numerator": "24"}],
            "barcodes": [{"code": "B-2"}, {"code": "A-1"}],
        },
    )  # fmt: skip
    assert [tuple(r) for r in await rows(company, units)] == [(case, 24, 1)]
    assert [tuple(r) for r in await rows(company, codes)] == [("B-2", None, "house", 0), ("A-1", None, "house", 1)]
    await save(owner, "products", product | {"base_version": 2, "units": [], "barcodes": []})
    assert await rows(company, units) == await rows(company, codes) == []


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"units": [{"unit": "piece", "numerator": "2"}]}, "unit_twice", "units.0.unit_id"),
        ({"units": [{"unit": "case", "numerator": "0"}]}, "factor_not_positive", "units.0.numerator"),
        ({"units": [{"unit": "case", "numerator": "0.0000001"}]}, "too_many_decimals", "units.0.numerator"),
        ({"units": [{"unit": "pallet", "numerator": "2"}]}, "unknown_unit", "units.0.unit"),
        ({"units": [{"numerator": "2"}]}, "unit_missing", "units.0.unit_id"),
        ({"barcodes": [{"code": "1", "unit": "case"}]}, "unknown_unit", "barcodes.0.unit_id"),
        ({"category": "Drinks//Tea"}, "category_path", "category"),
    ],
)
async def test_what_a_product_may_not_say(owner, piece, fields, code, field):
    await make_unit(owner, "case")
    assert said(await save(owner, "products", tea(piece, **fields))) == [("refused", code, f"records.0.{field}")]


async def test_a_code_given_for_two_packings_is_refused(owner, piece):
    await make_unit(owner, "case")
    product = tea(
        piece, units=[{"unit": "case", "numerator": "12"}],
        barcodes=[{"code": "A"}, {"code": "A", "unit": "case"}],
    )  # fmt: skip
    assert said(await save(owner, "products", product)) == [("refused", "barcode_twice", "records.0.barcodes.1.code")]


async def test_several_products_may_carry_one_code(company, owner, piece, rows):
    await save(owner, "products", *(tea(piece, barcodes=[{"code": "6901234567892"}]) for _ in range(2)))
    assert len(await rows(company, "select from product_barcode")) == 2


async def test_a_path_of_categories_is_made_once(company, owner, piece, rows):
    await save(owner, "products", tea(piece, category="Drinks/Tea"), tea(piece, category="Drinks / Coffee"))
    await save(owner, "products", tea(piece, category="Drinks/Tea"))
    tree = "select c.name, p.name as parent from category c left join category p on p.id = c.parent_id order by 1"
    assert [tuple(r) for r in await rows(company, tree)] == [("Coffee", "Drinks"), ("Drinks", None), ("Tea", "Drinks")]


async def test_what_stock_is_counted_in_stands_once_it_has_moved(company, owner, piece, rows, instance):
    kilogram = await make_unit(owner, "kg", 3)
    product = tea(piece)
    await save(owner, "products", product)
    freely = await save(owner, "products", product | {"unit_id": kilogram, "kind": "service", "base_version": 1})
    assert said(freely) == [("changed", None, None)]
    await save(owner, "products", product | {"base_version": 2})
    place, partner = await make_warehouse(owner, negative="allow"), await make_partner(owner)
    await act(
        owner, "sales.record_handover", order_id=new_id(), partner_id=partner, location_id=place,
        lines=[{"product_id": product["id"], "quantity": "1", "unit_price": "1"}],
    )  # fmt: skip
    for change, code, field in (
        ({"unit_id": kilogram}, "unit_fixed", "unit_id"),
        ({"kind": "service"}, "kind_fixed", "kind"),
    ):
        refused = await save(owner, "products", product | change | {"base_version": 3})
        assert said(refused) == [("refused", code, f"records.0.{field}")]
    assert said(await save(owner, "products", product | {"name": "Other", "base_version": 3}))[0][0] == "changed"


async def test_a_product_that_becomes_goods_gets_its_pool(company, owner, piece, rows):
    product = tea(piece, kind="service")
    await save(owner, "products", product)
    assert await rows(company, "select from cost_pool") == []
    await save(owner, "products", product | {"kind": "goods", "base_version": 1})
    [pool] = await rows(company, "select product_id, quantity, value from cost_pool")
    assert (pool["product_id"], pool["quantity"], pool["value"]) == (product["id"], 0, 0)


async def test_who_may_not_see_the_cost_does_not_touch_it(company, owner, piece, rows):
    blind = Caller(company, UUID(int=8), ROLES["owner"] - {"product.cost"}, epoch=1)
    product = tea(piece, reference_cost="7")
    assert said(await save(blind, "products", product)) == [("refused", "forbidden", "records.0.reference_cost")]
    await save(owner, "products", product)
    changed = {key: value for key, value in product.items() if key != "reference_cost"} | {"base_version": 1}
    assert said(await save(blind, "products", changed | {"name": "Other"}))[0][0] == "changed"
    assert [r["reference_cost"] for r in await rows(company, "select reference_cost from product")] == [7]


# --- partners ---


async def test_phones_and_addresses_are_never_stored_in_the_clear(company, owner, rows):
    id = await make_partner(owner, contact_name="林小姐", phone="+86 138-0013-8000", address="Nanjing Road 1")
    keys, [row] = company.keys, await rows(company, "select * from partner")
    stored = b"".join(value for value in row.values() if isinstance(value, bytes))
    assert not any(part in stored for part in (b"138", "林".encode(), b"Nanjing"))
    assert keys.decrypt_text("partner", "phone", id, row["phone"]) == "+86 138-0013-8000"
    assert row["phone_index"] == keys.index("partner.phone_index", "13800138000")
    assert row["phone_last4_index"] == keys.index("partner.phone_last4_index", "8000")


async def test_partners_change_by_version_and_share_phones(company, owner, rows):
    partner = {"id": new_id(), "code": "L", "name": "Lin", "phone": "13800138000"}
    await make_partner(owner, phone="13800138000")
    assert said(await save(owner, "partners", partner)) == [("accepted", None, None)]
    assert said(await save(owner, "partners", partner | {"base_version": 1})) == [("unchanged", None, None)]
    assert said(await save(owner, "partners", partner | {"base_version": 1, "phone": ""})) == [("changed", None, None)]
    [row] = await rows(company, "select phone, phone_index, version from partner where code = 'L'")
    assert (row["phone"], row["phone_index"], row["version"]) == (None, None, 2)


async def test_who_may_not_see_phones_does_not_touch_them(company, owner, rows):
    blind = Caller(company, UUID(int=8), ROLES["owner"] - {"partner.phone"}, epoch=1)
    partner = {"id": new_id(), "code": "L", "name": "Lin", "phone": "13800138000"}
    assert said(await save(blind, "partners", partner)) == [("refused", "forbidden", "records.0.phone")]
    await save(owner, "partners", partner)
    await save(blind, "partners", {"id": partner["id"], "code": "L", "name": "Lin & Co", "base_version": 1})
    [row] = await rows(company, "select id, name, phone from partner")
    assert row["name"] == "Lin & Co"
    assert company.keys.decrypt_text("partner", "phone", row["id"], row["phone"]) == "13800138000"


async def test_a_code_of_a_partner_stands_once(owner):
    await make_partner(owner, code="L")
    outcome = await save(owner, "partners", {"id": new_id(), "code": "L", "name": "Lin"})
    assert said(outcome) == [("refused", "code_taken", "records.0.code")]


# --- units, categories, warehouses ---


async def test_units_have_names_that_stand_once_and_few_decimals(company, owner, piece, rows):
    outcome = await save(
        owner, "units",
        {"id": new_id(), "name": "piece"}, {"id": new_id(), "name": "g", "decimals": 7},
        {"id": piece, "name": "个", "decimals": 0, "base_version": 1},
    )  # fmt: skip
    assert said(outcome) == [
        ("refused", "name_taken", "records.0.name"),
        ("refused", "malformed", "records.1.decimals"),
        ("changed", None, None),
    ]
    assert [r["name"] for r in await rows(company, "select name from unit")] == ["个"]


async def test_a_new_warehouse_has_a_place_to_store_and_one_for_goods_on_the_way(company, owner, rows):
    id = new_id()
    assert await make_warehouse(owner, id=id, code="W") == place_of(id)
    await save(owner, "warehouses", {"id": id, "code": "W", "name": "Renamed", "base_version": 1})
    places = await rows(company, "select id, kind from location where warehouse_id = $1 order by kind", id)
    assert [tuple(r) for r in places] == [(place_of(id), "storage"), (place_of(id, "transit"), "transit")]
    assert [tuple(r) for r in await rows(company, "select entity, count(*) from change group by 1 order by 1")] == [
        ("location", 2), ("warehouse", 2),
    ]  # fmt: skip


async def test_categories_are_a_tree(company, owner, rows):
    drinks, tea, green = new_id(), new_id(), new_id()
    outcome = await save(
        owner, "categories",
        {"id": drinks, "name": "Drinks"}, {"id": tea, "name": "Tea", "parent_id": drinks},
        {"id": green, "name": "Green", "parent_id": tea}, {"id": new_id(), "name": "Lost", "parent_id": new_id()},
        {"id": (self := new_id()), "name": "Self", "parent_id": self},
    )  # fmt: skip
    assert said(outcome)[3:] == [
        ("refused", "not_found", "records.3.parent_id"), ("refused", "category_cycle", "records.4.parent_id"),
    ]  # fmt: skip
    cycle = await save(owner, "categories", {"id": drinks, "name": "Drinks", "parent_id": green, "base_version": 1})
    assert said(cycle) == [("refused", "category_cycle", "records.0.parent_id")]


# --- who may, and at the same time ---


@pytest.mark.parametrize(
    ("role", "what"), [("sales", "products"), ("keeper", "partners"), ("buyer", "warehouses"), ("partner", "units")]
)
async def test_who_may_not_save_is_told_which_permission_is_missing(company, role, what):
    outcome = await save(caller_of(company, role), what, {"id": new_id(), "code": "x", "name": "x", "sku": "x"})
    assert outcome.code in ("forbidden", "malformed")
    assert outcome.code == "forbidden"


class Pause:
    """Holds one call between its write and its commit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, call_id: UUID) -> None:
        self.written, self.go_on, remember = asyncio.Event(), asyncio.Event(), door.remember

        async def held(connection: Any, tx: Any, *rest: Any) -> None:
            await remember(connection, tx, *rest)
            if call_id in {run.call.id for run in tx.runs}:
                self.written.set()
                await self.go_on.wait()

        monkeypatch.setattr(door, "remember", held)


async def meet(monkeypatch: pytest.MonkeyPatch, caller: Caller, first: Any, second: Any) -> tuple[Record, Record]:
    """The second save runs into the first, which has written and not committed."""
    pause = Pause(monkeypatch, first.id)
    one = asyncio.create_task(execute(first, caller))
    await pause.written.wait()
    other = asyncio.create_task(execute(second, caller))
    await asyncio.sleep(0.2)
    pause.go_on.set()
    return (await one).records[0], (await other).records[0]


def saving(*records: Mapping[str, Any]) -> Any:
    return call("masterdata.save_products", plain({"records": records}))


async def test_two_who_save_one_version_do_not_overwrite_each_other(monkeypatch, owner, piece):
    product = tea(piece)
    await save(owner, "products", product)
    mine, yours = product | {"name": "Mine", "base_version": 1}, product | {"name": "Yours", "base_version": 1}
    first, second = await meet(monkeypatch, owner, saving(mine), saving(yours))
    assert first.status == "changed"
    assert (second.code, second.details) == ("stale_version", {"version": 2})


async def test_an_upload_that_waited_compares_with_what_is_there_now(monkeypatch, company, owner, piece, rows):
    product = tea(piece, external={"source": "erp", "number": "1"}, barcodes=[{"code": "A"}])
    await save(owner, "products", product)
    other = product | {"barcodes": [{"code": "B"}, {"code": "C"}]}
    back = product | {"barcodes": [{"code": "C"}, {"code": "A"}]}
    first, second = await meet(monkeypatch, owner, saving(other), saving(back))
    assert (first.status, second.status) == ("changed", "changed")
    codes = await rows(company, "select code from product_barcode order by position")
    assert [row["code"] for row in codes] == ["C", "A"]
    assert [r["version"] for r in await rows(company, "select version from product")] == [3]


async def test_two_uploads_make_a_category_once(monkeypatch, company, owner, piece, rows):
    first, second = await meet(
        monkeypatch, owner, saving(tea(piece, category="Drinks/Tea")), saving(tea(piece, category="Drinks/Tea"))
    )
    assert (first.status, second.status) == ("accepted", "accepted")
    assert len(await rows(company, "select from category")) == 2


async def test_a_move_that_is_on_its_way_fixes_the_unit(monkeypatch, owner, piece):
    product, kilogram = tea(piece), await make_unit(owner, "kg", 3)
    await save(owner, "products", product)
    place, partner = await make_warehouse(owner, negative="allow"), await make_partner(owner)
    sale = call(
        "sales.record_handover",
        plain(
            {
                "order_id": new_id(), "partner_id": partner, "location_id": place,
                "lines": [{"product_id": product["id"], "quantity": "1", "unit_price": "1"}],
            }
        ),
    )  # fmt: skip
    pause = Pause(monkeypatch, sale.id)
    sold = asyncio.create_task(execute(sale, owner))
    await pause.written.wait()
    change = asyncio.create_task(save(owner, "products", product | {"unit_id": kilogram, "base_version": 1}))
    await asyncio.sleep(0.2)
    pause.go_on.set()
    assert (await sold).status == "accepted"
    assert said(await change) == [("refused", "unit_fixed", "records.0.unit_id")]


async def test_two_who_take_one_sku_at_once_are_told_apart(monkeypatch, company, owner, piece, rows):
    pause = Pause(monkeypatch, (first := saving(tea(piece, sku="A"))).id)
    one = asyncio.create_task(execute(first, owner))
    await pause.written.wait()
    other = asyncio.create_task(execute(saving(tea(piece, sku="A")), owner))
    await asyncio.sleep(0.2)
    pause.go_on.set()
    assert (await one).status == "accepted"
    refused = await other
    assert refused.status == "refused"
    assert len(await rows(company, "select from product")) == 1


async def test_a_product_says_where_it_comes_from(company, owner, rows):
    await make_product(owner, origin="杭州")
    assert [row["origin"] for row in await rows(company, "select origin from product")] == ["杭州"]
