"""What a handler may use: the calls to decide, what was loaded for them, and what is to be written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, Protocol, TypeVar
from uuid import UUID

from domain.errors import Refused
from domain.sql import Statement

if TYPE_CHECKING:
    import asyncio

    from tenants.access import Caller

Status = Literal["accepted", "partly", "refused", "waiting"]
Door = Literal["graphql", "sync", "import", "webhook", "job"]
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
COMMON = "common"  # the bucket of what everybody in the company may read


class Part(NamedTuple):
    """Of an import: the list command keeps what it takes to take it back (`steps.py`). `lines`: of its records in the
    file."""

    import_id: UUID
    lines: Sequence[int]


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it arrives: its id was made where the person acts, its body is JSON in snake_case.

    `occurred_at` is by our clock; `skew` is what was added to the device's, for moments inside the body. `text`: the
    body as canonical JSON, where it came as that.
    """

    id: UUID
    name: str
    body: Mapping[str, Any]
    occurred_at: datetime
    door: Door = "graphql"
    skew: timedelta = timedelta()
    part: Part | None = None
    text: bytes = b""


class Record(NamedTuple):
    """The outcome of one record of a list command. `key` is what the caller knows the record by."""

    key: str
    status: Literal["accepted", "unchanged", "changed", "refused"]
    code: str | None = None
    field: str | None = None
    details: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Outcome:
    """`data` names what the command made, by id; rows are read by queries."""

    status: Status
    data: Mapping[str, Any] = made_by(default_factory=dict)
    code: str | None = None
    field: str | None = None
    records: Sequence[Record] = ()


def refused(refusal: Refused) -> Outcome:
    return Outcome("refused", refusal.details, refusal.code, refusal.field)


def withheld(run: Run, refusal: Refused) -> Outcome:
    """What the caller may not do. A fact that comes through sync has happened all the same: it waits for a manager."""
    if refusal.code == "forbidden" and run.fact and run.call.door == "sync":
        return Outcome("waiting", refusal.details, refusal.code, refusal.field)
    return refused(refusal)


def of_records(records: Sequence[Record], data: Mapping[str, Any] | None = None) -> Outcome:
    """A list command is refused only if every record was."""
    bad = sum(record.status == "refused" for record in records)
    status: Status = "accepted" if bad == 0 else "refused" if bad == len(records) else "partly"
    return Outcome(status, data or {}, records=records, code="all_refused" if status == "refused" else None)


@dataclass(slots=True)
class Run:
    """One call on its way. `cmd` is its decoded command, `body` its canonical JSON, `answer` its outcome as it is
    remembered."""

    call: Call
    caller: Caller
    body_hash: bytes
    cmd: Any
    outcome: Outcome | None = None
    repeated: bool = False
    fact: bool = False
    body: bytes = b""
    answer: bytes = b""


class Undoable(Protocol):
    def mark(self) -> int: ...
    def undo(self, mark: int) -> None: ...


class Sheet(Generic[K, V]):
    """Loaded rows by key, as they stand after what was decided so far. Values are immutable; `put` replaces one."""

    def __init__(self, loaded: Mapping[K, V]) -> None:
        self.loaded = loaded
        self.now: dict[K, V] = dict(loaded)
        self.done: list[tuple[K, V | None]] = []

    def get(self, key: K) -> V | None:
        return self.now.get(key)

    def __getitem__(self, key: K) -> V:
        return self.now[key]

    def put(self, key: K, value: V) -> None:
        self.done.append((key, self.now.get(key)))
        self.now[key] = value

    def mark(self) -> int:
        return len(self.done)

    def undo(self, mark: int) -> None:
        while len(self.done) > mark:
            key, before = self.done.pop()
            if before is None:
                del self.now[key]
            else:
                self.now[key] = before

    def made(self) -> list[V]:
        """Values of keys that were not loaded."""
        if not self.loaded:
            return list(self.now.values())
        return [value for key, value in self.now.items() if key not in self.loaded]

    def changed(self) -> list[V]:
        """Loaded values that are others now."""
        pairs = ((before, self.now[key]) for key, before in self.loaded.items())
        return [now for before, now in pairs if now is not before and now != before]


