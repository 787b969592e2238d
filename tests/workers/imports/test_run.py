"""Whole files through the commands, more than once, cut off, and with rows that are wrong."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.errors import Refused
from tenants.access import Caller
from tests.builders import make_partner, make_product, make_unit, make_warehouse
from tests.companies import caller_of
from tests.workers.imports import books
from workers.imports import chunks as chunking
from workers.imports.chunks import Line
from workers.imports.run import Summary, run, table_of
from workers.reconcile import reconcile

File = Callable[..., Path]


@pytest.fixture
def owner(company) -> Caller:
    return caller_of(company)


@pytest.fixture
def file(tmp_path) -> File:
    def write(*lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "file.csv"
        path.write_text("\n".join(lines), encoding=encoding)
        return path

    return write


async def load(owner: Caller, kind: str, path: Path, **more: Any) -> Summary:
    return await run(owner, kind, table_of(kind, path), "file", **more)


def counts(summary: Summary) -> tuple[int, int, int, int]:
    return summary.accepted, summary.changed, summary.unchanged, summary.refused


PRODUCTS = (
    "货号,品名,单位,分类,售价,条码",
    "A-1,绿茶,个,饮料/茶,\"1,234.50\",6901234567892;12345",
    "A-2,红茶,个,饮料/茶,x,",
    "A-3,花茶,箱,,3,6.9E+12",
    "A-4,黑茶,个,,,",
    "A-4,黑茶,个,,,",
)  # fmt: skip


async def test_products_come_in_once_and_a_correction_changes_one(company, owner, file, rows, tmp_path):
    await make_unit(owner, "个")
    path, report = file(*PRODUCTS, encoding="gb18030"), tmp_path / "report.csv"
    first = await load(owner, "products", path, report=report)
    assert counts(first) == (2, 0, 0, 3)
    assert dict(first.codes) == {"not_a_number": 1, "unknown_unit": 1, "duplicate_in_file": 1}
    told = list(csv.reader(report.open(encoding="utf-8-sig")))
    assert told[0] == ["line", "货号", "品名", "单位", "分类", "售价", "条码", "status", "code", "field", "details"]
    assert [(row[0], row[1], *row[7:10]) for row in told[1:]] == [
        ("2", "A-1", "accepted", "", ""), ("3", "A-2", "refused", "not_a_number", "price"),
        ("4", "A-3", "refused", "unknown_unit", "unit"), ("5", "A-4", "accepted", "", ""),
        ("6", "A-4", "refused", "duplicate_in_file", "number"),
    ]  # fmt: skip
    assert "barcode_house" in told[1][10]
    assert counts(await load(owner, "products", path)) == (0, 0, 2, 3)
    corrected = file(*(line.replace(",x,", ",2,").replace("黑茶", "普洱") for line in PRODUCTS))
    assert counts(await load(owner, "products", corrected)) == (1, 1, 1, 2)
    found = await rows(company, "select sku, name, price::float as price, version from product order by sku")
    assert [tuple(row) for row in found] == [
        ("A-1", "绿茶", 1234.5, 1), ("A-2", "红茶", 2, 1), ("A-4", "普洱", None, 2),
    ]  # fmt: skip


async def test_a_workbook_comes_in_as_a_file_of_text_does(company, owner, rows, tmp_path):
    await make_unit(owner, "个")
    path = books.table(
        tmp_path / "商品.xlsx",
        [["商品资料"], ["货号", "品名", "单位", "售价", "条码"], ["0012", "可乐", "个", 3.5, 6901234567892],
         ["0013", "雪碧", "个", "¥3.00", "6901234567885"], ["合计", "", "", 6.5]],
    )  # fmt: skip
    assert counts(await load(owner, "products", path)) == (2, 0, 0, 0)
    found = await rows(company, "select sku, price::text as price from product order by sku")
    assert [(row["sku"], float(row["price"])) for row in found] == [("0012", 3.5), ("0013", 3.0)]


async def test_partners_come_in_as_what_they_are(company, owner, file, rows):
    path = file("编码,名称,类型,电话", "1,林记,客户,138 0013 8000", "2,五常米业,供应商,", "3,两边,,010-65529988")
    assert counts(await load(owner, "partners", path)) == (3, 0, 0, 0)
    assert counts(await load(owner, "partners", path)) == (0, 0, 3, 0)
    found = await rows(company, "select code, is_customer, is_supplier, phone is null as quiet from partner order by 1")
    assert [tuple(row) for row in found] == [
        ("1", True, False, False), ("2", False, True, True), ("3", True, True, False),
    ]  # fmt: skip


async def test_opening_stock_finds_goods_and_places(company, owner, file, rows):
    await make_warehouse(owner, code="W1", name="一号仓")
    await make_warehouse(owner, code="W2", name="二号仓")
    await make_product(owner, sku="A")
    path = file(
        "货号,仓库,数量,成本,日期",
        "A,W1,10,4,2025-01-01", "A,二号仓,5,4,2025-01-01", "B,W1,1,1,2025-01-01", "A,W3,1,1,2025-01-01",
        "A,,1,1,2025-01-01",
    )  # fmt: skip
    first = await load(owner, "opening-stock", path)
    assert (counts(first), dict(first.codes)) == ((2, 0, 0, 3), {"not_found": 2, "warehouse_missing": 1})
    assert counts(await load(owner, "opening-stock", path)) == (0, 0, 2, 3)
    assert sorted(int(row["on_hand"]) for row in await rows(company, "select on_hand from stock_balance")) == [5, 10]
    days = await rows(company, "select document_on::text as day from stock_document")
    assert [row["day"] for row in days] == ["2025-01-01"]
    assert (await reconcile(company)).clean


SALES = (
    "number,date,customer,sku,quantity,price",
    "S1,2025-01-02 10:00,C,A,3,9.50",
    "S1,2025-01-02 10:00,C,POST,1,5",
    "S2,2025-01-03,C,A,2,9",
    "S2,2025-01-03,C,NONE,1,1",
    "R1,2025-01-04,C,A,-1,9.50",
    "S3,someday,C,A,1,1",
)


@pytest.fixture
async def trade(owner, file) -> Caller:
    await make_warehouse(owner)
    await make_partner(owner, code="C")
    await make_product(owner, sku="A")
    await make_product(owner, sku="POST", kind="service")
    opening = file("sku,quantity,cost,date", "A,10,4,2025-01-01")
    assert counts(await load(owner, "opening-stock", opening)) == (1, 0, 0, 0)
    return owner


async def test_sales_are_posted_once_and_a_corrected_row_changes_its_document(company, trade, file, rows, tmp_path):
    path, report = file(*SALES), tmp_path / "report.csv"
    first = await load(trade, "sales", path, report=report)
    assert (counts(first), first.lines) == ((2, 0, 0, 2), 6)
    told = [(row[0], row[1], *row[7:10]) for row in csv.reader(report.open(encoding="utf-8-sig"))]
    assert told[3:] == [
        ("4", "S2", "refused", "not_found", "lines.1.sku"), ("5", "S2", "refused", "not_found", "lines.1.sku"),
        ("6", "R1", "accepted", "", ""), ("7", "S3", "refused", "not_a_date", "date"),
    ]  # fmt: skip
    assert counts(await load(trade, "sales", path)) == (0, 0, 2, 2)
    corrected = file(*(line.replace("NONE", "POST").replace("someday", "2025-01-05") for line in SALES))
    assert counts(await load(trade, "sales", corrected)) == (2, 0, 2, 0)
    further = file(*SALES[:3], "S1,2025-01-02 10:00,C,A,1,9.50")
    assert counts(await load(trade, "sales", further)) == (0, 1, 0, 0)
    assert [int(row["on_hand"]) for row in await rows(company, "select on_hand from stock_balance")] == [4]
    assert (await reconcile(company)).clean


async def test_what_was_cut_off_is_run_again_and_ends_the_same(company, trade, file, rows, monkeypatch):
    monkeypatch.setitem(chunking.KINDS, "sales", chunking.Kind("sales.record_past_sales", 2, in_order=True, whole=True))
    path = file(SALES[0], *(f"S{i},2025-01-02 10:{i:02d},C,A,{1 + i % 2},9" for i in range(6)))
    written = 0

    def cut(lines: int) -> None:
        nonlocal written
        written += lines
        if written >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await run(trade, "sales", table_of("sales", path), "file", advance=cut)
    again = await load(trade, "sales", path)
    assert again.accepted + again.unchanged == 6
    assert again.unchanged >= 4
    assert [int(row["on_hand"]) for row in await rows(company, "select on_hand from stock_balance")] == [1]
    assert (await reconcile(company)).clean


async def test_who_may_not_is_told_so_for_every_row(company, file):
    path = file("code,name", "1,x", "2,y")
    told = await load(caller_of(company, "keeper"), "partners", path)
    assert (counts(told), dict(told.codes)) == ((0, 0, 0, 2), {"forbidden": 2})


async def test_chunks_on_their_way_together_do_not_mix(company, owner, file, rows, monkeypatch):
    monkeypatch.setitem(chunking.KINDS, "products", chunking.Kind("masterdata.save_products", 10))
    await make_unit(owner, "个")
    lines = [f"P{i},Tea,个,Drinks/Tea" for i in range(95)]
    first = await load(owner, "products", file("sku,name,unit,category", *lines))
    assert counts(first) == (95, 0, 0, 0)
    assert len(await rows(company, "select from product")) == 95
    assert len(await rows(company, "select from category")) == 2


def test_what_is_refused_does_not_keep_its_chunk():
    wrong = Refused("exact_duplicate", "number")
    groups = [[Line(2, (), {"sku": "A"}, wrong)], [Line(3, (), {"sku": "B", "price": "x"})]]
    chunk = chunking.made_of(groups, "products", "file", None, set())  # pyright: ignore[reportArgumentType]
    assert [refusal.code for refusal in chunk.refused.values()] == ["exact_duplicate", "not_a_number"]
    assert [refusal.__traceback__ for refusal in chunk.refused.values()] == [None, None]
