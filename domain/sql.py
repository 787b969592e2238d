"""Statements out of parts: one JSON document goes in, one comes out.

A handler has one LOAD and one WRITE, glued from parts when the module is imported. Every part is always there; a
command that has nothing for it passes an empty list. Texts are made from constants and from the tables' declarations
only: no value and no name from outside ever becomes SQL.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, LiteralString, cast

from sqlalchemy import Column, Numeric, Table
from sqlalchemy.dialects.postgresql import dialect

DIALECT = dialect()


@dataclass(frozen=True, slots=True)
class Part:
    """`name` is the key of its rows in the document that goes in (a write) or comes out (a load). `table`, `columns`:
    what an insert fills."""

    name: str
    sql: str
    counted: bool = True  # a write part that has to touch one row for each row handed in
    table: Table | None = field(default=None, compare=False)
    columns: tuple[str, ...] = field(default=(), compare=False)

    @property
    def copyable(self) -> bool:
        """Whether COPY does the same."""
        return self.table is not None and self.counted


@dataclass(frozen=True, slots=True)
class Source:
    """A list that several load parts look into, under its name; worked out once."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Statement:
    parts: tuple[Part, ...]
    sources: tuple[Source, ...] = ()


def statement(*parts: Part | Source) -> Statement:
    names = [part.name for part in parts]
    assert len(set(names)) == len(names), f"a part is named twice: {names}"
    inserts = [part.table for part in parts if isinstance(part, Part) and part.table is not None]
    for place, table in enumerate(inserts):  # long lists go in one after the other
        late = {key.target_fullname.partition(".")[0] for key in table.foreign_keys} & {
            later.name for later in inserts[place + 1 :]
        }
        assert not late, f"{table.name} refers to {late}, which stands after it"
    return Statement(
        tuple(part for part in parts if isinstance(part, Part)),
        tuple(part for part in parts if isinstance(part, Source)),
    )


def rows(name: LiteralString, sql: LiteralString) -> Part:
    """A load part: the rows of a SELECT as a JSON list. Locks are taken in the order of the parts, then of the rows."""
    return Part(name, f"(select coalesce(json_agg({name}_), '[]') from ({sql}) {name}_)")


def listed(name: LiteralString, type: LiteralString = "text") -> LiteralString:
    """A list of the document as an array. `= any(...)` of it goes through an index once, from page to page, where
    `in (select ...)` goes down from its root for each value: for thousands that takes four times as long."""
    return f"array(select jsonb_array_elements_text($2::jsonb -> '{name}')::{type})"


def columns(table: Table, alias: LiteralString, *names: LiteralString) -> LiteralString:
    """Columns for a load part: numbers leave SQL as text, without idle zeros, so that they stay exact."""
    shown = (f"trim_scale({alias}.{n})::text as {n}" if is_number(table.c[n]) else f"{alias}.{n}" for n in names)
    return cast(LiteralString, ", ".join(shown))


def is_number(column: Column[Any]) -> bool:
    return isinstance(column.type, Numeric)


def insert(
    table: Table, name: LiteralString = "", without: tuple[str, ...] = (), conflict: LiteralString | None = None
) -> Part:
    """A write part: one INSERT for all rows of the document's list; columns with a server default may be left out.
    `conflict`: what to do about a row that is there."""
    part = name or str(table.name)
    columns = [column for column in table.columns if column.name not in without]
    names = ", ".join(column.name for column in columns)
    source = recordset(part, [(column.name, type_of(column)) for column in columns])
    text = f"insert into {table.name} ({names}) select {names} from {source}"
    text += f" on conflict {conflict}" if conflict else ""
    return Part(part, text, conflict is None, table, tuple(str(column.name) for column in columns))


def update(table: Table, sets: tuple[str, ...], name: LiteralString = "") -> Part:
    """A write part: sets absolute values by primary key, under the locks that the load took."""
    keys = [column.name for column in table.primary_key.columns]
    part = name or str(table.name)
    given = [(column, type_of(table.c[column])) for column in (*keys, *sets)]
    changes = ", ".join(f"{column} = s.{column}" for column in sets)
    match = " and ".join(f"t.{key} = s.{key}" for key in keys)
    return Part(part, f"update {table.name} t set {changes} from {recordset(part, given, 's')} where {match}")


def delete(table: Table, name: LiteralString) -> Part:
    """A write part: the rows of these primary keys."""
    keys = [(column.name, type_of(column)) for column in table.primary_key.columns]
    match = " and ".join(f"t.{key} = s.{key}" for key, _ in keys)
    return Part(name, f"delete from {table.name} t using {recordset(name, keys, 's')} where {match}")


def recordset(name: str, columns: list[tuple[str, str]], alias: str = "r") -> str:
    return f"jsonb_to_recordset($2::jsonb -> '{name}') as {alias}({', '.join(f'{c} {t}' for c, t in columns)})"


def type_of(column: Column[Any]) -> str:
    return column.type.compile(DIALECT)


@cache
def load_text(what: Statement, head: str) -> str:
    """`head` is execute's own part: what it recalls about the calls ($1)."""
    pairs = ", ".join(f"'{part.name}', {part.sql}" for part in what.parts)
    sources = ", ".join(f"{source.name} as materialized ({source.sql})" for source in what.sources)
    return f"{'with ' if sources else ''}{sources} select json_build_object({head}{', ' if pairs else ''}{pairs})"


@cache
def write_text(what: Statement, head: str) -> str:
    """`head` writes log, outbox and change rows from $1; the answer counts the rows of each part."""
    parts = "".join(f", {part.name}_ as ({part.sql} returning 1)" for part in what.parts)
    counts = ", ".join(f"'{part.name}', (select count(*) from {part.name}_)" for part in what.parts)
    return f"with {head}{parts} select json_build_object({counts})"
