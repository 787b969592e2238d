"""CSV as spreadsheets open it: UTF-8 with its mark, and no text that they would take for a formula."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from api.exports.columns import Column
from workers.exports.cells import Manner, taker, teller

MARK = "\ufeff"
# What a spreadsheet may take for a formula, full-width signs included, and what this guard made of such a text before:
# one apostrophe more can be taken away again, and nothing is lost.
dangerous = re.compile("'*[=+\\-@\t\r\n＝＋－＠]").match
NUMERIC = {"number", "whole", "date", "time"}  # ours: digits, and a minus that is one


def guarded(text: str) -> str:
    return f"'{text}" if dangerous(text) else text


class Table:
    """Pieces of a CSV file: `head()` first, then pages of rows."""

    def __init__(self, columns: Sequence[Column], manner: Manner) -> None:
        self.headings = [guarded(manner.heading(column)) for column in columns]
        self.cells = [cell(column, manner) for column in columns]

    def head(self) -> bytes:
        return (MARK + written([self.headings])).encode()

    def page(self, rows: Iterable[Mapping[str, Any]]) -> bytes:
        return written([one(row) for one in self.cells] for row in rows).encode()


def cell(column: Column, manner: Manner) -> Callable[[Mapping[str, Any]], str]:
    take, tell = taker(column.key), teller(column, manner)
    if column.kind in NUMERIC:
        return lambda row: "" if (value := take(row)) is None else tell(value)
    return lambda row: "" if (value := take(row)) is None else guarded(tell(value))


def written(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()
