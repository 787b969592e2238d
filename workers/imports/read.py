"""Reads a table from text that anybody may have made: finds out encoding and delimiter, and keeps to limits. Runs in
the child process."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from domain.errors import Refused

About = tuple[str, int, int, bool]  # what sheets.SheetInfo is made of
Found = tuple[int, list[str], tuple[int, ...]]  # and sheets.Row

COLUMNS_AT_MOST = 200
LINE_AT_MOST = 100_000  # characters
RECORD_AT_MOST = 1_000_000  # characters of one row, which quotation marks can stretch over many lines
BLOCK = 1 << 20
OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"  # what workbooks begin with
DELIMITERS = ",;\t|"
MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
BEGINNINGS = {  # of what is no text
    b"%PDF": "pdf",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"Rar!": "archive",
    b"7z\xbc\xaf": "archive",
    b"\x1f\x8b": "archive",
    b"PK": "archive",
    b"{\\rtf": "rtf",
}
PAGES = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<div")  # as many programs export under the name .xls


def is_workbook(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(8).startswith((OLE, ZIP))


class Text:
    """One table. Refuses, as it is opened: empty_file, encoding_unknown, file_not_supported, file_unreadable,
    not_csv."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        file.seek(0)
        start = file.read(4096)
        if not start.strip(b"\0 \t\r\n\xef\xbb\xbf"):
            raise Refused("empty_file")
        if kind := kind_of(start):
            raise Refused("file_not_supported", kind=kind)
        encodings = encodings_of(start)
        for encoding in encodings:
            if (lines := self.lines_in(encoding)) is not None:
                self.encoding, self.lines = encoding, lines
                self.delimiter = self.find_delimiter()
                return
        raise Refused("encoding_unknown", tried=list(encodings))

    def sheets(self) -> list[About]:
        columns = max((len(cells) for _, (_, cells, _) in zip(range(20), self.rows(), strict=False)), default=0)
        return [("", self.lines, columns, False)]

    def rows(self, name: str | None = None) -> Iterator[Found]:
        """All rows that are not empty. Refuses: not_csv, line_too_long, sheet_not_found, too_many_columns."""
        if name:
            raise Refused("sheet_not_found", sheet=name)
        fed = Fed(self.opened())
        reader = csv.reader(fed, delimiter=self.delimiter, strict=True)
        begin = 1
        try:
            for cells in reader:
                if len(cells) > COLUMNS_AT_MOST:
                    raise Refused("too_many_columns", line=begin, columns=len(cells), limit=COLUMNS_AT_MOST)
                if any(cells):
                    yield begin, cells, ()
                begin = reader.line_num + 1
                fed.size = 0
        except csv.Error as wrong:
            raise Refused("not_csv", line=begin, reason=str(wrong)) from None

    def opened(self) -> io.TextIOWrapper:
        self.file.seek(0)
        return Kept(self.file, encoding=self.encoding, newline="")

    def lines_in(self, encoding: str) -> int | None:
        """None: the file is not in this encoding. Refuses: file_unreadable, not_csv."""
        decoder, foreign = codecs.getincrementaldecoder(encoding)(), False
        feeds = returns = 0  # old Macs end lines with returns alone
        last = ""
        self.file.seek(0)
        while True:
            block = self.file.read(BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                if not block and foreign and encoding != "gb18030":  # all was well, but the last character is not whole
                    raise Refused("file_unreadable", reason="cut") from None
                return None
            if "\0" in text:
                raise Refused("not_csv", reason="binary")
            foreign = foreign or not text.isascii()
            feeds, returns = feeds + text.count("\n"), returns + text.count("\r")
            last = text[-1:] or last
            if not block:
                return max(feeds, returns) + (last not in "\r\n")

    def find_delimiter(self) -> str:
        """What stands most often in the first line that has any of them."""
        file = self.opened()
        for _ in range(20):
            line = file.readline(LINE_AT_MOST)
            outside = "".join(line.split('"')[::2])
            best = max(DELIMITERS, key=outside.count)
            if best in outside:
                return best
        return ","


class Kept(io.TextIOWrapper):
    """Leaves the file open when it goes."""

    def __del__(self) -> None:
        self.detach()


class Fed:
    """Lines for the reader of one row after another. `size`: of the row so far. Refuses: line_too_long."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self.file, self.number, self.size = file, 0, 0

    def __iter__(self) -> Iterator[str]:
        while line := self.file.readline(LINE_AT_MOST + 1):
            self.number += 1
            self.size += len(line)
            if len(line) > LINE_AT_MOST or self.size > RECORD_AT_MOST:
                raise Refused("line_too_long", line=self.number, limit=LINE_AT_MOST)
            yield line


def kind_of(start: bytes) -> str | None:
    for beginning, kind in BEGINNINGS.items():
        if start.startswith(beginning):
            return kind
    return "html" if start.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(PAGES) else None


def encodings_of(start: bytes) -> tuple[str, ...]:
    """UTF-16 without a mark shows by its zeros: those of what is ASCII stand all on one side."""
    for mark, encoding in MARKS.items():
        if start.startswith(mark):
            return (encoding,)
    even, odd = start[::2].count(0), start[1::2].count(0)
    if even + odd > len(start) // 10 and not (even and odd):
        return ("utf-16-be" if even else "utf-16-le",)
    return "utf-8-sig", "gb18030"
