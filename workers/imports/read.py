"""Reads a table from a file that anybody may have made: finds out encoding and delimiter, and keeps to limits."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from domain.errors import Refused

COLUMNS_AT_MOST = 200
LINE_AT_MOST = 100_000  # characters
BLOCK = 1 << 20
DELIMITERS = ",;\t"
SPREADSHEETS = {b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0": "xls"}
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Row(NamedTuple):
    """`line`: where it begins in the file, for people who look there."""

    line: int
    cells: list[str]


class Form(NamedTuple):
    encoding: str
    delimiter: str
    lines: int


def form_of(path: Path) -> Form:
    """How the file is written. Refuses: not_csv (what it is instead), encoding_unknown, empty_file."""
    with path.open("rb") as file:
        start = file.read(4)
    for magic, kind in SPREADSHEETS.items():
        if start.startswith(magic):
            raise Refused("not_csv", reason=kind)
    if not start:
        raise Refused("empty_file")
    encodings = ("utf-16",) if start.startswith(UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        if (lines := lines_in(path, encoding)) is not None:
            return Form(encoding, delimiter_of(path, encoding), lines)
    raise Refused("encoding_unknown", tried=list(encodings))


def lines_in(path: Path, encoding: str) -> int | None:
    """None: the file is not in this encoding. Refuses: not_csv."""
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 0
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                return None
            if "\0" in text:
                raise Refused("not_csv", reason="binary")
            lines += text.count("\n")
            if not block:
                return lines


def delimiter_of(path: Path, encoding: str) -> str:
    """What stands most often in the first line that has any of them."""
    with path.open(encoding=encoding, newline="") as file:
        for _ in range(20):
            line = file.readline(LINE_AT_MOST)
            outside = "".join(line.split('"')[::2])
            best = max(DELIMITERS, key=outside.count)
            if best in outside:
                return best
    return ","


def rows_of(path: Path, form: Form) -> Iterator[Row]:
    """All rows that are not empty. Refuses: not_csv, line_too_long, too_many_columns."""
    with path.open(encoding=form.encoding, newline="") as file:
        reader = csv.reader(limited(file), delimiter=form.delimiter, strict=True)
        begin = 1
        try:
            for cells in reader:
                if len(cells) > COLUMNS_AT_MOST:
                    raise Refused("too_many_columns", line=begin, columns=len(cells), limit=COLUMNS_AT_MOST)
                if any(cells):
                    yield Row(begin, cells)
                begin = reader.line_num + 1
        except csv.Error as wrong:
            raise Refused("not_csv", line=begin, reason=str(wrong)) from None


def limited(file: TextIO) -> Iterator[str]:
    number = 0
    while line := file.readline(LINE_AT_MOST + 1):
        number += 1
        if len(line) > LINE_AT_MOST:
            raise Refused("line_too_long", line=number, limit=LINE_AT_MOST)
        yield line
