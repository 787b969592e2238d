"""Reads the sheets of a workbook, XLSX by its guard and calamine, XLS by calamine alone. Runs in the child process."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO, TypeVar

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from domain.errors import Refused
from workers.imports.package import CELLS_AT_MOST, Box, Package
from workers.imports.read import COLUMNS_AT_MOST, OLE, About, Found

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # a stream that an XLSX with a password is wrapped in
MERGED_AT_MOST = 100_000

Range = tuple[tuple[int, int], tuple[int, int]]
T = TypeVar("T")


class Workbook:
    """Refuses, as it is opened: file_encrypted, file_not_supported, file_too_complex, file_unreadable."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        old = file.read(8) == OLE
        if old and ENCRYPTED in file.read():
            raise Refused("file_encrypted")
        self.package = None if old else Package(file)
        self.boxes: dict[str, Box] = {}
        file.seek(0)
        self.book = read(lambda: CalamineWorkbook.from_filelike(file))

    def sheets(self) -> list[About]:
        return [
            self.about(sheet.name, sheet.visible != SheetVisibleEnum.Visible) for sheet in self.book.sheets_metadata
        ]

    def about(self, name: str, hidden: bool) -> About:
        box = self.box(name)
        if box.cells:
            return name, box.bottom, box.right, hidden
        end = self.sheet(name).end  # an old workbook, or one whose cells do not say where they are
        return (name, end[0] + 1, end[1] + 1, hidden) if end else (name, 0, 0, hidden)

    def box(self, name: str) -> Box:
        if name not in self.boxes:
            self.boxes[name] = self.package.box(name) if self.package else Box()
        return self.boxes[name]

    def sheet(self, name: str) -> CalamineSheet:
        """Refuses: file_too_complex, file_unreadable."""
        box = self.box(name)
        if box.places > CELLS_AT_MOST:
            raise Refused("file_too_complex", limit="cells", sheet=name, rows=box.bottom, columns=box.right)
        return read(lambda: self.book.get_sheet_by_name(name))

    def first(self) -> str:
        """The first visible sheet that holds something. Refuses: empty_file."""
        for sheet in self.book.sheets_metadata:
            if sheet.visible == SheetVisibleEnum.Visible and self.about(sheet.name, False)[1]:
                return sheet.name
        raise Refused("empty_file")

    def rows(self, name: str | None = None) -> Iterator[Found]:
        """Refuses: empty_file, file_too_complex, file_unreadable, sheet_not_found, too_many_columns."""
        name = self.first() if name is None else name
        if name not in self.book.sheet_names:
            raise Refused("sheet_not_found", sheet=name)
        box, sheet = self.box(name), self.sheet(name)
        if not sheet.start or not sheet.end:
            return
        if (columns := sheet.end[1] + 1) > COLUMNS_AT_MOST:
            raise Refused("too_many_columns", sheet=name, columns=columns, limit=COLUMNS_AT_MOST)
        carry = Carry(sheet.merged_cell_ranges or ())
        indent = [""] * sheet.start[1]
        for place, cells in enumerate(islice(sheet.iter_rows(), sheet.end[0] + 1)):
            texts = [cell if isinstance(cell, str) else WRITTEN[type(cell)](cell) for cell in cells]
            if indent:
                texts = indent + texts
            for column, error in box.errors.get(place, ()):
                texts[column] = error
            carried = carry.into(place, texts)
            if any(texts):
                yield place + 1, texts, carried


class Carry:
    """Gives the value of a merged cell to all the cells that it covers."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        self.beginning: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)  # row → bottom, left, right
        for (top, left), (bottom, right) in islice(ranges, MERGED_AT_MOST):
            self.beginning[top].append((bottom, left, right))
        self.open: list[tuple[int, int, int, str]] = []

    def into(self, row: int, texts: list[str]) -> tuple[int, ...]:
        """Fills them in; the places that were filled."""
        if row not in self.beginning and not self.open:
            return ()
        filled: list[int] = []
        self.open = [merged for merged in self.open if merged[0] >= row]
        for _, left, right, text in self.open:
            filled += fill(texts, left, right, text)
        for bottom, left, right in self.beginning.pop(row, ()):
            if left < len(texts) and (text := texts[left]):
                filled += fill(texts, left + 1, right, text)
                if bottom > row:
                    self.open.append((bottom, left, right, text))
        return tuple(filled)


def fill(texts: list[str], left: int, right: int, text: str) -> list[int]:
    places = [place for place in range(left, min(right + 1, len(texts))) if not texts[place]]
    for place in places:
        texts[place] = text
    return places


def read(act: Callable[[], T]) -> T:
    """Refuses: file_encrypted, file_unreadable."""
    try:
        return act()
    except PasswordError:
        raise Refused("file_encrypted") from None
    except (CalamineError, OSError, ValueError) as wrong:
        raise Refused("file_unreadable", reason=str(wrong)[:200]) from None


# --- values as text ---


def number(value: float) -> str:
    """With the 15 digits that a spreadsheet keeps, and written out; a longer whole number has lost digits and keeps the
    look of it."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    if "e" not in text:
        return text
    return text.upper() if abs(value) >= 1 else f"{Decimal(text):f}"


def whole(value: int) -> str:
    return str(value) if abs(value) < 10**15 else number(float(value))


def moment(value: datetime) -> str:
    return value.isoformat(" ", "seconds")


def duration(value: timedelta) -> str:
    hours, seconds = divmod(round(value.total_seconds()), 3600)
    return f"{hours}:{seconds // 60:02}:{seconds % 60:02}"


WRITTEN: dict[type, Callable[[Any], str]] = {
    float: number,
    int: whole,
    bool: lambda value: "TRUE" if value else "FALSE",
    date: date.isoformat,
    datetime: moment,
    time: lambda value: value.isoformat("seconds"),
    timedelta: duration,
}
