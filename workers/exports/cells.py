"""The value of a column out of a row as GraphQL answers it, in the words of whoever reads the file."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from api.exports.columns import Column
from api.exports.words import FLAGS, Language, choice

Take = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Manner:
    """How values are told: in the reader's language or, for programs, as GraphQL has them (`keys`); times are those of
    the company's own zone. `people`: the names of actors, as far as the reader may see them."""

    language: Language
    keys: bool
    zone: ZoneInfo
    people: Mapping[str, str] = field(default_factory=dict)

    def heading(self, column: Column) -> str:
        return column.key if self.keys else column.heading.of(self.language)


def taker(path: str) -> Take:
    """The value at a path: None where there is nothing, a list where the way leads through one."""
    steps = path.split(".")
    if len(steps) == 1:
        return lambda row: row[path]

    def take(row: Any) -> Any:
        for at, step in enumerate(steps):
            if row is None:
                return None
            if isinstance(row, list):
                return [found for one in row if (found := below(one, steps[at:])) is not None]
            row = row[step]
        return row

    return take


def below(value: Any, steps: list[str]) -> Any:
    for step in steps:
        if value is None:
            return None
        value = value[step]
    return value


def teller(column: Column, manner: Manner) -> Callable[[Any], str]:
    """A value that is there, as text. Numbers and dates are those of GraphQL, to the digit."""
    match column.kind:
        case "flag":
            if manner.keys:
                return lambda value: "true" if value else "false"
            return lambda value: FLAGS[bool(value)].of(manner.language)
        case "time":
            return lambda value: local(value, manner.zone).isoformat(" ", "seconds")
        case "person" if not manner.keys:
            return lambda value: manner.people.get(value, value)
        case "choice" if not manner.keys:
            return lambda value: choice(column.scalar, value).of(manner.language)
        case _:
            return plain


def local(value: str, zone: ZoneInfo) -> dt.datetime:
    """The wall clock of a moment, without its zone."""
    return dt.datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None)


def plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return orjson.dumps(value).decode()
