"""Scalars: how a value leaves PostgreSQL as JSON, how one comes in, and what GraphQL calls it."""

import datetime as dt
import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import strawberry
from sqlalchemy import ARRAY, JSON, Boolean, Date, DateTime, Integer, Numeric, Text, Uuid, any_, func
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from api.read.jsontext import Pieces, as_text, escaped

Expression = ColumnElement[Any]
EQUALITY = ("eq", "ne", "in", "is_null")
RANGE = (*EQUALITY, "lt", "lte", "gt", "gte")
NOBODY = UUID(int=0)
is_name = re.compile(r"[_A-Za-z][_0-9A-Za-z]*").fullmatch


@dataclass(frozen=True)
class Scalar:
    """`form` says whether its text is JSON as it stands (numbers), needs quotes only, or quotes and escapes."""

    name: str  # in GraphQL; its filter input is `{name}Filter`
    python: Any  # the type Strawberry knows it by
    sql: TypeEngine[Any]
    operators: tuple[str, ...]
    form: Literal["bare", "quoted", "escaped"] = "quoted"
    show: Callable[[Any], Any] = lambda column: column
    read: Callable[[Any], Any] = lambda value: value

    def pieces(self, column: Expression) -> Pieces:
        """The JSON of a value that is not NULL."""
        shown = self.show(column)
        if self.form == "escaped":
            return [escaped(shown)]
        return [as_text(shown)] if self.form == "bare" else ['"', as_text(shown), '"']


def read_id(value: Any) -> UUID:
    """What is no id reads as one that no row has; never as NULL, which `ne` and `not` would turn round."""
    try:
        return UUID(value) if len(value) == 36 else NOBODY
    except ValueError:
        return NOBODY


ID = Scalar("ID", strawberry.ID, Uuid(), EQUALITY, read=read_id)
TEXT = Scalar("Text", str, Text(), (*RANGE, "contains", "starts_with"), "escaped")
INT = Scalar("Int", int, Integer(), RANGE, "bare")
BOOL = Scalar("Bool", bool, Boolean(), ("eq", "is_null"), "bare")
DECIMAL = Scalar("Decimal", Decimal, Numeric(), RANGE)
DATE = Scalar("Date", dt.date, Date(), RANGE)
TIME = Scalar("DateTime", dt.datetime, DateTime(timezone=True), RANGE, "escaped")  # ISO 8601 in the session's zone: UTC
DOCUMENT = Scalar("JSON", strawberry.scalars.JSON, JSON(), ("is_null",), "bare")
PLAIN = {scalar.name: scalar.python for scalar in (ID, TEXT, INT, BOOL, DECIMAL, DATE, TIME, DOCUMENT)}


def enum_of(name: str, *values: str) -> Scalar:
    """Stored as lower-case text under a CHECK, shown in upper case."""
    members: Any = enum.Enum(name, {value.upper(): value for value in values})
    return Scalar(name, strawberry.enum(members), Text(), EQUALITY, "escaped", func.upper, lambda value: value.value)


def pattern(value: str) -> str:
    """Text that LIKE takes as it stands."""
    return re.sub(r"([\\%_])", r"\\\1", value)


@dataclass(frozen=True)
class Operator:
    sql: Callable[[Any, Any], Any]
    prepare: Callable[[Any], Any] = lambda value: value
    bound: Callable[[TypeEngine[Any]], TypeEngine[Any]] = lambda sql: sql


OPERATORS = {
    "eq": Operator(lambda column, value: column == value),
    "ne": Operator(lambda column, value: column.is_distinct_from(value)),
    "in": Operator(
        lambda column, value: column == any_(value), bound=ARRAY
    ),  # one array, so that its length is no shape
    "lt": Operator(lambda column, value: column < value),
    "lte": Operator(lambda column, value: column <= value),
    "gt": Operator(lambda column, value: column > value),
    "gte": Operator(lambda column, value: column >= value),
    "contains": Operator(lambda column, value: column.like(value), lambda text: f"%{pattern(text)}%"),
    "startsWith": Operator(lambda column, value: column.like(value), lambda text: f"{pattern(text)}%"),
}


def reader(shape: str, example: str, make: Callable[[str], Any]) -> Callable[[Any], Any]:
    matches = re.compile(shape, re.ASCII).fullmatch

    def parse(value: Any) -> Any:
        if not isinstance(value, str) or not matches(value):
            raise ValueError(f'a string such as "{example}" is expected')
        try:
            return make(value)
        except OverflowError:  # a moment of year 0 or 10000 in UTC
            raise ValueError(f"{value} is out of range") from None

    return parse


def write_time(value: dt.datetime) -> str:
    """As PostgreSQL's to_json does: no trailing zeros."""
    text, zone = value.isoformat()[:-6], value.isoformat()[-6:]
    return (text.rstrip("0") if "." in text else text) + zone


DECIMALS = reader(r"-?\d{1,20}(\.\d{1,10})?", "12.50", Decimal)
DATES = reader(r"\d{4}-\d\d-\d\d", "2026-01-31", dt.date.fromisoformat)
TIMES = reader(
    r"\d{4}-\d\d-\d\dT[\d:.]{8,15}(Z|[+-]\d\d:\d\d)",
    "2026-01-31T08:00:00Z",
    lambda text: dt.datetime.fromisoformat(text).astimezone(dt.UTC),
)
UUIDS = reader(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "0190b5c2-7c1e-7e63-a2fd-3f1d9b1f6e0a", UUID)
GRAPHQL: dict[object, Any] = {  # Strawberry's scalar_map
    Decimal: strawberry.scalar(name="Decimal", serialize=lambda value: format(value, "f"), parse_value=DECIMALS),
    dt.date: strawberry.scalar(name="Date", serialize=dt.date.isoformat, parse_value=DATES),
    dt.datetime: strawberry.scalar(name="DateTime", serialize=write_time, parse_value=TIMES),
    UUID: strawberry.scalar(name="UUID", serialize=str, parse_value=UUIDS),
}
