"""What a spreadsheet reads of the files: the same texts, numbers and dates, and never a formula."""

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from api.exports.columns import Column, Kind
from api.exports.words import Words
from workers.exports import workbook
from workers.exports.cells import Manner
from workers.exports.table import MARK, Table, dangerous, guarded
from workers.exports.workbook import Workbook

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZH, EN, KEYS = Manner("zh", False, SHANGHAI), Manner("en", False, SHANGHAI), Manner("en", True, SHANGHAI)
FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A1", "'=1", "''@x",
    '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0", "@", "=", "<r><t>x</t></r>",
    "<r></is></c><c r=\"A9\"><f>1+1</f></c><c t=\"inlineStr\"><is></r>", "_x003D_1+1", '","=1',
]  # fmt: skip
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
ANY_TEXT = st.one_of(
    TEXTS, st.sampled_from(FORMULAS), st.builds(str.__add__, st.sampled_from("=+-@\t\r＝＋－＠'<"), TEXTS)
)
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**13), max_value=10**13, places=4)


def column(kind: Kind, key: str = "x", scalar: str = "") -> Column:
    return Column(key, kind, scalar, Words("栏", "Column"), True)


def table(columns: list[Column], rows: list[dict[str, Any]], manner: Manner = EN) -> list[list[str]]:
    made = Table(columns, manner)
    text = (made.head() + made.page(rows)).decode()
    assert text.startswith(MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(MARK), newline="")))


def sheets(path: Path, columns: list[Column], rows: list[dict[str, Any]], manner: Manner = EN) -> list[list[list[Any]]]:
    made = Workbook(path, "Things", columns, manner)
    made.page(rows)
    made.close()
    book = CalamineWorkbook.from_path(str(path))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


@given(st.lists(ANY_TEXT, min_size=1, max_size=20))
@example(FORMULAS)
def test_no_text_in_csv_begins_like_a_formula(texts: list[str]) -> None:
    [_, *rows] = table([column("text")], [{"x": text} for text in texts])
    for text, cell in zip(texts, (row[0] if row else "" for row in rows), strict=True):
        assert not cell[:1] or cell[0] not in "=+-@\t\r\n＝＋－＠"
        assert (cell[1:] if dangerous(cell) else cell) == text, "nothing is lost"


@given(st.lists(ANY_TEXT, min_size=1, max_size=20))
@example(FORMULAS)
@settings(deadline=None)
def test_texts_of_a_workbook_are_texts(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("book") / "x.xlsx"
    [[_, *rows]] = sheets(path, [column("text", "y"), column("text")], [{"x": text, "y": "."} for text in texts])
    with ZipFile(path) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml").replace(b"&lt;f&gt;", b"")
    for text, row in zip(texts, rows, strict=True):
        kept = text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
        assert row[1] == kept


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
@settings(deadline=None)
def test_numbers_stay_numbers_to_the_digit(tmp_path_factory: pytest.TempPathFactory, amounts: list[Decimal]) -> None:
    texts = [format(amount, "f") for amount in amounts]
    rows = [{"x": text, "y": "."} for text in texts]
    assert [row[0] for row in table([column("number")], rows)[1:]] == texts
    path = tmp_path_factory.mktemp("book") / "x.xlsx"
    [[_, *found]] = sheets(path, [column("number"), column("text", "y")], rows)
    for amount, text, row in zip(amounts, texts, found, strict=True):
        exact = len(amount.normalize().as_tuple().digits) <= workbook.DIGITS
        assert row[0] == float(text) if exact else row[0] == text


def test_values_are_told_in_the_language_of_the_reader(tmp_path: Path) -> None:
    columns = [
        column("date", "on"), column("time", "at"), column("flag", "ok"), column("choice", "state", "SalesOrderStatus"),
        column("text", "of.name"), column("text", "codes.code"), column("whole", "n"), column("number", "none"),
    ]  # fmt: skip
    row = {
        "on": "2026-02-28", "at": "2026-02-28T16:30:00.25+00:00", "ok": True, "state": "DRAFT", "of": {"name": "茶"},
        "codes": [{"code": "690"}, {"code": "691"}], "n": -3, "none": None,
    }  # fmt: skip
    told = ["2026-02-28", "2026-03-01 00:30:00", "是", "草稿", "茶", "690, 691", "-3", ""]
    assert table(columns, [row], ZH)[1] == told
    assert table(columns, [row], EN)[1][2:4] == ["Yes", "Draft"]
    assert table(columns, [row], KEYS) == [[one.key for one in columns], [*told[:2], "true", "DRAFT", *told[4:]]]
    assert table(columns, [row | {"of": None, "codes": []}], ZH)[1][4:6] == ["", ""]
    [[head, cells]] = sheets(tmp_path / "x.xlsx", columns, [row], ZH)
    assert head == ["栏"] * len(columns)
    assert cells[0] == dt.date(2026, 2, 28)
    assert cells[1] == dt.datetime(2026, 3, 1, 0, 30)
    assert cells[2:7] == ["是", "草稿", "茶", "690, 691", -3]


def test_a_full_sheet_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS", 3)
    found = sheets(tmp_path / "x.xlsx", [column("whole")], [{"x": n} for n in range(7)])
    assert found == [[["Column"], *[[n] for n in part]] for part in ([0, 1, 2], [3, 4, 5], [6])]


def test_a_cell_that_is_too_long_ends_early_and_is_counted(tmp_path: Path) -> None:
    made = Workbook(tmp_path / "x.xlsx", "Things", [column("text")], EN)
    made.page([{"x": "x" * 40_000}, {"x": "<r>" + "&" * 20_000 + "</r>"}])
    made.close()
    assert made.shortened == 1
    [_, [long], [markup]] = CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_index(0).to_python()
    assert long == "x" * 32_767
    assert markup == " <r>" + "&" * 20_000 + "</r>"


def test_the_guard_can_be_taken_away_again() -> None:
    assert [guarded(text) for text in ("=1", "'=1", "x=1", "", "'tis")] == ["'=1", "''=1", "x=1", "", "'tis"]
