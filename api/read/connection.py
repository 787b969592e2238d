"""Relay connections: one keyset page, what surrounds it, and signed cursors."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import orjson
from graphql import FieldNode
from sqlalchemy import (
    Integer,
    Text,
    and_,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from api.read import filters
from api.read.declare import Pages, Row, Type, Value, linked
from api.read.jsontext import Json, Pieces, as_json, as_text, escaped, glue, json_array, or_null
from api.read.limits import bad_input, refusal
from api.read.plan import Arg, Hidden, Inputs, Path, Read
from api.read.plan import constant as always

if TYPE_CHECKING:
    from api.read.compile import Compiler


@dataclass(frozen=True)
class Key:
    """One part of an order. Forward, NULLs come last, whichever the direction."""

    name: str
    value: Value | None  # None: a column of the type's key
    type_: Any
    null: bool
    descending: bool

    def of(self, row: Row) -> Any:
        return self.value.of(row) if self.value else row[self.name]

    def ordered(self, row: Row, forward: bool, nulls: bool) -> Any:
        """`nulls`: place them; where a branch has none, or nothing else, the plain form uses the plain index."""
        made = self.of(row).desc() if self.descending == forward else self.of(row).asc()
        if not nulls or not self.null:
            return made
        return made.nulls_last() if forward else made.nulls_first()


@dataclass(frozen=True)
class Bound:
    """A cursor: the rows wanted lie `ahead` of it, or before. Which of its values are NULL is guarded."""

    values: Sequence[Any]
    nulls: Sequence[bool]
    ahead: bool

    def of(self, row: Row, keys: Sequence[Key], absent: Sequence[bool]) -> list[Any] | None:
        """The condition on rows whose keys are NULL where `absent` says so; None where there can be none."""
        steps: list[tuple[Any, Any, bool]] = []
        inclusive = False
        for key, value, is_null, missing in zip(keys, self.values, self.nulls, absent, strict=True):
            if missing != is_null:  # decided here, for rows that equal the cursor so far
                inclusive = missing == self.ahead
                break
            if not missing:
                steps.append((key.of(row), value, key.descending != self.ahead))
        if not steps:
            return [] if inclusive else None
        return [beyond(steps, inclusive)]


def beyond(steps: Sequence[tuple[Any, Any, bool]], inclusive: bool) -> Any:
    """Lexicographic comparison in a form that an index answers: a row comparison where all go one way, else a bound
    on the first column in front."""
    if len({up for _, _, up in steps}) == 1:
        mine = tuple_(*[column for column, _, _ in steps]) if len(steps) > 1 else steps[0][0]
        theirs = tuple_(*[value for _, value, _ in steps]) if len(steps) > 1 else steps[0][1]
        if inclusive:
            return mine >= theirs if steps[0][2] else mine <= theirs
        return mine > theirs if steps[0][2] else mine < theirs
    column, value, up = steps[0]
    step, reached = (column > value, column >= value) if up else (column < value, column <= value)
    return and_(reached, or_(step, beyond(steps[1:], inclusive)))


def columns(row: Row) -> list[Any]:
    """The columns that the select around a page uses of it."""
    return [row[name].label(name) for name in list(row.used)] or [literal_column("1").label("one")]


class Page:
    """A page of rows, one more to know whether there are more, and one select over them that builds the answer."""

    def __init__(
        self, c: Compiler, owner: Type | None, declared: Pages, nodes: list[FieldNode], parent: Row | None, path: Path
    ) -> None:
        self.c, self.nodes, self.path = c, nodes, path
        self.target = c.model.types[declared.target]
        self.args = c.arguments(owner, nodes[0])
        self.row, scope = c.enter(self.target)
        self.size, self.forward = self.read_size(), self.args.get("first") is not None
        self.keys = self.read_keys()
        self.spec = f"{self.target.name}:" + ",".join(f"{k.name}{'-' if k.descending else '+'}" for k in self.keys)
        on = linked(declared, declared.link, owner, self.row_of(parent), self.target, self.row) if owner else []
        self.where = [*on, *scope, filters.condition(c, self.target, self.args.get("filter"), self.row)]
        ends = (("after", True), ("before", False))
        self.bounds = [self.bound(self.args[name], ahead) for name, ahead in ends if self.args.get(name) is not None]
        self.reads_rows = False

    @staticmethod
    def row_of(parent: Row | None) -> Row:
        assert parent is not None
        return parent

    # --- arguments ---

    def read_size(self) -> Read:
        first, last = self.args.get("first"), self.args.get("last")
        if (first is None) == (last is None):
            raise bad_input("Give either `first` or `last`.", self.nodes[0])
        given: Any = last if first is None else first
        chosen, most = given.read, self.c.limits.page  # no node: a plan does not keep its document alive

        def read(inputs: Inputs) -> int:
            if not 0 <= (value := chosen(inputs)) <= most:
                raise bad_input(f"A page has 0 to {most} rows.")
            return int(value)

        return read

    def read_keys(self) -> list[Key]:
        """orderBy, then the type's key, which makes the order total and goes the way of the last one asked for."""
        tree, most = self.args.get("orderBy"), self.c.limits.keys
        wanted: list[tuple[str, bool]] = (
            self.c.look(tree.read, lambda members: [member.value for member in members]) if tree else []
        )
        if len(wanted) > most:
            raise bad_input(f"At most {most} keys of an order.", self.nodes[0])
        keys: dict[str, Key] = {}
        for name, descending in wanted:
            value = self.target.fields[name]
            if not isinstance(value, Value) or not self.c.may(value.permission):
                raise Hidden
            null = bool(value.null) and not value.proven
            keys.setdefault(name, Key(name, value, value.scalar.sql, null, descending))
        way = wanted[-1][1] if wanted else False
        for name in self.target.key:
            keys.setdefault(name, Key(name, None, self.row.columns[name].type, False, way))
        return list(keys.values())

    def bound(self, cursor: Arg, ahead: bool) -> Bound:
        read, spec, length = cursor.read, self.spec, len(self.keys)

        def values(inputs: Inputs) -> list[str | None]:
            return open_cursor(read(inputs), inputs, spec, length)

        nulls = self.c.look(values, lambda found: [value is None for value in found])
        made = [cast(self.c.bind(at_place(values, at), Text), key.type_) for at, key in enumerate(self.keys)]
        return Bound(made, nulls, ahead)

    # --- rows ---

    def pieces(self) -> Pieces:
        self.row.used.clear()  # what conditions use is not needed outside the page
        with self.c.inside(self.size):
            made = self.connection()
        if not self.reads_rows:
            self.c.terms.append((*self.c.sizes, self.size))  # a size that is refused is refused all the same
            return made
        return [self.c.scalar(made, self.row, [], self.page())]

    def page(self) -> Any:
        row, forward, size = self.row, self.forward, self.size
        limit = self.c.bind(lambda inputs: size(inputs) + 1, Integer)
        outside = list(row.used)
        order = [key.ordered(row, forward, True) for key in self.keys]
        number = func.row_number().over(order_by=order).label("rn")
        branches = self.branches()
        if not any(key.null for key in self.keys):
            chosen = [row[name].label(name) for name in outside]
            inner = select(*chosen, number).select_from(row.source).where(*self.where, *branches[0])
        else:
            chosen = columns(row)  # those of the order, too
            alone = [key.ordered(row, forward, False) for key in self.keys]
            parts = [
                select(*chosen).select_from(row.source).where(*self.where, *branch).order_by(*alone).limit(limit)
                for branch in branches
            ]
            source: Any = union_all(*parts) if len(parts) > 1 else parts[0]
            inner = select(*[row[name].label(name) for name in outside], number).select_from(source.subquery(row.name))
        return inner.order_by(*order).limit(limit).subquery(row.name)

    def branches(self) -> list[list[Any]]:
        """Rows by which of the nullable keys they lack. Within a branch no key is sometimes NULL, so that each is a
        short walk along an index, and the union of the branches is no longer than as many pages."""
        found: list[list[Any]] = []
        for absent in product(*[(False, True) if key.null else (False,) for key in self.keys]):
            states = [
                key.of(self.row).is_(None) if missing else key.of(self.row).is_not(None)
                for key, missing in zip(self.keys, absent, strict=True)
                if key.null
            ]
            limits = [bound.of(self.row, self.keys, absent) for bound in self.bounds]
            if None not in limits:
                found.append([*states, *[condition for limit in limits for condition in limit or ()]])
        return found or [[false()]]

    # --- what surrounds them ---

    def connection(self) -> Pieces:
        c, name = self.c, self.target.name
        return c.shape(
            f"{name}Connection",
            self.nodes,
            self.path,
            {
                "edges": lambda found, at: self.listed(self.edge(found, at)),
                "nodes": lambda found, at: self.listed(c.row(self.target, found, self.row, at)),
                "pageInfo": lambda found, at: c.shape("PageInfo", found, at, self.page_info()),
                "totalCount": lambda found, at: self.total(),
            },
        )

    def edge(self, nodes: list[FieldNode], path: Path) -> Pieces:
        return self.c.shape(
            f"{self.target.name}Edge",
            nodes,
            path,
            {
                "cursor": lambda found, at: ['"', self.signed(self.payload()), '"'],
                "node": lambda found, at: self.c.row(self.target, found, self.row, at),
            },
        )

    def page_info(self) -> dict[str, Any]:
        backward = ["true" if "before" in self.args and self.args["before"] is not None else "false"]
        onward = ["true" if "after" in self.args and self.args["after"] is not None else "false"]
        return {
            "hasNextPage": lambda found, at: self.more() if self.forward else backward,
            "hasPreviousPage": lambda found, at: onward if self.forward else self.more(),
            "startCursor": lambda found, at: self.end(literal_column("1")),
            "endCursor": lambda found, at: self.end(func.least(func.count(), self.c.bind(self.size, Integer))),
        }

    @property
    def number(self) -> Any:
        self.reads_rows = True
        return literal_column(f"{self.row.name}.rn")

    def on_page(self) -> Any:
        return self.number <= self.c.bind(self.size, Integer)

    def order(self) -> Any:
        """As the client reads it. All aggregates ask for the same, so that it is sorted once: one that asks for
        another would turn round those that ask for none."""
        return self.number.asc() if self.forward else self.number.desc()

    def listed(self, item: Pieces) -> Pieces:
        return json_array(glue(item), [self.order()], self.on_page())

    def more(self) -> Pieces:
        self.reads_rows = True
        return [as_text(func.count() > self.c.bind(self.size, Integer))]

    def payload(self) -> Json:
        parts: list[str | Json] = []
        for key in self.keys:
            parts += ["," if parts else "[", or_null(escaped(cast(key.of(self.row), Text)))]
        return glue([*parts, "]"])

    def end(self, place: Any) -> Pieces:
        listed: Any = func.array_agg(aggregate_order_by(self.payload(), self.order())).filter(self.on_page())
        return [or_null(glue(['"', self.signed(as_json(listed[place])), '"']))]

    def signed(self, payload: Json) -> Json:
        spec = self.spec
        key = self.c.bind(lambda inputs: cursor_key(inputs, spec), Text)
        utf8: Any = literal_column("'UTF8'")
        mac = func.left(func.encode(func.sha256(func.convert_to(key + payload, utf8)), literal_column("'hex'")), MAC)
        encoded = func.encode(func.convert_to(mac + payload, utf8), literal_column("'base64'"))
        return as_json(func.translate(encoded, literal_column(r"E'+/=\n'"), literal_column("'-_'")))

    def total(self) -> Pieces:
        self.c.terms.append((*self.c.sizes[:-1], always(self.c.limits.scan)))
        most = literal_column(str(self.c.limits.count + 1))
        some = select(literal_column("1").label("one")).select_from(self.row.source).where(*self.where).limit(most)
        return [as_text(select(func.count()).select_from(some.subquery("some")).scalar_subquery())]


MAC = 20


def at_place(values: Read, at: int) -> Read:
    return lambda inputs: values(inputs)[at]


def cursor_key(inputs: Inputs, spec: str) -> str:
    """A cursor fits one company and one order of one list."""
    text = f"{inputs.caller.company.id} {spec}".encode()
    return hashlib.blake2b(text, key=inputs.secret, digest_size=16).hexdigest()


def open_cursor(text: str, inputs: Inputs, spec: str, length: int) -> list[str | None]:
    """One refusal for whatever is wrong with a cursor."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        mac, payload = raw[:MAC], raw[MAC:]
        made = hashlib.sha256(cursor_key(inputs, spec).encode() + payload).hexdigest()[:MAC]
        if hmac.compare_digest(mac, made.encode()) and len(values := orjson.loads(payload)) == length:
            return values
    except (ValueError, TypeError, binascii.Error):
        pass
    raise refusal("BAD_CURSOR", "This cursor does not belong to this list.")
