"""Ids of another company: wherever one can be named, it answers as an id that nobody has.

Generated from the schema: every argument of type ID or UUID of a query, every id of every filter, every id in the body
of every mutation.
"""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)

from api.mutations import mutation_name
from api.schema import make_model
from domain.catalogue import CATALOGUE
from tests.api.shop import KINDS, Firm, Shop
from tests.doors.bodies import BODIES, new
from tests.doors.test_graphql import document

IDS = {"ID", "UUID"}
SCHEMA = make_model().schema._schema
QUERY: Any = SCHEMA.query_type
Path = tuple[str, ...]
uuid = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def ids_of(firm: Firm) -> list[str]:
    return [str(firm.id(kind)) for kind in KINDS]


# --- queries ---


def asked_of(field: Any) -> str:
    """Whatever shows that there was something."""
    name = get_named_type(field.type).name
    if name == "Node":
        return "{ __typename id }"
    if name.endswith("Connection"):
        return "{ totalCount nodes { __typename } pageInfo { hasNextPage } }"
    return "{ count }" if name.endswith("Totals") else "{ __typename }"


def id_filters(type_: GraphQLInputObjectType, depth: int = 1) -> Iterator[Path]:
    """Paths to a comparison of ids, through at most so many relations; more are the same way gone again."""
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if name in ("and", "or", "not") or not isinstance(inner, GraphQLInputObjectType):
            continue
        if inner.name == "IDFilter":
            yield (name,)
        elif depth and inner.name.endswith("Filter") and "and" in inner.fields:
            yield from ((name, *path) for path in id_filters(inner, depth - 1))


def filtered() -> list[tuple[str, Path]]:
    return [
        (root, path)
        for root, field in QUERY.fields.items()
        if "filter" in field.args
        for path in id_filters(get_named_type(field.args["filter"].type))
    ]


def nested(path: Path, leaf: Any) -> Any:
    return {path[0]: nested(path[1:], leaf)} if path else leaf


def named() -> list[str]:
    """Roots that take an id."""
    return [name for name, field in QUERY.fields.items() if any(map(takes_id, field.args.values()))]


def takes_id(argument: GraphQLArgument) -> bool:
    return get_named_type(argument.type).name in IDS


def test_no_id_is_asked_for_in_a_way_unknown_here() -> None:
    """Beside the roots' `id` and filters there is no argument that takes an id, at any depth."""
    unknown = [
        f"{type_.name}.{field_name}({name})"
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and type_ not in (SCHEMA.query_type, SCHEMA.mutation_type)
        for field_name, field in type_.fields.items()
        for name, argument in field.args.items()
        if takes_id(argument)
    ]
    assert unknown == []
    assert {name for root in named() for name in QUERY.fields[root].args} == {"id"}


@pytest.mark.parametrize("root", named())
async def test_roots(shop: Shop, root: str) -> None:
    owner, query = shop.mine.tokens["owner"], f"query ($id: ID!) {{ {root}(id: $id) {asked_of(QUERY.fields[root])} }}"
    mine = [(await shop.ask(owner, query, {"id": id})) for id in ids_of(shop.mine)]
    assert any(answer["data"][root] for answer in mine)
    nothing = await shop.ask(owner, query, {"id": str(uuid4())})
    assert nothing == {"data": {root: None}}
    for id in ids_of(shop.other):
        assert await shop.ask(owner, query, {"id": id}) == nothing


@pytest.mark.parametrize(
    ("root", "path"), filtered(), ids=lambda part: part if isinstance(part, str) else ".".join(part)
)
async def test_filters(shop: Shop, root: str, path: Path) -> None:
    """By each comparison, of all their ids at once."""
    owner, field = shop.mine.tokens["owner"], QUERY.fields[root]
    kind, page = get_named_type(field.args["filter"].type).name, "first: 1, " if "first" in field.args else ""
    query = f"query ($filter: {kind}) {{ {root}({page}filter: $filter) {asked_of(field)} }}"

    async def answers(ids: list[str]) -> list[Any]:
        each = [nested(path, {"eq": id}) for id in ids]
        but = [nested(path, {"ne": id}) for id in ids]
        filters = [{"or": each}, {"and": but}, nested(path, {"in": ids}), {"not": nested(path, {"in": ids})}]
        return [await shop.ask(owner, query, {"filter": filter_}) for filter_ in filters]

    theirs = await answers(ids_of(shop.other))
    assert all("errors" not in answer for answer in theirs), theirs
    assert theirs == await answers([str(uuid4()) for _ in KINDS])


# --- mutations ---


def places(name: str) -> list[Path]:
    """Paths to every id in the body of a mutation; "*" is each item of a list."""
    mutation: Any = SCHEMA.mutation_type

    def inside(type_: Any, path: Path) -> Iterator[Path]:
        type_ = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(type_, GraphQLList):
            yield from inside(type_.of_type, (*path, "*"))
        elif isinstance(type_, GraphQLInputObjectType):
            for key, field in type_.fields.items():
                yield from inside(field.type, (*path, key))
        elif type_.name in IDS:
            yield path

    return list(inside(mutation.fields[mutation_name(name)].args["input"].type, ()))


def put(body: Any, path: Path, id: str) -> None:
    for step in path[:-1]:
        body = body[0] if step == "*" else body[step]
    assert path[-1] in body, f"tests/doors/bodies.py has no value for {'.'.join(path)}"
    body[path[-1]] = id


def but_ids(answer: Any) -> str:
    """An answer without the ids and numbers that each call makes anew."""
    return re.sub(r"\d+", "n", uuid.sub("id", json.dumps(answer)))


@pytest.mark.parametrize("name", CATALOGUE)
async def test_bodies(shop: Shop, name: str) -> None:
    firm = await shop.firm("owner")

    async def answer(path: Path, id: str) -> str:
        body = copy.deepcopy(BODIES[name](firm))
        put(body, path, id)
        told = await shop.ask(firm.tokens["owner"], document(name), {"id": new(), "input": body})
        assert "errors" not in told, told
        return but_ids(told)

    nobodys = {path: await answer(path, str(uuid4())) for path in places(name)}
    # last the ids of what is made: from then on they are ours as well
    for path in sorted(nobodys, key=lambda path: "ACCEPTED" in nobodys[path]):
        for id in ids_of(shop.other):
            assert await answer(path, id) == nobodys[path], path


async def test_command_ids(shop: Shop) -> None:
    """Theirs is free here; and what they did under it is not told."""
    name, id = "masterdata.save_units", new()
    theirs = await shop.ask(shop.other.tokens["owner"], document(name), {"id": id, "input": BODIES[name](shop.other)})
    ours = await shop.ask(shop.mine.tokens["owner"], document(name), {"id": id, "input": BODIES[name](shop.mine)})
    assert but_ids(theirs) == but_ids(ours)
    assert ours["data"]["saveUnits"]["id"] == id
