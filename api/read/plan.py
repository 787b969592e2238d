"""A compiled selection, and what it may know of the requests it serves.

Whatever the compiler has to know about a variable (is it null, which keys has the filter, is @include true) it asks
through `Asking.look`, which writes a guard. A plan serves every request whose variables pass its guards, so values
are always bound and never decide anything unseen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ListValueNode,
    NullValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    value_from_ast,
)
from sqlalchemy import bindparam

from api.read.declare import Caller, Model, Type
from api.read.limits import Limits, too_complex


class Hidden(Exception):
    """A selection, filter, order or group names what the caller may not see."""


@dataclass(frozen=True)
class Inputs:
    variables: Mapping[str, Any]
    caller: Caller
    secret: bytes = b""  # signs cursors


Read = Callable[[Inputs], Any]
Path = tuple[str, ...]
Guard = tuple[Read, Callable[[Any], Any], Any]


@dataclass(frozen=True)
class Arg:
    """A leaf of an argument: each request reads its own value."""

    read: Read


Tree = Any  # Arg | dict[str, Tree] | list[Tree] | None


@dataclass(frozen=True)
class Plan:
    guards: tuple[Guard, ...]
    keys: tuple[str | None, ...]  # response keys in order; None where Strawberry executes
    executed: tuple[FieldNode, ...]
    sql: str | None
    reads: tuple[Read, ...]
    errors: tuple[dict[str, Any], ...]
    patches: tuple[tuple[Path, Callable[..., Any]], ...]  # of Computed fields
    terms: tuple[tuple[Read, ...], ...]  # of the estimate: each a product of page sizes

    def fits(self, inputs: Inputs) -> bool:
        try:
            return all(how(read(inputs)) == seen for read, how, seen in self.guards)
        except GraphQLError:
            return False

    def nodes(self, inputs: Inputs) -> int:
        """Rows that the answer may need, by the page sizes asked for."""
        total = 0
        for term in self.terms:
            size = 1
            for read in term:
                size *= max(read(inputs), 1)
            total += size
        return total


def constant(value: Any) -> Read:
    return lambda _: value


def given(value: Any) -> bool:
    return value is not None


def shape(value: Any) -> Any:
    """What of an input decides the SQL: keys and lengths, not values."""
    return tuple(sorted(value)) if isinstance(value, Mapping) else len(value)


class Asking:
    """Reads arguments for a plan: literals as they stand, variables through guards and bound values."""

    def __init__(
        self, model: Model, fragments: Mapping[str, FragmentDefinitionNode], inputs: Inputs, limits: Limits
    ) -> None:
        self.model, self.fragments, self.inputs, self.limits = model, fragments, inputs, limits
        self.schema: GraphQLSchema = model.schema._schema
        self.guards: list[Guard] = []
        self.reads: dict[str, Read] = {}

    def look(self, read: Read, how: Callable[[Any], Any]) -> Any:
        if len(self.guards) >= self.limits.fields:
            raise too_complex("Too many variables decide this answer.")
        seen = how(read(self.inputs))
        self.guards.append((read, how, seen))
        return seen

    def bind(self, read: Read, type_: Any) -> Any:
        name = f"p{len(self.reads)}"
        self.reads[name] = read
        return bindparam(name, None, type_=type_)

    def included(self, node: Any) -> bool:
        for directive in node.directives or ():
            if directive.name.value in ("include", "skip"):
                condition = self.tree(directive.arguments[0].value, self.schema.get_type("Boolean"))
                if self.look(condition.read, bool) != (directive.name.value == "include"):
                    return False
        return True

    def arguments(self, owner: Type | None, node: FieldNode) -> dict[str, Tree]:
        type_: Any = self.schema.get_type(owner.name if owner else "Query")
        expected = type_.fields[node.name.value].args
        return {a.name.value: self.tree(a.value, expected[a.name.value].type) for a in node.arguments or ()}

    def tree(self, node: Any, type_: Any) -> Tree:
        type_ = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(node, VariableNode):
            name = node.name.value
            return self.unfold(lambda inputs: inputs.variables.get(name), type_)
        if isinstance(node, NullValueNode):
            return None
        if isinstance(type_, GraphQLInputObjectType):
            return {f.name.value: self.tree(f.value, type_.fields[f.name.value].type) for f in node.fields}
        if isinstance(type_, GraphQLList):
            nodes = node.values if isinstance(node, ListValueNode) else [node]
            items = [self.tree(value, type_.of_type) for value in nodes]
            if not is_leaf_type(get_named_type(type_)):
                return items
            return Arg(lambda inputs: [item.read(inputs) for item in items])
        return Arg(constant(value_from_ast(node, type_)))

    def unfold(self, read: Read, type_: Any) -> Tree:
        """The tree behind a variable, as deep as input objects go."""
        type_ = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if not self.look(read, given):
            return None
        if is_leaf_type(get_named_type(type_)):
            return Arg(read)
        seen = self.look(read, shape)
        if isinstance(type_, GraphQLInputObjectType):
            return {key: self.unfold(part(read, key), type_.fields[key].type) for key in seen}
        return [self.unfold(part(read, at), type_.of_type) for at in range(seen)]


def part(read: Read, key: Any) -> Read:
    return lambda inputs: read(inputs)[key]