class Tx:
    """The calls of one command name inside one open transaction, each with its own outcome."""

    def __init__(
        self, runs: Sequence[Run], loader: Callable[[Statement, object], Any], *, preview: bool = False
    ) -> None:
        self.runs = runs
        self.loader = loader
        self.preview = preview  # nothing will be written
        self.company = runs[0].caller.company
        self.rows: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        self.sheets: list[Undoable] = []
        self.noted: Sheet[tuple[str, UUID, str], bool] = self.sheet({})
        self.written: tuple[Statement, Mapping[str, Any]] | None = None
        self.deciding: Run | None = None

    @property
    def changes(self) -> Mapping[tuple[str, UUID, str], bool]:
        """Which rows others have to read again: entity, id, bucket → gone."""
        return self.noted.now

    @property
    def fresh(self) -> list[Run]:
        return [run for run in self.runs if run.outcome is None]

    async def load(self, what: Statement, document: object) -> dict[str, list[Any]]:
        """One statement; `document` goes in as JSON, the rows of each part come out. The first load also recalls
        the outcomes of repeated calls, so `fresh` is known only afterwards."""
        return await self.loader(what, document)

    def sheet(self, loaded: Mapping[K, V]) -> Sheet[K, V]:
        made = Sheet(loaded)
        self.sheets.append(made)
        return made

    def numbers(self, prefix: str, days: Sequence[date]) -> asyncio.Future[list[str]]:
        """One document number for each day, such as SO-20261122-0014. Ask before the load: it runs beside it."""
        return take_numbers(self, prefix, days)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is decided inside leaves nothing behind if it is refused."""
        lengths = {name: len(rows) for name, rows in self.rows.items()}
        events = len(self.events)
        marks = [sheet.mark() for sheet in self.sheets]
        try:
            yield
        except Refused:
            for name, rows in self.rows.items():
                del rows[lengths.get(name, 0) :]
            del self.events[events:]
            for sheet, mark in zip(self.sheets, marks, strict=True):
                sheet.undo(mark)
            raise

    def decide(self, decision: Callable[[Run], Outcome | Mapping[str, Any]]) -> None:
        """Each fresh call, in order. A refusal is that call's answer; the others go on."""
        for run in self.fresh:
            self.deciding = run
            try:
                with self.attempt():
                    answer = decision(run)
            except Refused as refusal:
                run.outcome = withheld(run, refusal)
            else:
                run.outcome = answer if isinstance(answer, Outcome) else Outcome("accepted", answer)

    def enter(self, warehouse_id: UUID, where: str) -> None:
        """Whoever's call is being decided works in this warehouse. Refuses: forbidden."""
        bound = self.deciding.caller.warehouses if self.deciding else None
        if bound is not None and warehouse_id not in bound:
            raise Refused("forbidden", where, warehouse_id=warehouse_id)

    def emit(self, event: str, **body: object) -> None:
        self.events.append((event, body))

    def changed(self, entity: str, *ids: UUID, bucket: str = COMMON, gone: bool = False) -> None:
        for id in ids:
            self.noted.put((entity, id, bucket), gone)

    def write(self, what: Statement, document: Mapping[str, Any]) -> None:
        """Sent at the end, in one statement with log, outbox and change rows. Lists collected in `rows` go along."""
        lists = {part.name: self.rows.get(part.name, []) for part in what.parts}
        self.written = what, {**lists, **document}


def take_numbers(tx: Tx, prefix: str, days: Sequence[date]) -> asyncio.Future[list[str]]:
    import asyncio

    async def numbered() -> list[str]:
        if tx.preview:
            return [f"{prefix}-{day:%Y%m%d}" for day in days]
        wanted: dict[date, int] = {}
        for day in days:
            wanted[day] = wanted.get(day, 0) + 1
        take = tx.company.database.numbers.take
        given = {day: take(tx.company, f"{prefix}-{day:%Y%m%d}", count) for day, count in wanted.items()}
        ranges = {day: iter(await numbers) for day, numbers in given.items()}
        return [f"{prefix}-{day:%Y%m%d}-{next(ranges[day]):04d}" for day in days]

    return asyncio.ensure_future(numbered())
