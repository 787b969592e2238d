"""What a sheet is taken for: shops' own, and exports of other systems."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.imports import books
from tests.workers.imports.books import detected_in
from workers.imports.detect import detect, signature
from workers.imports.headings import LOOKUP, NAMES, REQUIRED, SOURCES
from workers.imports.sheets import Row, rows_of
from workers.imports.table import LeftOut, body


def rows(*cells: list[str]) -> list[Row]:
    return [Row(line, row) for line, row in enumerate(cells, start=1)]


def fields(detected) -> dict[str, str]:
    return {column.field: column.heading for column in detected.columns if column.field}


def test_a_stock_take_with_titles_merged_cells_and_totals(tmp_path):
    path = books.book(tmp_path / "take.xlsx", books.stock_take, "盘点")
    detected = detected_in(path)
    assert (detected.kind, detected.sheet, detected.heading_row) == ("opening_stock", "盘点", 4)
    assert fields(detected) == {
        "sku": "货号", "quantity": "实盘数量", "value": "金额", "warehouse": "仓库", "date": "日期",
    }  # fmt: skip
    assert detected.missing == []
    found = [(row.line, detected.reader()(row)) for row in body(rows_of(path, "盘点"), detected)]
    day = {"warehouse": "总仓", "date": "2026-03-31"}
    assert found == [
        (5, {"sku": "0012", "quantity": "3箱5个", "value": "231.5", **day}),
        (6, {"sku": "0013", "quantity": "12", "value": "36", **day}),
        (8, {"sku": "0101", "quantity": "－2", "value": "-9", **day}),
    ]
    assert detected.left_out == LeftOut(titles=3, totals=2, notes=1)


@pytest.mark.parametrize(
    ("table", "kind", "source", "heading_row", "values"),
    [
        (books.JSHERP, "products", "jsherp", 2, {"sku": "1000", "name": "商品1", "unit": "个", "pack_size": "12"}),
        (
            books.JSHERP_CUSTOMERS,
            "partners",
            "jsherp",
            2,
            {"name": "客户1", "phone": "13000000000", "address": "地址1"},
        ),
        (books.ERPNEXT, "products", "erpnext", 1, {"sku": "T-1", "unit": "Nos", "barcodes": "6901234567892"}),
        (books.ERPNEXT_TEMPLATE, "products", "erpnext", 10, {"sku": "T-1", "name": "Tea", "unit": "Nos"}),
        (books.INVENTREE, "products", "inventree", 1, {"sku": "SC-0007", "name": "M2x4 LPHS", "unit": "pcs"}),
        (books.ODOO, "products", "odoo", 1, {"sku": "FURN-7", "price": "49", "unit": "Units"}),
        (books.ODOO_NAMES, "products", "odoo", 1, {"sku": "FURN-7", "price": "49.0", "barcodes": "6901234567892"}),
    ],
)
def test_exports_of_other_systems_are_recognised(tmp_path, table, kind, source, heading_row, values):
    path = books.table(tmp_path / "export.xlsx", table)
    detected = detected_in(path)
    assert (detected.kind, detected.source, detected.heading_row) == (kind, source, heading_row)
    first = next(body(rows_of(path), detected))
    assert detected.reader()(first).items() >= values.items()


@pytest.mark.parametrize(
    ("headings", "row", "kind"),
    [
        ("商品编码 商品名称 单位 售价", "A 茶 个 1", "products"),
        ("客户名称 联系人 手机", "林记 林 13800138000", "partners"),
        ("货号 新价格", "A 2.5", "price_list"),
        ("货号 仓库 期初数量 期初金额", "A 总仓 5 9", "opening_stock"),
        ("订单号 供应商 货号 数量 单价 交货日期", "P1 五常 A 5 1 2026-3-5", "purchase_orders"),
        ("销售订单号 客户 货号 订货数量 单价", "S1 林记 A 5 1", "sales_orders"),
        ("单据编号 单据日期 客户 货号 数量 单价 金额", "X1 2026-3-5 林记 A 5 1 5", "sales"),
        ("InvoiceNo StockCode Quantity InvoiceDate UnitPrice CustomerID", "1 A 5 2011-12-05 1 C", "sales"),
    ],
)
def test_the_kind_of_a_table_is_guessed(headings, row, kind):
    detected = detect(rows(headings.split(), row.split()))
    assert (detected.kind, detected.missing) == (kind, ["code"] if kind == "partners" else [])


def test_what_a_title_says_decides_between_orders():
    headings = ["单号", "往来单位", "货号", "数量"]
    row = ["1", "林记", "A", "5"]
    assert detect(rows(["采购订单"], headings, row)).kind == "purchase_orders"
    assert detect(rows(headings, row), "销售订单").kind == "sales_orders"


def test_the_values_of_a_column_weigh_against_its_heading():
    """Two columns that may be the price: the one with prices is."""
    table = rows(["货号", "名称", "单位", "售价", "单价"], *[[str(n), "茶", "个", "面议", f"{n}.50"] for n in range(9)])
    assert fields(detect(table, kind="products"))["price"] == "单价"


def test_a_column_of_valid_codes_is_barcodes_whatever_it_is_called():
    table = rows(["货号", "名称", "单位", "69"], ["1", "茶", "个", "6901234567892"])
    assert fields(detect(table, kind="products"))["barcodes"] == "69"


def test_two_columns_of_barcodes_are_one_field_and_a_second_price_is_none():
    table = rows(["货号", "名称", "单位", "条码", "条形码", "零售价", "售价"], ["1", "茶", "个", "2", "3", "4", "5"])
    detected = detect(table, kind="products")
    assert detected.reader()(table[1])["barcodes"] == "2;3"
    assert fields(detected)["price"] == "零售价"


def test_units_totals_and_repeated_headings_are_left_out_and_counted():
    headings = ["货号", "名称", "单位", "零售价(元)"]
    table = rows(
        ["商品资料"], headings, ["", "", "", "(元)"], ["1", "茶", "个", "2"], ["", "小计：", "", "2"], headings,
        ["2", "Total 高露洁", "支", "9"], ["合 计", "", "", "11"], ["", "", "", ""],
    )  # fmt: skip
    detected = detect(table)
    assert [row.cells[0] for row in body(table, detected)] == ["1", "2"]
    assert detected.left_out == LeftOut(titles=1, units=1, headings=1, totals=2, notes=1)


def test_an_amount_in_a_merged_cell_is_counted_once():
    table = [
        Row(1, ["单号", "日期", "货号", "数量", "金额"]),
        Row(2, ["X1", "2026-3-5", "A", "1", "9"]),
        Row(3, ["X1", "2026-3-5", "B", "1", "9"], (0, 1, 4)),
    ]
    detected = detect(table, kind="sales")
    assert detected.reader()(table[1])["amount"] == "9"
    assert detected.reader()(table[2]) == {"number": "X1", "date": "2026-3-5", "sku": "B", "quantity": "1"}


def test_a_person_says_where_the_headings_are_and_what_the_table_is():
    table = rows(["sku", "qty"], ["货号", "数量"], ["A", "1"])
    detected = detect(table, kind="opening_stock", heading_row=2)
    assert (detected.heading_row, detected.headings, detected.kind) == (2, ["货号", "数量"], "opening_stock")


def test_two_rows_of_headings_are_found_again_by_the_last():
    table = rows(["货号", "期初", ""], ["", "数量", "金额"], ["A", "1", "9"])
    found = detect(table, kind="opening_stock")
    assert (found.heading_row, found.headings) == (2, ["货号", "数量", "金额"])
    assert detect(table, kind="opening_stock", heading_row=2) == found
    assert detect(table, kind="opening_stock", heading_row=1).headings == ["货号", "期初", ""]


@pytest.mark.parametrize("table", [[], rows(["x"]), rows(["1", "2"], ["3", "4"])])
def test_what_is_no_known_table_is_still_shown(table):
    detected = detect(table)
    assert detected.missing == ["sku", "name", "unit"]
    assert not fields(detected)


def test_a_signature_knows_a_table_again():
    assert signature(["货 号*", "单价（元）", ""]) == signature(["货号", "单价"])
    assert signature(["货号", "单价"]) != signature(["单价", "货号"])


def test_every_field_is_one_that_is_known_and_every_name_means_one_field():
    for kind, names in NAMES.items():
        assert set(REQUIRED[kind]) <= names.keys()
        assert sum(len(set(words.split())) for words in names.values()) == len(LOOKUP[kind]), kind
    for source in SOURCES:
        assert set(source.fields.values()) <= NAMES[source.kind].keys()
        assert len(source.marks) > 1


WORDS = st.one_of(
    st.sampled_from(
        [
            "货号",
            "名称",
            "数量",
            "合计",
            "(元)",
            "Column Labels:",
            "Column Name:",
            "~",
            "DocType:",
            "",
            "12",
            "2026/3/5",
        ]
    ),
    st.text(max_size=8),
)
ROWS = st.lists(st.lists(WORDS, max_size=6), max_size=12)


@given(ROWS, st.sampled_from([None, *NAMES]), st.none() | st.integers(0, 13))
def test_every_table_is_something_and_no_row_is_lost(cells, kind, heading_row):
    table = rows(*cells)
    detected = detect(table, kind=kind, heading_row=heading_row)
    assert kind in (None, detected.kind)
    data = list(body(table, detected))
    left = detected.left_out
    heading = any(row.line == detected.heading_row for row in table)
    assert len(data) + left.titles + left.units + left.headings + left.totals + left.notes + heading == len(table)
    for row in data:
        detected.reader()(row)
