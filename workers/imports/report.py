"""Reports: every row that somebody has to look at, and beside it what became of it and why. A report is a file that can
be put right and uploaded again: its own columns mean nothing to an import."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import xlsxwriter

from domain.imports.papers import Row
from domain.tx import Record
from workers.imports.chunks import Group

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_AT_MOST = 1_000_000
# By code, as the app says it in Chinese and in English; a test of the app keeps it so.
SENTENCES: Mapping[str, tuple[str, str]] = orjson.loads(Path(__file__).with_name("sentences.json").read_bytes())
STATUS = {"new": "新增 new", "changed": "更新 changed", "unchanged": "未变 unchanged", "refused": "未导入 refused"}


class CsvReport:
    """For a spreadsheet program: UTF-8 with its mark, and nothing that it would take for a formula."""

    COLUMNS = ("status", "code", "field", "details")

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self.width = len(headings)
        self.file = path.open("w", encoding="utf-8-sig", newline="")
        self.writer = csv.writer(self.file)
        self.writer.writerow(["line", *map(harmless, headings), *self.COLUMNS])

    def __enter__(self) -> "CsvReport":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, group: Group, record: Record) -> None:
        details = orjson.dumps(record.details, default=str).decode() if record.details else ""
        for line in group:
            cells = [harmless(cell) for cell in line.cells[: self.width]]
            cells += [""] * (self.width - len(cells))
            self.writer.writerow([line.number, *cells, record.status, record.code, field_of(record), details])


def field_of(record: Record) -> str:
    """The field within the record: its place in the chunk says nothing to anybody."""
    path = (record.field or "").removeprefix("records.").partition(".")
    return path[2] if path[0].isdecimal() else record.field or ""


def harmless(cell: str) -> str:
    """A text that begins like a formula gets an apostrophe; a negative number stays one."""
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


class Workbook:
    """One sheet: the file's own columns as text, as they stood or were put right, then what there is to say."""

    SAID = (
        "导入状态 Import status",
        "原因 Reason",
        "原因代码 Reason code",
        "出错字段 Which field",
        "导入说明 Import details",
        "原文件行 Source line",
    )

    def __init__(self, path: Path, columns: Sequence[Mapping[str, Any]]) -> None:
        self.columns = columns
        self.book = xlsxwriter.Workbook(
            path, {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False,
                   "strings_to_urls": False, "strings_to_numbers": False},
        )  # fmt: skip
        self.sheet = self.book.add_worksheet("Import")
        self.text = self.book.add_format({"num_format": "@"})
        self.bold = self.book.add_format({"bold": True})
        self.width = max((column["index"] for column in columns), default=-1) + 1
        headings = [""] * self.width
        for column in columns:
            headings[column["index"]] = column["heading"]
        for place, heading in enumerate((*headings, *self.SAID)):
            self.sheet.write_string(0, place, heading, self.bold)
        self.sheet.freeze_panes(1, 0)
        self.rows = 0

    def write(self, row: Row) -> None:
        if self.rows == ROWS_AT_MOST:
            return
        self.rows += 1
        content = row.content
        cells = [*content.get("cells", ())][: self.width]
        cells += [""] * (self.width - len(cells))
        for column in self.columns:
            if (value := (content.get("corrections") or {}).get(column["field"])) is not None:
                cells[column["index"]] = value
        more = {name: content[name] for name in ("details", "warnings", "changes", "proposals") if content.get(name)}
        said = (
            STATUS[row.status], " ".join(SENTENCES.get(row.code or "", ())),
            row.code or "", row.field or "", orjson.dumps(more).decode() if more else "", str(row.line),
        )  # fmt: skip
        for place, cell in enumerate((*cells, *said)):
            if cell:
                self.sheet.write_string(self.rows, place, cell[:32_767], self.text)

    def close(self) -> None:
        self.book.close()
