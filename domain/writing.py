"""How what was decided gets into the tables: by one statement; long lists by COPY, for which PostgreSQL needs two
thirds of the time that it takes to insert them from JSON."""

from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any, LiteralString
from uuid import UUID

import orjson

from domain import feed, sql
from domain.base import change
from domain.plain import Columns, dump
from domain.sql import Part, Statement
from tenants.transaction import Door

Rows = Sequence[Any] | Columns  # mappings, or what JSON makes of them

REMEMBER: LiteralString = """log_ as (
 insert into command_log (id, name, actor_id, door, occurred_at, body_hash, body, outcome)
 select id, name, actor_id, door, occurred_at, body_hash, body, outcome
 from jsonb_to_recordset($1::jsonb -> 'log') as l(id uuid, name text, actor_id uuid, door text, occurred_at timestamptz,
  body_hash bytea, body bytea, outcome bytea)),
outbox_ as (
 insert into outbox (event, body)
 select event, body from jsonb_to_recordset($1::jsonb -> 'events') as e(event text, body jsonb)),
change_ as (
 insert into change (entity, entity_id, bucket, gone)
 select entity, entity_id, bucket, gone
 from jsonb_to_recordset($1::jsonb -> 'changes') as c(entity text, entity_id uuid, bucket text, gone boolean))"""
NOTHING = sql.statement()
CHANGE = sql.insert(change, without=("id", "at"))
COPIED_FROM = 1000  # rows: an import has them, and calls that share a transaction do not
AT_HAND = 512  # rows
NOT_YET: Mapping[str, Rows] = {"log": (), "events": (), "changes": ()}
NULL = r"\N"
MARKS = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


class Miscounted(Exception):
    """A statement touched other rows than were decided: a bug."""


async def write(
    door: Door, what: Statement, document: Mapping[str, Rows], own: Mapping[str, Rows], tag: str = ""
) -> None:
    """`document`: rows for the parts of `what`; `own`: log rows, events and change rows. Raises Miscounted."""
    waiting: list[Part] = []
    for part in what.parts:
        if part.copyable and len(document[part.name]) >= COPIED_FROM:
            if any(document[before.name] for before in waiting):  # the rows may refer to theirs
                await send(door, sql.statement(*waiting), document, NOT_YET, tag)
            waiting = []
            await copy(door, part, document[part.name])
        else:
            waiting.append(part)
    changes = own["changes"]
    late = changes if isinstance(changes, Columns) and len(changes) >= COPIED_FROM else None
    rest = what if len(waiting) == len(what.parts) else sql.statement(*waiting)
    await send(door, rest, document, {**own, "changes": ()} if late else own, tag)
    if late:
        await tell(door, late)


async def tell(door: Door, changes: Columns) -> None:
    """Last of all, since it keeps others from numbering theirs."""
    first = await feed.take_numbers(door, len(changes))
    numbers = list(range(first, first + len(changes)))
    await copy(door, CHANGE, Columns({**changes.columns, "seq": numbers}))
    await feed.drop_superseded(door, first)


async def send(
    door: Door, what: Statement, document: Mapping[str, Rows], own: Mapping[str, Rows], tag: str = ""
) -> None:
    second = (dump({part.name: document[part.name] for part in what.parts}),) if what.parts else ()
    counts: Any = await door.raw.fetchval(sql.write_text(what, REMEMBER) + tag, dump(own), *second)
    for part in what.parts:
        check_count(part, document[part.name], counts[part.name])


async def copy(door: Door, part: Part, rows: Rows) -> None:
    assert part.table is not None
    source = memoryview(copy_text(part, rows))  # bytes would be taken for a path, a file be read in another thread
    status = await door.raw.copy_to_table(part.table.name, columns=part.columns, source=source)
    check_count(part, rows, int(status.removeprefix("COPY ")))


def check_count(part: Part, rows: Rows, count: int) -> None:
    if part.counted and count != len(rows):
        raise Miscounted(f"{part.name}: {count} rows instead of {len(rows)}")


# --- COPY's text format ---


def copy_text(part: Part, rows: Rows) -> bytes:
    """Made column by column: whether anything has to be escaped is seen in a whole column at once; some rows after the
    others, since a processor has at hand only what it has just touched."""
    if not isinstance(rows, Columns) and not isinstance(rows[0], dict):
        rows = orjson.loads(dump(rows))
    lines: list[str] = []
    for first in range(0, len(rows), AT_HAND):
        some = slice(first, first + AT_HAND)
        if isinstance(rows, Columns):
            columns = [rows.columns[column][some] for column in part.columns]
        else:
            columns = [[row.get(column) for row in rows[some]] for column in part.columns]
        lines += map("\t".join, zip(*map(cells, columns), strict=True))
    return ("\n".join(lines) + "\n").encode()


def cells(values: Sequence[Any]) -> Sequence[str]:
    """Of values as JSON has them; what COPY reads of a number or a truth is the same in JSON."""
    kinds = set(map(type, values))
    if len(kinds) == 1 and values[0] is values[-1] and len(values) > 1 and values.count(values[0]) == len(values):
        return list(cells(values[:1])) * len(values)
    if kinds <= {int, bool}:
        return dump(values)[1:-1].split(",")
    if kinds == {UUID}:
        return dump(values)[2:-2].split('","')
    if not kinds <= {str, NoneType}:
        values = orjson.loads(dump(values))
        values = [value if value is None or isinstance(value, str) else dump(value) for value in values]
    if None not in values:
        return escaped(values)
    texts = escaped([value or "" for value in values])
    return [NULL if value is None else text for value, text in zip(values, texts, strict=True)]


def escaped(values: Sequence[str]) -> Sequence[str]:
    column = "".join(values)
    for mark, written in MARKS.items():  # the backslash first
        if mark in column:
            values = [value.replace(mark, written) for value in values]
    return values
