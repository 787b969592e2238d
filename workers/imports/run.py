"""Runs a table through the list commands, in chunks, with an answer for each record.

What a record is known by is its own number at its source: a run that was killed is simply run again, an upload that is
repeated changes nothing, and a corrected row changes its record. A chunk only saves work.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from uuid import uuid5

import orjson

from domain.errors import Refused
from domain.execute import StaleAccess, recalled
from domain.tx import Call, Outcome, Part, Record
from tenants.access import Caller
from workers.imports.chunks import KINDS, Chunk, Group, Line, Manner, chunks, grouped
from workers.imports.deciders import Decide, calm, deciders
from workers.imports.detect import LOOKED_AT, detect_in
from workers.imports.report import CsvReport
from workers.imports.sheets import look, rows_of
from workers.imports.table import Detected, body

__all__ = ["Advance", "Group", "Line", "Manner", "Summary", "Table", "grouped", "run", "table_of"]

RACES = {"already_exists", "id_taken"}  # another import was quicker: decided again, each record gets its own answer
TRIES = 4

Advance = Callable[[int], None]
After = Callable[[Sequence[Group], Sequence[Record]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Table:
    """`total`: about how many lines there will be; `ignored`: columns that mean nothing here."""

    headings: Sequence[str]
    lines: Iterable[Line]
    total: int
    ignored: Sequence[str] = ()


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

    def count(self, groups: Sequence[Group], records: Sequence[Record]) -> None:
        """The groups of a chunk, and what became of each."""
        self.lines += sum(map(len, groups))
        self.records += len(records)
        for status, many in Counter(record.status for record in records).items():
            setattr(self, status, getattr(self, status) + many)
        self.codes.update(record.code for record in records if record.code)


def table_of(kind: str, path: Path) -> Table:
    """A file as people have it. Refuses what sheets.py refuses about a file as a whole, and columns_missing."""
    looked, rest = look(path, LOOKED_AT, on=True)
    detected = detect_in(looked, kind.replace("-", "_"), file=path.stem)
    if detected.missing:
        raise Refused("columns_missing", columns=detected.missing)
    rows = rows_of(path, detected.sheet) if rest is None else chain(next(rows for _, rows in looked if rows), rest)
    values = detected.reader()
    lines = (Line(row.line, row.cells, values(row)) for row in body(rows, detected))
    ignored = [column.heading for column in detected.columns if column.field is None and column.heading]
    return Table(headings_of(detected), lines, detected.rows, ignored)


def headings_of(detected: Detected) -> list[str]:
    """One for each cell."""
    headings = [""] * (detected.columns[-1].index + 1)
    for column in detected.columns:
        headings[column.index] = column.heading
    return headings


async def run(
    caller: Caller, kind: str, table: Table, how: str | Manner, report: Path | None = None,
    advance: Advance = lambda lines: None, after: After | None = None,
    renew: Callable[[], Awaitable[Caller]] | None = None,
) -> Summary:  # fmt: skip
    """`how`: in which manner, or just whose numbers they are. `report`: a CSV with every row and, beside it, what
    became of its record; `after` hears the same of each chunk. `renew`: the caller, once rights changed."""
    began, kind = time.monotonic(), kind.replace("-", "_")
    manner = Manner(how) if isinstance(how, str) else how
    what, summary = KINDS[kind], Summary(ignored=table.ignored)
    async with AsyncExitStack() as stack:
        stack.enter_context(calm())
        rows = stack.enter_context(CsvReport(report, table.headings)) if report else None
        decide, beside = await stack.enter_async_context(deciders(caller.company, table.total, in_order=what.in_order))
        sender = Sender(caller, what.command, manner, renew, decide)

        async def answered(chunk: Chunk, records: Sequence[Record]) -> None:
            before = summary.lines
            summary.count(chunk.groups, records)
            if rows:
                for group, record in zip(chunk.groups, records, strict=True):
                    rows.write(group, record)
            advance(summary.lines - before)
            if after:
                await after(chunk.groups, records)

        sent: deque[tuple[Chunk, asyncio.Task[list[Record]]]] = deque()
        try:
            async for chunk in chunks(caller.company, kind, table.lines, manner):
                before = sent[-1][1] if sent and what.in_order else None
                sent.append((chunk, asyncio.create_task(sender.send(chunk, before))))
                await asyncio.sleep(0)  # it begins, and while PostgreSQL works on it the next chunk is made
                if len(sent) > beside:
                    await answered(sent[0][0], await sent[0][1])
                    sent.popleft()
            while sent:
                await answered(sent[0][0], await sent[0][1])
                sent.popleft()
        finally:  # what is on its way when something fails is let finish
            await asyncio.gather(*(task for _, task in sent), return_exceptions=True)
    summary.seconds = time.monotonic() - began
    return summary


# --- to the command and back ---


@dataclass
class Sender:
    caller: Caller
    command: str
    manner: Manner
    renew: Callable[[], Awaitable[Caller]] | None
    decide: Decide

    async def send(self, chunk: Chunk, before: asyncio.Task[list[Record]] | None) -> list[Record]:
        """An answer for each group. Where the chunk before failed nothing is sent: its error ends the run."""
        if before:
            await before
        outcomes: dict[int, Record] = {
            place: Record(str(place), "refused", refusal.code, refusal.field, refusal.details)
            for place, refusal in chunk.refused.items()
        }
        if chunk.records:
            outcome = await self.executed(chunk)
            outcomes |= zip(chunk.records, records_of(outcome, len(chunk.records)), strict=True)
        return [outcomes[place] for place in range(len(outcomes))]

    async def executed(self, chunk: Chunk) -> Outcome:
        """The command's id is derived from the run and from what stands in the file, so that a run that was cut off
        gets the answers that it had, however the records would be looked up now."""
        part = None
        if self.manner.import_id:
            part = Part(self.manner.import_id, [chunk.groups[place][0].number for place in chunk.records])
        content, tried = content_of(chunk), 0
        while True:
            id = uuid5(self.manner.run_id, f"{tried} {content}")
            outcome = await recalled(id, self.caller) if self.manner.resumed else None
            if outcome is None:
                body = {"records": list(chunk.records.values()), **chunk.more}
                outcome = await self.decided(Call(id, self.command, body, datetime.now(UTC), "import", part=part))
            tried += 1
            if outcome.records or outcome.code not in RACES or tried == TRIES:
                return outcome

    async def decided(self, call: Call) -> Outcome:
        while True:
            try:
                return await self.decide(call, self.caller, self.manner.dry)
            except StaleAccess:
                if self.renew is None:
                    raise
                self.caller = await self.renew()


def content_of(chunk: Chunk) -> str:
    said = [(line.number, line.values) for group in chunk.groups for line in group]
    return blake2b(orjson.dumps(said), digest_size=20).hexdigest()


def records_of(outcome: Outcome, count: int) -> Sequence[Record]:
    if outcome.records:
        return outcome.records
    return [Record("", "refused", outcome.code, outcome.field, outcome.data)] * count
