"""What stands in a workbook's cells, as text."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from domain.errors import Refused
from tests.workers.imports.books import book, detected_in, sheets_of, table, write
from tests.workers.imports.old_books import old_book
from workers.imports.sheets import Row, SheetInfo, look, rows_of

FORMATS = {datetime: "yyyy-mm-dd hh:mm:ss", date: "yyyy/m/d", time: "hh:mm"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.1, "12.1"), (0.1 + 0.2, "0.3"), (6901234567892, "6901234567892"), (1998.5, "1998.5"), (-3, "-3"), (0, "0"),
        (0.00001, "0.00001"), (100 / 3, "33.3333333333333"), (999999999999999, "999999999999999"),
        (123456789012345678, "1.23456789012346E+17"), (1e21, "1E+21"), (True, "TRUE"), (False, "FALSE"),
        (" 茶 ", " 茶 "), ("=1+1", "=1+1"), ("007", "007"), ("a\nb", "a\nb"), ("#N/A", "#N/A"),
        (date(2026, 3, 5), "2026-03-05"), (datetime(2026, 3, 5, 8, 26), "2026-03-05 08:26:00"),
        (time(8, 26), "08:26:00"),
    ],
)  # fmt: skip
def test_a_value_becomes_the_text_that_is_seen(tmp_path, value, text):
    def fill(workbook: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        if form := FORMATS.get(type(value)):
            sheet.write_datetime("A1", value, workbook.add_format({"num_format": form}))
        elif isinstance(value, str):
            sheet.write_string("A1", value)
        else:
            sheet.write(0, 0, value)

    assert [row.cells for row in rows_of(book(tmp_path / "file.xlsx", fill))] == [[text]]


def test_formulas_show_what_they_came_to_errors_too(tmp_path):
    def fill(workbook: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        sheet.write_formula("A1", "=6*7", None, 42)
        sheet.write_formula("B1", '="x"&"y"', None, "xy")
        sheet.write_formula("C1", "=NA()", None, "#N/A")
        sheet.write_formula("D1", "=1/0", None, "#DIV/0!")
        sheet.write("E1", "end")

    (row,) = rows_of(book(tmp_path / "file.xlsx", fill))
    assert row.cells == ["42", "xy", "#N/A", "#DIV/0!", "end"]


def test_a_merged_cell_is_seen_in_all_its_cells_which_are_told_apart(tmp_path):
    def fill(workbook: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        sheet.merge_range("B2:C3", "饮料")
        sheet.write_column("D2", ["可乐", "雪碧", "醋"])
        sheet.merge_range("B5:B6", "")

    assert list(rows_of(book(tmp_path / "file.xlsx", fill))) == [
        Row(2, ["", "饮料", "饮料", "可乐"], (2,)), Row(3, ["", "饮料", "饮料", "雪碧"], (1, 2)),
        Row(4, ["", "", "", "醋"]),
    ]  # fmt: skip


def sheets(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("空")
        write(workbook.add_worksheet("说明 & <1>"), [["x"]], top=4)
        hidden = workbook.add_worksheet("hidden")
        write(hidden, [["a", "b"], ["1", "2"]])
        hidden.hide()
        workbook.add_chartsheet("chart")
    return path


def test_sheets_are_listed_and_read_by_name(tmp_path):
    path = sheets(tmp_path / "file.xlsx")
    assert sheets_of(path)[:3] == [
        SheetInfo("空", 0, 0),
        SheetInfo("说明 & <1>", 5, 1),
        SheetInfo("hidden", 2, 2, True),
    ]
    assert list(rows_of(path)) == [Row(5, ["x"])]
    assert [row.cells for row in rows_of(path, "hidden", first=1)] == [["a", "b"]]
    assert list(rows_of(path, "空")) == []
    with pytest.raises(Refused, match="sheet_not_found"):
        next(rows_of(path, "other"))


def test_a_workbook_goes_on_where_one_sheet_is_to_be_seen(tmp_path):
    path = sheets(tmp_path / "file.xlsx")  # one with a title, a hidden one, an empty one
    looked, rest = look(path, 1, on=True)
    assert rest is not None
    assert [row for _, rows in looked for row in rows] + list(rest) == list(rows_of(path))

    def fill(workbook: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        write(sheet, [["a"], ["1"]])
        write(workbook.add_worksheet("two"), [["b"], ["2"]])

    looked, rest = look(book(tmp_path / "two.xlsx", fill), 1, on=True)
    assert [[row.cells for row in rows] for _, rows in looked] == [[["a"]], [["b"]]]
    assert rest is None


def test_a_workbook_without_anything_is_empty(tmp_path):
    with pytest.raises(Refused, match="empty_file"):
        next(rows_of(table(tmp_path / "file.xlsx", [])))


def test_old_workbooks_are_read_as_well(tmp_path):
    path = tmp_path / "file.xls"
    path.write_bytes(old_book({(0, 0): "货号", (0, 1): "条码", (2, 0): "A", (2, 1): 6901234567892.0}, "商品"))
    assert sheets_of(path) == [SheetInfo("商品", 3, 2)]
    assert list(rows_of(path)) == [Row(1, ["货号", "条码"]), Row(3, ["A", "6901234567892"])]


def test_a_sheet_that_cannot_be_read_does_not_hide_the_others(tmp_path):
    def fill(workbook: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, list(range(500)))
        write(workbook.add_worksheet("fine"), [["sku", "qty"], ["A", 1]])

    path = book(tmp_path / "file.xlsx", fill)
    assert detected_in(path, "opening_stock").sheet == "fine"
    with pytest.raises(Refused, match="too_many_columns"):
        list(rows_of(path))
