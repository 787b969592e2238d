"""Runs a table through the list commands, in chunks, with an answer for each record.

What a record is known by is its own number at its source: a run that was killed is simply run again, an upload that is
repeated changes nothing, and a corrected row changes its record. A chunk only saves work.
"""

import asyncio
import csv
import gc
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString, NamedTuple
from uuid import UUID, uuid5

import orjson

from domain.errors import Refused
from domain.execute import execute
from domain.ids import new_id
from domain.tx import Call, Outcome, Record
from tenants.access import Caller
from tenants.registry import Company
from tenants.transaction import read_transaction
from workers.imports import map as mapping
from workers.imports.detect import detect_in
from workers.imports.map import Body, Names, Values
from workers.imports.sheets import rows_of
from workers.imports.table import Detected, body

LOCATIONS: LiteralString = """select w.code, w.name, l.id::text from warehouse w
 join location l on l.warehouse_id = w.id and l.kind = 'storage' where w.active order by w.code"""
PRODUCTS: LiteralString = "select sku, id::text from product where sku = any($1)"

RACES = {"already_exists", "id_taken"}  # another import was quicker: decided again, each record gets its own answer
TRIES = 4
BESIDE = 2  # chunks on their way while the next one is made
APART_AT_MOST = 5000  # lines between two rows of one document


@dataclass(frozen=True, slots=True)
class Kind:
    """`at_once`: rows in a chunk. `in_order`: a chunk begins when the one before it is done."""

    command: str
    at_once: int = 2000
    in_order: bool = False
    whole: bool = False  # the rows of one number are one record


KINDS = {
    "products": Kind("masterdata.save_products"),
    "partners": Kind("masterdata.save_partners"),
    "opening-stock": Kind("inventory.record_opening_stock", in_order=True),
    "sales": Kind("sales.record_past_sales", in_order=True, whole=True),
}


class Line(NamedTuple):
    """A row of the source. `refusal`: why it can be no part of a record."""

    number: int
    cells: Sequence[str]
    values: Values
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`total`: about how many lines there will be; `ignored`: columns that mean nothing here."""

    headings: Sequence[str]
    lines: Iterable[Line]
    total: int
    ignored: Sequence[str] = ()


Group = list[Line]  # the rows of one record
Advance = Callable[[int], None]
Told = Callable[[Group, Record], None]


@dataclass(slots=True)
class Summary:
    lines: int = 0
    records: int = 0
    accepted: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    seconds: float = 0.0
    codes: Counter[str] = field(default_factory=Counter)  # of refused records
    ignored: Sequence[str] = ()

    def count(self, group: Group, record: Record) -> None:
        self.lines += len(group)
        self.records += 1
        setattr(self, record.status, getattr(self, record.status) + 1)
        if record.code:
            self.codes[record.code] += 1


def table_of(kind: str, path: Path) -> Table:
    """A file as people have it. Refuses what sheets.py refuses about a file as a whole, and columns_missing."""
    detected = detect_in(path, kind.replace("-", "_"))
    if detected.missing:
        raise Refused("columns_missing", columns=detected.missing)
    rows = body(rows_of(path, detected.sheet), detected)
    lines = (Line(row.line, row.cells, detected.values(row)) for row in rows)
    ignored = [column.heading for column in detected.columns if column.field is None and column.heading]
    return Table(headings_of(detected), lines, detected.rows, ignored)


def headings_of(detected: Detected) -> list[str]:
    """One for each cell."""
    headings = [""] * (detected.columns[-1].index + 1)
    for column in detected.columns:
        headings[column.index] = column.heading
    return headings


async def run(
    caller: Caller, kind: str, table: Table, source: str, report: Path | None = None,
    advance: Advance = lambda lines: None, told: Told = lambda group, record: None,
) -> Summary:  # fmt: skip
    """`report`: a CSV with every row and, beside it, what became of its record; `told` hears the same."""
    began, run_id, what = time.monotonic(), new_id(), KINDS[kind]
    summary = Summary(ignored=table.ignored)
    names = await names_of(caller.company)
    with calm(), Report(report, table.headings) if report else nullcontext() as rows:

        def answered(groups: Sequence[Group], records: Sequence[Record]) -> None:
            for group, record in zip(groups, records, strict=True):
                summary.count(group, record)
                told(group, record)
                if rows:
                    rows.write(group, record)
            advance(sum(map(len, groups)))

        sent: deque[tuple[list[Group], asyncio.Task[list[Record]]]] = deque()
        try:
            async for groups, chunk in chunks(caller.company, kind, table.lines, source, names):
                before = sent[-1][1] if sent and what.in_order else None
                sent.append((groups, asyncio.create_task(send(caller, what.command, chunk, run_id, before))))
                await asyncio.sleep(0)  # it begins, and while PostgreSQL works on it the next chunk is made
                if len(sent) > BESIDE:
                    answered(sent[0][0], await sent[0][1])
                    sent.popleft()
            while sent:
                answered(sent[0][0], await sent[0][1])
                sent.popleft()
        finally:  # what is on its way when something fails is let finish
            await asyncio.gather(*(task for _, task in sent), return_exceptions=True)
    summary.seconds = time.monotonic() - began
    return summary


# --- from lines to chunks ---


@dataclass(frozen=True, slots=True)
class Chunk:
    """The body of a command, and what was refused before; by the place of the record among the chunk's groups."""

    records: dict[int, Body]
    refused: dict[int, Refused]
    more: Body


