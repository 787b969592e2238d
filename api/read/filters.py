"""Filters become conditions. SQL's logic holds: what is NULL answers neither a test nor its opposite."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, false, literal_column, or_, select, true

from api.read.declare import Computed, Field, Many, One, Pages, Row, Search, Type, Value, linked
from api.read.limits import bad_input, too_complex
from api.read.plan import Arg, Hidden, Inputs, Tree
from api.read.scalars import OPERATORS

if TYPE_CHECKING:
    from api.read.compile import Compiler

cannot_be_stored = re.compile("[\0\ud800-\udfff]").search


def condition(c: Compiler, type_: Type, tree: Tree, row: Row, depth: int = 0) -> Any:
    if depth > c.limits.filter_depth:
        raise too_complex("The filter is nested too deeply.")
    found: list[Any] = []
    for key, sub in (tree or {}).items():
        if sub is None:  # null asks nothing
            continue
        if key in ("and", "or"):
            parts = [condition(c, type_, part, row, depth + 1) for part in sub]
            found.append(and_(true(), *parts) if key == "and" else or_(false(), *parts))
        elif key == "not":
            found.append(~condition(c, type_, sub, row, depth + 1))
        else:
            found.append(test(c, type_, c.model.graphql[type_.name][key], sub, row, depth))
    return and_(true(), *found)


def test(c: Compiler, owner: Type, declared: Field, sub: Any, row: Row, depth: int) -> Any:
    c.tests += 1
    if c.tests > c.limits.terms:
        raise too_complex("The filter has too many terms.")
    if not c.may(declared.permission):
        raise Hidden
    match declared:
        case One(target=name, link=link) | Many(target=name, link=link) | Pages(target=name, link=link):
            target = c.model.types[name]
            to, scope = c.enter(target)
            on = linked(declared, link, owner, row, target, to)
            where = [*on, *scope, condition(c, target, sub, to, depth + 1)]
            return exists(select(literal_column("1")).select_from(to.source).where(*where))
        case Search() as search:
            return searched(c, search, sub, row)
        case Computed(find=Search() as search):
            return searched(c, search, sub, row)
        case Value():
            return compared(c, declared, sub, row)
        case _:
            raise Hidden


def searched(c: Compiler, search: Search, sub: Arg, row: Row) -> Any:
    if not c.may(search.permission):
        raise Hidden

    def read(inputs: Inputs) -> Any:
        try:
            return search.prepare(inputs.caller, clean(sub.read(inputs)))
        except ValueError as error:
            raise bad_input(str(error)) from None

    return search.condition(row, c.bind(read, search.sql))


def compared(c: Compiler, declared: Value, sub: dict[str, Tree], row: Row) -> Any:
    column, scalar, most = declared.of(row), declared.scalar, c.limits.values
    found: list[Any] = []
    for name, arg in sub.items():
        if arg is None:
            continue
        if name == "isNull":
            found.append(column.is_(None) if c.look(arg.read, bool) else column.is_not(None))
            continue
        operator = OPERATORS[name]

        def read(inputs: Inputs, arg: Arg = arg, prepare: Any = operator.prepare) -> Any:
            value = arg.read(inputs)
            if not isinstance(value, list):
                return prepare(clean(scalar.read(value)))
            if len(value) > most:
                raise bad_input(f"A list has at most {most} values.")
            return [clean(scalar.read(item)) for item in value]

        found.append(operator.sql(column, c.bind(read, operator.bound(scalar.sql))))
    return and_(true(), *found)


def clean(value: Any) -> Any:
    """PostgreSQL's text holds neither NUL nor half a surrogate pair."""
    if isinstance(value, str) and cannot_be_stored(value):
        raise bad_input("Text with characters that cannot be stored.")
    return value
