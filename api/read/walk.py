"""A list from its beginning to its end, row by row: what its pages would show one after another, as one statement.

The selection, its guards, filters and orders are compiled as those of a query; only the end of the page is left out.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values
from sqlalchemy import func, select

from api.read.compile import Compiler
from api.read.connection import Page
from api.read.declare import Caller, Model, Pages
from api.read.engine import Door, Patch, Problem
from api.read.jsontext import Json, glue
from api.read.limits import Limits
from api.read.plan import Hidden, Inputs

Tree = Mapping[str, "Tree"]


class Unreadable(Exception):
    """The filter or the order is none of this list, for the reason in its text."""


class Closed(Exception):
    """The caller may not see the list, or what he filters or orders by (no `path`), or what he selects."""

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(".".join(path))
        self.path = path


@dataclass(frozen=True)
class Statement:
    sql: str
    values: Sequence[Any]


@dataclass(frozen=True)
class Walk:
    """`problems`: where a value could not be made, as GraphQL would tell; the value itself is None."""

    count: Statement
    rows: Statement
    patches: Sequence[tuple[Sequence[str], Any]]
    caller: Caller
    problems: list[Problem]

    async def length(self, door: Door) -> int:
        return await door.raw.fetchval(self.count.sql, *self.count.values)

    async def pages(self, door: Door, size: int) -> AsyncIterator[list[dict[str, Any]]]:
        """Rows as GraphQL would answer them. One statement sees one moment, however long it is read."""
        cursor = await door.raw.cursor(self.rows.sql, *self.rows.values)
        patch = Patch([python for _, python in self.patches], self.caller, self.problems)
        while records := await cursor.fetch(size):
            rows: Any = orjson.loads(f"[{','.join(record[0] for record in records)}]")
            for path, _ in self.patches:
                rows = patch.at(rows, path, [])
            yield rows


def walk(
    model: Model, caller: Caller, root: str, wanted: Sequence[str], chosen: object = None, order: Sequence[str] = ()
) -> Walk:
    """Of the list under this root field: the fields `wanted` of each row, named by their paths (`partner.name`).

    `chosen` and `order` are what a query gives as `filter` and `orderBy`. Raises Unreadable and Closed.
    """
    compiler, page, made = compiled(model, caller, root, wanted, chosen, order)
    if compiler.errors:
        raise Closed(hidden(compiler)[0])
    row, source = page.row, page.row.source
    for to, on in row.joins:
        source = source.outerjoin(to, on)
    ordered = [key.ordered(row, True, True) for key in page.keys]
    every = select(made).select_from(source).where(*page.where).order_by(*ordered)
    many = select(func.count()).select_from(row.source).where(*page.where)
    try:
        return Walk(bound(compiler, many), bound(compiler, every), compiler.patches, caller, [])
    except GraphQLError as error:  # a value that only shows when it is bound
        raise Unreadable(error.message) from None


def visible(model: Model, caller: Caller, root: str, paths: Sequence[str]) -> list[str]:
    """Those of the paths that the caller may see; none of a list that is closed to him."""
    try:
        compiler, *_ = compiled(model, caller, root, paths)
    except Closed:
        return []
    closed = hidden(compiler)
    return [path for path in paths if not any((*path.split("."),)[: len(one)] == one for one in closed)]


def hidden(compiler: Compiler) -> list[tuple[str, ...]]:
    return [tuple(str(step) for step in error.path or ()) for error in compiler.errors]


def compiled(
    model: Model, caller: Caller, root: str, wanted: Sequence[str], chosen: object = None, order: Sequence[str] = ()
) -> tuple[Compiler, Page, Json]:
    """What is hidden of the selection is among the compiler's errors. Raises Unreadable; Closed for anything else."""
    declared = model.graphql["Query"][root]
    assert isinstance(declared, Pages)
    names = {"filter": chosen, "orderBy": list(order) or None}
    given = {name: value for name, value in names.items() if value is not None}
    variables, field = prepared(model, declared.target, root, selection(wanted), given)
    compiler = Compiler(model, {}, Inputs(variables, caller), Limits(fields=len(wanted) * 3 + 100))
    try:
        page = Page(compiler, None, declared, [field], None, ())
        [nodes] = selections(field)
        return compiler, page, glue(compiler.row(page.target, [nodes], page.row, ()))
    except Hidden:
        raise Closed(()) from None
    except GraphQLError as error:
        raise Unreadable(error.message) from None


def bound(compiler: Compiler, query: Any) -> Statement:
    sql, reads = compiler.rendered(query)
    return Statement(sql, [read(compiler.inputs) for read in reads])


def prepared(
    model: Model, target: str, root: str, selected: str, given: Mapping[str, object]
) -> tuple[Mapping[str, Any], FieldNode]:
    """The query of one page with its variables coerced, as it would come through GraphQL."""
    types = {"filter": f"{target}Filter", "orderBy": f"[{target}Order!]"}
    head = ", ".join(f"${name}: {types[name]}" for name in given)
    arguments = "".join(f", {name}: ${name}" for name in given)
    text = f"query {f'({head})' if head else ''} {{ {root}(first: 1{arguments}) {{ nodes {{ {selected} }} }} }}"
    schema = model.schema._schema
    document = parse(text)
    if wrong := validate(schema, document, max_errors=1, hide_suggestions=True):
        raise Unreadable(wrong[0].message)
    [operation] = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    variables = get_variable_values(schema, operation.variable_definitions or (), dict(given), 1, hide_suggestions=True)
    if isinstance(variables, list):
        raise Unreadable(variables[0].message)
    [field] = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    return variables.coerced, field


def selections(field: FieldNode) -> list[FieldNode]:
    return [
        one for one in (field.selection_set.selections if field.selection_set else ()) if isinstance(one, FieldNode)
    ]


def selection(paths: Sequence[str]) -> str:
    tree: dict[str, Any] = {}
    for path in paths:
        branch = tree
        for step in path.split("."):
            branch = branch.setdefault(step, {})
    return selected(tree)


def selected(tree: Tree) -> str:
    return " ".join(f"{name} {{ {selected(below)} }}" if below else name for name, below in tree.items())