async def chunks(
    company: Company, kind: str, lines: Iterable[Line], source: str, names: Names
) -> AsyncIterator[tuple[list[Group], Chunk]]:
    seen: set[str] = set()
    for groups in packed(grouped(lines) if KINDS[kind].whole else ([line] for line in lines), KINDS[kind].at_once):
        if kind == "opening-stock":
            names = await with_products(company, names, groups)
        for some in by_day(groups) if kind == "opening-stock" else [groups]:
            yield some, made_of(some, kind, source, names, seen)


def made_of(groups: Sequence[Group], kind: str, source: str, names: Names, seen: set[str]) -> Chunk:
    records: dict[int, Body] = {}
    refused: dict[int, Refused] = {}
    for place, group in enumerate(groups):
        try:
            record = record_of(group, kind, source, names)
            number = record["external"]["number"]
            if number in seen:
                raise Refused("duplicate_in_file", "number", number=number)
        except Refused as refusal:
            refused[place] = refusal
        else:
            seen.add(number)
            records[place] = record
    more: Body = {}
    if kind == "opening-stock" and (date := groups[0][0].values.get("date")):
        try:
            more = {"document_on": mapping.moment(date, names.zone, inward=True)[:10]}
        except Refused as refusal:
            refused |= dict.fromkeys(records, refusal)
            records = {}
    return Chunk(records, refused, more)


def record_of(group: Group, kind: str, source: str, names: Names) -> Body:
    for line in group:
        if line.refusal:
            raise line.refusal
    match kind:
        case "sales":
            return mapping.document([line.values for line in group], source, names)
        case "opening-stock":
            return mapping.opening(group[0].values, source, names)
        case "partners":
            return mapping.partner(group[0].values, source)
        case _:
            return mapping.product(group[0].values, source)


def grouped(lines: Iterable[Line]) -> Iterator[Group]:
    """The rows of one number as one group, in the order of their last rows. They stand together in most files; one that
    does not is held until its number has not come for a while. A line that is refused or has no number stands alone."""
    held: dict[str, tuple[int, Group]] = {}  # number → place of its last row, its rows; the one longest ago first
    for place, line in enumerate(lines):
        number = line.values.get("number")
        if line.refusal or not number:
            yield [line]
            continue
        group = held.pop(number, (0, []))[1]
        group.append(line)
        held[number] = place, group
        while held and (oldest := next(iter(held.values())))[0] < place - APART_AT_MOST:
            yield held.pop(oldest[1][0].values["number"])[1]
    yield from (group for _, group in held.values())


