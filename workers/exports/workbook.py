"""A workbook, row by row to the disk: texts are texts whatever they begin with, numbers are numbers while a double
holds all their digits, dates are dates."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from api.exports.columns import Column
from workers.exports.cells import Manner, local, taker, teller

ROWS = 1_048_575  # of a sheet, beside its headings
DIGITS = 15  # that a double keeps whatever they are
LONGEST = 32_767  # characters of a cell
FORMATS = {"date": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm:ss"}
WIDTHS = {"text": 24, "id": 38, "number": 13, "whole": 9, "flag": 9, "date": 12, "time": 20, "choice": 14}
DAY_ZERO = dt.datetime(1899, 12, 30)
no_xml = re.compile("[\ufffe\uffff]").sub  # nor any other way to write them

Put = Callable[[Worksheet, int, int, Any], None]


class Workbook:
    """`shortened` counts the cells that were longer than a workbook's may be, and end early."""

    def __init__(self, path: Path, title: str, columns: Sequence[Column], manner: Manner) -> None:
        self.book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
        self.title, self.columns, self.manner = title, columns, manner
        self.headings = [manner.heading(column) for column in columns]
        self.bold = self.book.add_format({"bold": True})
        self.formats = {kind: self.book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        self.cells = [(taker(column.key), self.put(column)) for column in columns]
        self.shortened = self.sheets = 0
        self.begin()

    def begin(self) -> None:
        self.sheets += 1
        self.sheet = self.book.add_worksheet(self.title if self.sheets == 1 else f"{self.title} {self.sheets}")
        self.sheet.freeze_panes(1, 0)
        for at, column in enumerate(self.columns):
            self.sheet.set_column(at, at, WIDTHS[column.kind])
            self.sheet.write_string(0, at, self.headings[at], self.bold)
        self.filled = 0

    def page(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            if self.filled == ROWS:
                self.end()
                self.begin()
            self.filled += 1
            for at, (take, put) in enumerate(self.cells):
                if (value := take(row)) is not None:
                    put(self.sheet, self.filled, at, value)

    def end(self) -> None:
        self.sheet.autofilter(0, 0, self.filled, len(self.columns) - 1)

    def close(self) -> None:
        self.end()
        self.book.close()

    def put(self, column: Column) -> Put:
        match column.kind:
            case "number":
                return self.number
            case "whole":
                return lambda sheet, row, at, value: drop(sheet.write_number(row, at, value))
            case "date":
                return lambda sheet, row, at, value: self.moment(
                    sheet, row, at, dt.datetime.fromisoformat(value), "date"
                )
            case "time":
                zone = self.manner.zone
                return lambda sheet, row, at, value: self.moment(sheet, row, at, local(value, zone), "time")
            case "flag" if self.manner.keys:
                return lambda sheet, row, at, value: drop(sheet.write_boolean(row, at, value))
            case _:
                tell = teller(column, self.manner)
                return lambda sheet, row, at, value: self.text(sheet, row, at, tell(value))

    def number(self, sheet: Worksheet, row: int, at: int, value: str) -> None:
        if len(value) <= DIGITS or len(Decimal(value).normalize().as_tuple().digits) <= DIGITS:
            sheet.write_number(row, at, float(value))
        else:
            sheet.write_string(row, at, value)

    def moment(self, sheet: Worksheet, row: int, at: int, value: dt.datetime, kind: str) -> None:
        """Days since the spreadsheets' own beginning; what lies before March 1900 they count differently."""
        if value.year < 1901:
            sheet.write_string(row, at, value.isoformat(" ", "seconds")[: 10 if kind == "date" else None])
        else:
            since = value - DAY_ZERO
            sheet.write_number(row, at, since.days + since.seconds / 86_400, self.formats[kind])

    def text(self, sheet: Worksheet, row: int, at: int, value: str) -> None:
        if sheet.write_string(row, at, literal(value)) == -2:
            self.shortened += 1


def literal(value: str) -> str:
    """XlsxWriter passes on as XML what looks like its own rich text: such a text is put inside one that is."""
    value = no_xml("\ufffd", value)
    if value.startswith("<r>") and value.endswith("</r>"):
        whole = f'<r><t xml:space="preserve">{escape(value)}</t></r>'
        return whole if len(whole) <= LONGEST else f" {value}"
    return value


def drop(_: object) -> None:
    """What XlsxWriter says of a cell that cannot fail."""
