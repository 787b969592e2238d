"""Long lists go into the tables by COPY: the same rows as by INSERT, and in the order in which they refer to each
other."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import sql, writing
from domain.base import import_record
from domain.execute import execute
from domain.ids import new_id
from domain.masterdata.tables import product, product_unit
from domain.plain import Columns
from domain.sql import Part
from tenants.registry import Company
from tenants.transaction import Door, write_transaction
from tests.builders import call, make_unit, plain
from tests.companies import caller_of
from tests.yard import Rows

STRANGE = ["", "\\", r"\N", "\\\t\n", "a\r\nb", '"', "\\.", "商品\t茶", "\x01"]
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.sampled_from(STRANGE)
PRODUCTS = sql.insert(product, without=("created_at", "updated_at"))
RECORDS = sql.insert(import_record, without=("recorded_at",))


def product_row(sku: str, unit: UUID, name: str, price: str | None, active: bool) -> dict[str, Any]:
    return {
        "id": new_id(), "sku": sku, "name": name, "spec": name, "origin": "", "category_id": None, "unit_id": unit,
        "kind": "goods", "price": price, "reference_cost": None, "active": active, "version": 3,
    }  # fmt: skip


async def test_what_is_copied_is_what_is_inserted(company: Company) -> None:
    unit = await make_unit(caller_of(company))
    products = [
        product_row(f"{place}\\{name}", unit, name, None if place % 3 else f"{place}.50", active=bool(place % 2))
        for place, name in enumerate(STRANGE)
    ]
    records = [
        {"id": new_id(), "hash": bytes([byte]) * 16, "entity": "product", "entity_id": unit, "command_id": unit}
        for byte in range(256)
    ]
    in_columns = Columns.of(PRODUCTS.columns, ([row[name] for name in PRODUCTS.columns] for row in products))
    for part, rows in ((PRODUCTS, products), (PRODUCTS, in_columns), (RECORDS, records)):
        async with write_transaction(company) as door:
            await writing.copy(door, part, rows)
            copied = await emptied(door, part)
            await writing.send(door, sql.statement(part), {part.name: rows}, writing.NOT_YET)
            assert await emptied(door, part) == copied
            assert len(copied) == len(rows)


async def emptied(door: Door, part: Part) -> list[tuple[Any, ...]]:
    columns = ", ".join(part.columns)
    rows = await door.raw.fetch(f"delete from {part.table} returning {columns}")
    return sorted(map(tuple, rows))


@given(st.lists(st.lists(TEXTS | st.none(), min_size=3, max_size=3), min_size=1, max_size=20))
def test_the_text_of_a_list_is_read_back_as_the_list(rows: list[list[str | None]]) -> None:
    part = Part("x", "", columns=("a", "b", "c"))
    in_columns = Columns.of(part.columns, rows)
    text = writing.copy_text(part, in_columns).decode()
    assert writing.copy_text(part, in_columns.rows()).decode() == text
    assert text.endswith("\n")
    assert [[unescaped(cell) for cell in line.split("\t")] for line in text[:-1].split("\n")] == rows


def unescaped(cell: str) -> str | None:
    """As PostgreSQL's manual says that COPY reads it."""
    if cell == r"\N":
        return None
    letters = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
    found, rest = "", iter(cell)
    for letter in rest:
        found += letters[next(rest)] if letter == "\\" else letter
    return found


async def test_what_is_referred_to_is_there_before(company: Company, rows: Rows) -> None:
    """600 products, each with a category that comes with them, another unit and a barcode."""
    count = writing.COPIED_FROM + 100
    await make_unit(caller_of(company), "case")
    records = [
        {
            "id": new_id(), "sku": f"S\\{n}", "name": f"茶\t{n}", "category": f"饮料/茶 {n % 7}", "unit": "piece",
            "units": [{"unit": "case", "numerator": "12"}], "barcodes": [{"code": f"C{n}"}], "price": f"{n}.5",
        }
        for n in range(count)
    ]  # fmt: skip
    await make_unit(caller_of(company))
    asked = call("masterdata.save_products", plain({"records": records}))
    outcome = await execute(asked, caller_of(company))
    assert (outcome.status, len(outcome.records)) == ("accepted", count)
    assert await execute(asked, caller_of(company)) == outcome
    for table, expected in (
        ("product", count), ("product_unit", count), ("product_barcode", count), ("cost_pool", count),
        ("change where entity = 'product'", count), ("category", 8),
    ):  # fmt: skip
        [[found]] = await rows(company, f"select count(*) from {table}")
        assert found == expected, table


async def test_one_row_that_is_refused_by_the_table_takes_none_along(company: Company, rows: Rows) -> None:
    count = writing.COPIED_FROM
    await make_unit(caller_of(company))
    records = [{"id": new_id(), "sku": f"S{n}", "name": "Tea", "unit": "piece"} for n in range(count)]
    records[-1]["id"] = records[0]["id"]
    outcome = await execute(call("masterdata.save_products", plain({"records": records})), caller_of(company))
    assert outcome.status == "partly"
    assert [one.code for one in outcome.records if one.code] == ["duplicate_in_list"]
    with pytest.raises(asyncpg.UniqueViolationError, match="product_sku_key"):
        async with write_transaction(company) as door:
            unit = await make_unit(caller_of(company))
            await writing.copy(door, PRODUCTS, [product_row("S0", unit, "Tea", None, active=True)])
    [[found]] = await rows(company, "select count(*) from product")
    assert found == count - 1


def test_a_list_that_refers_to_a_later_one_is_no_statement() -> None:
    with pytest.raises(AssertionError, match="stands after"):
        sql.statement(sql.insert(product_unit), PRODUCTS)