def packed(groups: Iterable[Group], at_once: int) -> Iterator[list[Group]]:
    pack: list[Group] = []
    size = 0
    for group in groups:
        if pack and size + len(group) > at_once:
            yield pack
            pack, size = [], 0
        pack.append(group)
        size += len(group)
    if pack:
        yield pack


def by_day(groups: Sequence[Group]) -> Iterator[list[Group]]:
    """Opening stock of one day is one document."""
    days: dict[str, list[Group]] = {}
    for group in groups:
        days.setdefault(group[0].values.get("date", ""), []).append(group)
    yield from days.values()


# --- names that the company knows by ids ---


async def names_of(company: Company) -> Names:
    async with read_transaction(company) as door:
        rows = await door.raw.fetch(LOCATIONS)
    by_name = {row["name"]: row["id"] for row in reversed(rows)}
    locations = by_name | {row["code"]: row["id"] for row in rows}
    return Names(company.time_zone, {}, locations, rows[0]["id"] if len(rows) == 1 else None)


async def with_products(company: Company, names: Names, groups: Sequence[Group]) -> Names:
    skus = {line.values.get("sku", "") for group in groups for line in group}
    async with read_transaction(company) as door:
        rows = await door.raw.fetch(PRODUCTS, list(skus))
    return Names(names.zone, {row["sku"]: row["id"] for row in rows}, names.locations, names.only_location)


# --- to the command and back ---


async def send(
    caller: Caller, command: str, chunk: Chunk, run_id: UUID, before: asyncio.Task[Any] | None
) -> list[Record]:  # fmt: skip
    """An answer for each group. The command's id is derived from the run and the content. Where the chunk before failed
    nothing is sent: its error ends the run."""
    if before:
        await before
    outcomes: dict[int, Record] = {
        place: Record(str(place), "refused", refusal.code, refusal.field, refusal.details)
        for place, refusal in chunk.refused.items()
    }
    if chunk.records:
        body = {"records": list(chunk.records.values()), **chunk.more}
        outcome = await executed(caller, command, body, run_id)
        outcomes |= zip(chunk.records, records_of(outcome, len(chunk.records)), strict=True)
    return [outcomes[place] for place in range(len(outcomes))]


async def executed(caller: Caller, command: str, body: Body, run_id: UUID) -> Outcome:
    content, tried = orjson.dumps([command, body]).hex(), 0
    while True:
        id = uuid5(run_id, f"{tried} {content}")
        outcome = await execute(Call(id, command, body, datetime.now(UTC), "import"), caller)
        tried += 1
        if outcome.records or outcome.code not in RACES or tried == TRIES:
            return outcome


def records_of(outcome: Outcome, count: int) -> Sequence[Record]:
    if outcome.records:
        return outcome.records
    return [Record("", "refused", outcome.code, outcome.field, outcome.data)] * count


class Report:
    """For a spreadsheet program: UTF-8 with its mark, and nothing that it would take for a formula."""

    COLUMNS = ("status", "code", "field", "details")

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self.width = len(headings)
        self.file = path.open("w", encoding="utf-8-sig", newline="")
        self.writer = csv.writer(self.file)
        self.writer.writerow(["line", *map(harmless, headings), *self.COLUMNS])

    def __enter__(self) -> "Report":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, group: Group, record: Record) -> None:
        path = (record.field or "").removeprefix("records.").partition(".")
        about = path[2] if path[0].isdecimal() else record.field or ""
        details = orjson.dumps(record.details, default=str).decode() if record.details else ""
        for line in group:
            cells = [harmless(cell) for cell in line.cells[: self.width]]
            cells += [""] * (self.width - len(cells))
            self.writer.writerow([line.number, *cells, record.status, record.code, about, details])


def harmless(cell: str) -> str:
    """A text that begins like a formula gets an apostrophe; a negative number stays one."""
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


@contextmanager
def calm() -> Iterator[None]:
    """Thousands of records that live for one chunk are no cycles: looking for cycles among them takes a third of the
    time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
