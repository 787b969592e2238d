"""Output types, declared once: field, SQL, permission, scope. What no declaration names does not exist.

`graphql.py` makes the schema from them, `compile.py` the SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from sqlalchemy import Select, Text, literal_column
from sqlalchemy.sql.expression import FromClause
from sqlalchemy.types import TypeEngine

from api.read.scalars import Expression, Scalar, is_name, pattern

if TYPE_CHECKING:
    from strawberry import Schema


class HasId(Protocol):
    @property
    def id(self) -> UUID: ...


class Caller(Protocol):
    """Who asks; `tenants.access.Caller` is one."""

    @property
    def company(self) -> HasId: ...
    @property
    def actor_id(self) -> UUID: ...
    @property
    def permissions(self) -> frozenset[str]: ...
    @property
    def party_id(self) -> UUID | None: ...
    @property
    def warehouses(self) -> frozenset[UUID] | None: ...


class Columns:
    """`row.c`: columns by name, as SQLAlchemy has it."""

    def __init__(self, row: Row) -> None:
        self.__row = row

    def __getitem__(self, name: str) -> Any:
        return self.__row[name]

    def __getattr__(self, name: str) -> Any:
        return self.__row[name]


class Row:
    """One row of a type under its name in the statement.

    Columns are literal SQL (`t3."sku"`), so nothing depends on FROM clauses being guessed. `used` are the columns
    asked for so far; `joins` belong to the select this row stands in.
    """

    def __init__(self, table: FromClause | Select[Any], name: str) -> None:
        self.table, self.name = table, name
        self.columns = columns_of(table)
        self.used: dict[str, None] = {}
        self.joins: list[tuple[FromClause, Any]] = []
        self.c = Columns(self)

    def __getitem__(self, name: str) -> Any:
        if name not in self.columns:
            raise TypeError(f"no column {name!r} in {', '.join(self.columns)}")
        self.used[name] = None
        return literal_column(f'{self.name}."{name}"', self.columns[name].type)

    @property
    def source(self) -> FromClause:
        return self.table.subquery(self.name) if isinstance(self.table, Select) else self.table.alias(self.name)


def columns_of(table: FromClause | Select[Any]) -> dict[str, Any]:
    return dict(table.selected_columns if isinstance(table, Select) else table.c)


FromRow = Callable[[Row], Any]
Link = str | Callable[[Row, Row], Any] | None
Permission = str | tuple[str, ...]  # several: any of them will do


class Scope(str):
    """A scope that needs no path."""


OPEN = Scope("open")  # rows of everybody: units, categories
CLOSED = Scope("closed")  # for a caller bound to a party (or to warehouses) the type does not exist


@dataclass(frozen=True, kw_only=True)
class Declared:
    """`permission` is asked beyond that of the type around it and of the type it leads to."""

    permission: Permission | None = None
    description: str | None = None


@dataclass(frozen=True)
class Value(Declared):
    """One column (by default the one of the field's name) or expression.

    Nullable as the column is; an expression unless it says `null=False`, which is checked while it runs. A value
    with a permission of its own is always nullable.
    """

    scalar: Scalar
    sql: str | FromRow | None = None
    null: bool | None = None
    find: bool = True  # may be filtered by
    sort: bool = False
    total: bool = False  # may be summed
    group: bool = False
    proven: bool = False  # by NOT NULL

    def of(self, row: Row) -> Expression:
        return row[self.sql] if isinstance(self.sql, str) else self.sql(row)  # type: ignore[misc]


@dataclass(frozen=True)
class One(Declared):
    """At most one row of `target`: a column of ours that holds its key, or a condition. At the root, by its id; of a
    type that is no node, the only row there is."""

    target: str
    link: Link = None
    find: bool = True


@dataclass(frozen=True)
class Many(Declared):
    """A short list without paging, linked by a column of `target` that holds our key, or a condition.

    `order` names columns, `-` in front for descending. `at_most` is enforced and is what the estimate assumes.
    """

    target: str
    link: Link = None
    order: tuple[str, ...] = ()
    at_most: int = 100
    find: bool = True


@dataclass(frozen=True)
class Pages(Declared):
    """A Relay connection."""

    target: str
    link: Link = None
    find: bool = True


@dataclass(frozen=True)
class Totals(Declared):
    """Count and sums over the rows of `target`, by at most one group."""

    target: str
    link: Link = None


@dataclass(frozen=True)
class Choice(Declared):
    """One row of one of several types: a union, with a link to each."""

    union: str
    options: Mapping[str, Link]


@dataclass(frozen=True)
class Search(Declared):
    """A key of filters only: text, prepared for the caller, bound into a condition.

    `prepare` may raise ValueError, which refuses the request. By default the text is looked for anywhere, with LIKE.
    """

    condition: Callable[[Row, Any], Any]
    prepare: Callable[[Any, str], Any] = lambda _, text: f"%{pattern(text)}%"
    sql: TypeEngine[Any] = field(default_factory=Text)


@dataclass(frozen=True)
class Computed(Declared):
    """Worked out by `python(caller, *columns)` after the SQL, for those who may see it: decryption, above all.

    Columns come as PostgreSQL's text, bytea as bytes. It can be filtered by only through `find`: a blind index.
    """

    scalar: Scalar
    of: tuple[str | FromRow, ...]
    python: Callable[..., Any]
    find: Search | None = None


@dataclass(frozen=True)
class AnyNode(Declared):
    """The root field `node(id)`: looks among all types that have a single id."""


Field = Value | One | Many | Pages | Totals | Choice | Search | Computed | AnyNode
Related = One | Many | Pages | Totals


@dataclass(frozen=True)
class Type:
    """`warehouse` and `party` say whose the rows are, for callers bound to warehouses or to a party: OPEN, CLOSED, a
    column that holds the id, a One field to follow, or `(row, bound) → condition`, bound being uuid[] or uuid.

    `own`: rows are shown to whose actor id is in this column, and all of them to holders of this permission."""

    name: str
    table: FromClause | Select[Any]
    fields: Mapping[str, Field]
    permission: Permission = field(kw_only=True)
    warehouse: str | Callable[[Row, Any], Any] = field(kw_only=True)
    party: str | Callable[[Row, Any], Any] = field(kw_only=True)
    own: tuple[str, str] | None = field(default=None, kw_only=True)
    key: tuple[str, ...] = field(default=("id",), kw_only=True)
    description: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        columns = columns_of(self.table)
        settled = {name: settle(name, one, columns) for name, one in self.fields.items()}
        object.__setattr__(self, "fields", settled)

    @property
    def is_node(self) -> bool:
        return len(self.key) == 1 and "id" in self.fields


def settle(name: str, declared: Field, columns: Mapping[str, Any]) -> Field:
    if not isinstance(declared, Value):
        return declared
    sql = declared.sql or name
    proven = isinstance(sql, str) and getattr(columns.get(sql), "nullable", True) is False
    null = not proven if declared.null is None else declared.null
    return replace(declared, sql=sql, proven=proven, null=bool(null or declared.permission))


@dataclass
class Model:
    """All types and root fields. Whatever could leak or never work refuses to build."""

    declared: Sequence[Type]
    roots: Mapping[str, Field]
    permissions: frozenset[str]
    types: dict[str, Type] = field(init=False)
    graphql: dict[str, dict[str, Field]] = field(init=False)  # GraphQL type → GraphQL field → declaration
    schema: Schema = field(init=False)  # set by graphql.build

    def __post_init__(self) -> None:
        self.types = {one.name: one for one in self.declared}
        self.graphql = {one.name: {camel(n): f for n, f in one.fields.items()} for one in self.declared}
        self.graphql["Query"] = {camel(name): root for name, root in self.roots.items()}
        for one in self.declared:
            columns = columns_of(one.table)
            if not one.permission or any(
                name not in columns or getattr(columns[name], "nullable", False) for name in one.key
            ):
                raise TypeError(f"{one.name}: a type has a permission, and a key that is never NULL")
            self.check_permission(one.name, one.permission)
            if one.own:
                self.check_permission(one.name, one.own[1])
                Row(one.table, "t")[one.own[0]]
            for name, declared in one.fields.items():
                self.check_field(one, f"{one.name}.{name}", name, declared)
            self.check_scope(one, "warehouse")
            self.check_scope(one, "party")
        for name, declared in self.roots.items():
            self.check_field(None, f"Query.{name}", name, declared)

    def check_permission(self, where: str, permission: Permission | None) -> None:
        wanted = {permission} if isinstance(permission, str) else set(permission or ())
        if unknown := wanted - self.permissions:
            raise TypeError(f"{where}: unknown permission {', '.join(unknown)}")

    def check_field(self, one: Type | None, where: str, name: str, declared: Field) -> None:
        if not is_name(name):
            raise TypeError(f"{where}: not a name")
        self.check_permission(where, declared.permission)
        links = dict(declared.options) if isinstance(declared, Choice) else {}
        if isinstance(declared, Related):
            links[declared.target] = declared.link
        for target, link in links.items():
            if target not in self.types:
                raise TypeError(f"{where}: no type {target}")
            if one:  # what names no column, or no row of the right shape, shows here and not in production
                linked(declared, link, one, Row(one.table, "t"), self.types[target], Row(self.types[target].table, "u"))
        if one and isinstance(declared, Value):
            declared.of(Row(one.table, "t"))

    def check_scope(self, one: Type, kind: str, followed: tuple[str, ...] = ()) -> None:
        """A path ends in a column or a condition, however many relations it follows."""
        path = getattr(one, kind)
        if not isinstance(path, str) or (path in columns_of(one.table) and not isinstance(path, Scope)):
            return
        through = one.fields.get(path)
        if isinstance(path, Scope) and not followed:
            return
        if not isinstance(through, One) or path in followed:
            raise TypeError(f"{one.name}: {kind}={path!r} leads to no column")
        self.check_scope(self.types[through.target], kind, (*followed, path))


def linked(declared: Field, link: Link, owner: Type, row: Row, target: Type, to: Row) -> list[Any]:
    """The condition between a row of the owner and a row of the target, if there is one."""
    if link is None or callable(link):
        return [link(row, to)] if link else []
    if isinstance(declared, One | Choice):
        return [to[target.key[0]] == row[link]]
    return [to[link] == row[owner.key[0]]]


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
