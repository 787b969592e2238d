"""A table with its columns named: what a row says, and which rows are none of the data."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from workers.imports.headings import REQUIRED
from workers.imports.sheets import Row

SAMPLES = 5
COUNTED = frozenset({"quantity", "amount", "value"})  # counted once, however many rows a merged cell covers
TOTALS = re.compile(
    r"(本页|本月|本日|当前|全部)?(合计|总计|小计|累计|总合计|合\s*计|总\s*计|小\s*计)(数量|金额|数)?[:：]?.{0,20}"
    r"|(grand |sub)?-?\s*totals?:?|sum:?",
    re.IGNORECASE,
).fullmatch
UNIT_NOTES = re.compile(
    r"[(（\[]?(元|万元|个|件|箱|kg|千克|吨|克|%|天|人民币|rmb|cny|pcs|m|l|ml|g)(/\w+)?[)）\]]?", re.I
).fullmatch
KEYS = frozenset({"sku", "name", "code", "number", "partner", "barcodes"})  # they say which record a row is
DATA_BELOW = ("Start entering data below this line", "----Start entering data below this line----")  # ERPNext


@dataclass(slots=True)
class LeftOut:
    """Rows that are no data, counted as they are passed."""

    titles: int = 0
    units: int = 0
    headings: int = 0
    totals: int = 0
    notes: int = 0  # that fill no column that means anything: 制表人


@dataclass(frozen=True, slots=True)
class Column:
    """`index` from 0. `score`: how sure the guess is, from 0 to 1."""

    index: int
    heading: str
    field: str | None
    score: float
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Detected:
    """`heading_row`: the line of the headings, of the last one where there are two; 0 where there are none. `missing`:
    fields that the kind has to have and that no column was taken for. `rows`: about how many lines the sheet has."""

    kind: str
    source: str | None
    sheet: str
    heading_row: int
    columns: tuple[Column, ...]
    rows: int = 0
    score: float = 0.0
    left_out: LeftOut = field(default_factory=LeftOut)

    @property
    def missing(self) -> list[str]:
        found = {column.field for column in self.columns}
        return [name for name in REQUIRED[self.kind] if name not in found]

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]

    def reader(self) -> Callable[[Row], dict[str, str]]:
        """Of a row: field → cell, without the empty ones. A quantity or an amount that a merged cell shows again is not
        there a second time."""
        places = [(column.index, column.field) for column in self.columns if column.field]
        in_quotes = self.source == "erpnext"  # ids, as its older template has them
        names = [name for _, name in places]
        last = max((index for index, _ in places), default=0)
        once = len(names) == len(set(names)) > 1 and not in_quotes
        of_places = itemgetter(*(index for index, _ in places)) if once else None

        def values(row: Row) -> dict[str, str]:
            cells, carried = row.cells, row.carried
            if of_places and not carried and last < len(cells):  # as most rows are
                found = dict(zip(names, map(str.strip, of_places(cells)), strict=True))
                return found if all(found.values()) else {name: cell for name, cell in found.items() if cell}
            found: dict[str, str] = {}
            for index, name in places:
                if index >= len(cells) or not (cell := cells[index].strip()):
                    continue
                if carried and index in carried and name in COUNTED:
                    continue
                if in_quotes and len(cell) > 2 and cell[0] == cell[-1] == '"':
                    cell = cell[1:-1]
                found[name] = f"{found[name]};{cell}" if name in found else cell
            return found

        return values


def own(row: Row) -> list[str]:
    """What it holds itself, not by a merged cell."""
    return [cell for place, cell in enumerate(row.cells) if cell.strip() and place not in row.carried]


def body(rows: Iterable[Row], detected: Detected) -> Iterator[Row]:
    """The rows of data. What is left out is counted in `detected.left_out`, from the beginning. What most rows are is
    seen at a glance: this runs for every row of every file."""
    left_out = detected.left_out
    left_out.titles = left_out.units = left_out.headings = left_out.totals = left_out.notes = 0
    headings = [(column.index, column.heading) for column in detected.columns if column.heading]
    known = [column.index for column in detected.columns if column.field]
    keys = [column.index for column in detected.columns if column.field in KEYS]
    is_plain = glance(headings, keys)
    in_template = detected.source == "erpnext" and detected.headings[:1] == ["Column Labels:"]
    first = True
    for row in rows:
        if not first and not in_template and is_plain(row):
            yield row
        elif row.line <= detected.heading_row:
            left_out.titles += row.line < detected.heading_row
        elif in_template:
            left_out.titles += 1
            in_template = "".join(row.cells[:1]) not in DATA_BELOW
        elif first and is_units(own(row)):
            left_out.units += 1
        elif repeats(row, headings):
            left_out.headings += 1
        elif is_total(row, keys):
            left_out.totals += 1
        elif known and not any(row.cells[place].strip() for place in known if place < len(row.cells)):
            left_out.notes += 1
        else:
            yield row
        first = first and row.line <= detected.heading_row


def glance(headings: Sequence[tuple[int, str]], keys: Sequence[int]) -> Callable[[Row], bool]:
    """Whether a row says in all key columns which record it is, so that it is data and needs no second look."""
    if len(keys) < 2:
        return lambda row: False
    of_keys, last, (place, text) = itemgetter(*keys), keys[-1], next(iter(headings), (0, None))

    def is_plain(row: Row) -> bool:
        cells = row.cells
        if row.carried or last >= len(cells) or place >= len(cells) or cells[place].strip() == text:
            return False
        return "" not in of_keys(cells) and not cells[last].isspace()

    return is_plain


def is_units(cells: Sequence[str]) -> bool:
    return bool(cells) and all(UNIT_NOTES(cell.strip()) for cell in cells)


def repeats(row: Row, headings: Sequence[tuple[int, str]]) -> bool:
    """Page after page of a printed list begins with its headings."""
    cells = row.cells
    return len(headings) > 1 and all(place < len(cells) and cells[place].strip() == text for place, text in headings)


def is_total(row: Row, keys: Sequence[int]) -> bool:
    """A word for a total, and nothing beside it that says which record it would be."""
    places = [place for place, cell in enumerate(row.cells) if place not in row.carried and TOTALS(cell.strip())]
    if not places:
        return False
    named = [row.cells[key] for key in keys if key < len(row.cells) and key not in row.carried and key not in places]
    return not any(cell.strip() for cell in named)
