"""Files as people make them, and files that are something else."""

from pathlib import Path

import pytest

from domain.errors import Refused
from tests.workers.imports.books import sheets_of
from workers.imports.chunks import Line, grouped
from workers.imports.map import Names, document, number
from workers.imports.read import COLUMNS_AT_MOST, LINE_AT_MOST
from workers.imports.report import harmless
from workers.imports.run import table_of
from workers.imports.sheets import SheetInfo, look, rows_of

HERE = Names("Asia/Shanghai", {}, "place")
TEXT = '货号,名称,单位\r\nA-1,"茶, 绿",个\r\n\r\nB-2,"两\n行",箱\r\n'


def written(path: Path, content: bytes) -> Path:
    file = path / "file.csv"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_gives_the_same_rows(tmp_path, encoding):
    file = written(tmp_path, TEXT.encode(encoding))
    assert [(row.line, row.cells) for row in rows_of(file)] == [
        (1, ["货号", "名称", "单位"]), (2, ["A-1", "茶, 绿", "个"]), (4, ["B-2", "两\n行", "箱"]),
    ]  # fmt: skip
    assert sheets_of(file) == [SheetInfo("", 5, 3)]


@pytest.mark.parametrize("count", [1, 3, 200, 300, 1000])
def test_a_text_is_looked_at_and_read_in_one_go(tmp_path, count):
    file = written(tmp_path, "".join(f"A-{n},茶\n" for n in range(300)).encode())
    [(about, first)], rest = look(file, count, on=True)
    assert (about.rows, len(first)) == (300, min(count, 300))
    assert rest is not None
    assert first + list(rest) == list(rows_of(file))
    assert look(file, count) == ([(about, first)], None)


def test_what_is_wrong_far_down_is_told_where_it_is_read(tmp_path):
    file = written(tmp_path, b"sku,name\n" + b"A,B\n" * 1000 + b"," * COLUMNS_AT_MOST + b"\n")
    [(_, first)], rest = look(file, 10, on=True)
    assert len(first) == 10
    assert rest is not None
    with pytest.raises(Refused, match="too_many_columns"):
        list(rest)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_end_in_every_way_and_the_last_need_not(tmp_path, end, last):
    file = written(tmp_path, f"sku,name{end}A,茶{end * last}".encode())
    assert sheets_of(file) == [SheetInfo("", 2, 2)]
    assert [row.cells for row in rows_of(file)] == [["sku", "name"], ["A", "茶"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    file = written(tmp_path, f'Title\nsku{delimiter}"name,;"{delimiter}unit\n'.encode())
    assert [row.cells for row in rows_of(file)] == [["Title"], ["sku", "name,;", "unit"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf\r\n", "empty_file"),
        (b"sku,name\x00,unit\n", "not_csv"),
        (b'sku,name\n"A" x,1\n', "not_csv"),
        (b'sku,name\n"A,1\n', "not_csv"),
        (b"caf\xe9,1\n", "encoding_unknown"),
        ("货号,名称".encode()[:-1], "file_unreadable"),
        (b"a" * (LINE_AT_MOST + 1), "line_too_long"),
        (b"," * COLUMNS_AT_MOST, "too_many_columns"),
        (b"<html><table><tr><td>sku</td></tr></table>", "file_not_supported"),
        (b"%PDF-1.7 and so on", "file_not_supported"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, code):
    file = written(tmp_path, content)
    with pytest.raises(Refused) as refusal:
        list(rows_of(file))
    assert refusal.value.code == code


def test_a_file_without_what_is_needed_names_it(tmp_path):
    with pytest.raises(Refused) as refusal:
        table_of("products", written(tmp_path, b"colour,size\nred,1\n"))
    assert (refusal.value.code, refusal.value.details) == ("columns_missing", {"columns": ["sku", "name", "unit"]})


@pytest.mark.parametrize(
    ("text", "plain"),
    [("1,234.50", "1234.50"), ("￥12.5", "12.5"), ("１２．５", "12.5"), ("-3", "-3"), ("(5)", "-5")],
)
def test_numbers_as_people_write_them(text, plain):
    assert number(text.removeprefix("￥"), "price") == plain


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2010-12-01 08:26:00", "2010-12-01T08:26:00+08:00"), ("2010/12/1 8:26", "2010-12-01T08:26:00+08:00"),
        ("2010年12月1日", "2010-12-01T00:00:00+08:00"),
    ],
)  # fmt: skip
def test_dates_are_in_the_companys_zone(text, iso):
    assert HERE.moment(text, inward=True) == iso


def test_what_goes_out_on_a_day_without_a_time_comes_last():
    assert HERE.moment("2010-12-01", inward=False) == "2010-12-01T23:59:59.999999+08:00"


@pytest.mark.parametrize("text", ["", "yesterday", "2010-13-01", "2010-02-30", "2010-12-01 25:00"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(Refused, match="not_a_date"):
        HERE.moment(text, inward=True)


def sale(place: int, number: str, **values: str) -> Line:
    return Line(place, [], {"number": number, "date": "2010-12-01", "sku": "A", "quantity": "1", **values})


def test_rows_of_one_number_are_one_document_in_the_order_of_their_last_rows():
    lines = [sale(i, number) for i, number in enumerate(["1", "2", "1", "3"])]
    assert [[line.number for line in group] for group in grouped(lines)] == [[1], [0, 2], [3]]


def test_goods_with_negative_quantities_come_back():
    body = document([sale(1, "C1", quantity="-2", unit_price="3").values], "file", HERE)
    assert (body["kind"], body["lines"]) == ("return", [{"sku": "A", "quantity": "2", "unit_price": "3"}])
    with pytest.raises(Refused, match="mixed_signs"):
        document([sale(1, "C1").values, sale(2, "C1", quantity="-1").values], "file", HERE)


@pytest.mark.parametrize(("cell", "shown"), [("=1+1", "'=1+1"), ("-5.20", "-5.20"), ("@x", "'@x"), ("茶", "茶")])
def test_a_report_holds_no_formula(cell, shown):
    assert harmless(cell) == shown
