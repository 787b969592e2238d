"""Random valid queries: compiled and ordinary execution give the same bytes of data and the same errors.

Each text runs with two sets of variable values, so that a plan shared wrongly shows, and once more with cursors taken
from the first answer. READ_EXAMPLES sets how many texts; the seeds are fixed unless READ_SEED gives another.
"""

import json
import logging
import os
import random
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    parse,
    print_ast,
    type_from_ast,
    validate,
    value_from_ast_untyped,
)
from graphql.language import parse_value
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from api.read.engine import Reader
from api.read.limits import Limits
from tests.api.read.company import callers, company, data_of, rows_of
from tests.api.read.conftest import MODEL, wait
from tests.api.read.oracle import SECRET, Oracle, resolver
from tests.api.read.rewrite import Meaning, rewritten, visited

DATA = data_of(25)
REFERENCE = company(resolver)
WHO = list(callers(DATA).values())
EXAMPLES, SEED = int(os.environ.get("READ_EXAMPLES", "40")), int(os.environ.get("READ_SEED", "1"))
NO_LIMITS = Limits(10**6, 100, 100_000, 10**12, terms=10**6, filter_depth=100, keys=99, capacity=10**12)
SCHEMA = MODEL.schema._schema
WORDS = ["螺丝", "O'Brien", "%", "_", "\\", "n", "", '"', "SKU0000", "类1", "13800000000"]
IDS = [str(row["id"]) for name in DATA for row in DATA[name][:3] if "id" in row]
IDS += [IDS[0].upper(), "nothing", ""]
POOLS = {
    "ID": IDS,
    "String": WORDS,
    "Decimal": ["0", "12.5", "-3", "400.0001"],
    "Date": ["2026-01-05", "2026-01-12"],
    "DateTime": ["2026-01-01T00:20:00Z", "2026-02-01T08:00:00+08:00"],
}
STATS = {"texts": 0, "answers": 0, "bytes": 0, "with cursors": 0}


def walk(type_: Any, dice: random.Random, depth: int) -> str:
    """A selection by walking the schema: deeper and with more rows than generated ones."""
    named = get_named_type(type_)
    if named.name == "Node" or not hasattr(named, "fields"):
        possible = [one for one in SCHEMA.get_possible_types(named) if dice.random() < 0.5]
        inner = "".join(f" ... on {one.name} {walk(one, dice, depth)}" for one in possible)
        return f"{{ __typename{' id' if named.name == 'Node' else ''}{inner} }}"
    made = ["__typename"] if dice.random() < 0.3 else []
    for name, declared in named.fields.items():
        leaf = is_leaf_type(get_named_type(declared.type))
        wanted = name in ("edges", "nodes", "node", "pageInfo") or dice.random() < (0.4 if leaf else 0.5 * (depth > 0))
        if name == "failing" or not wanted:
            continue
        arguments = [
            f"{key}: {literal(argument.type, dice, 3)}"
            for key, argument in declared.args.items()
            if key in ("id", "groupBy") or (key in ("filter", "orderBy") and dice.random() < 0.5)
        ]
        if "first" in declared.args:
            arguments.append("first: 3")
        given_ = f"({', '.join(arguments)})" if arguments else ""
        alias = dice.choice(["", "", "", f"x{dice.randint(0, 99)}_{name}: "])
        made.append(f"{alias}{name}{given_} {'' if leaf else walk(declared.type, dice, depth - 1)}")
    return "{ " + " ".join(made or ["__typename"]) + " }"


def literal(type_: Any, dice: random.Random, depth: int) -> str:
    named: Any = get_named_type(type_)
    plain: Any = get_nullable_type(type_)
    if is_list_type(plain):
        return "[" + ", ".join(literal(plain.of_type, dice, depth) for _ in range(dice.randint(0, 2))) + "]"
    if is_input_object_type(named):
        keys = dice.sample(sorted(named.fields), min(len(named.fields), dice.randint(0, 2) if depth else 0))
        return "{" + ", ".join(f"{k}: {literal(named.fields[k].type, dice, depth - 1)}" for k in keys) + "}"
    if is_enum_type(named):
        return dice.choice(sorted(named.values))
    if named.name == "Int":
        return str(dice.choice([0, 1, 2, 3, 5]))
    if named.name == "Boolean":
        return dice.choice(["true", "false"])
    return json.dumps(dice.choice(POOLS[named.name]), ensure_ascii=False)


def other_values(document: DocumentNode, dice: random.Random) -> dict[str, Any]:
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    values: dict[str, Any] = {}
    for variable in operation.variable_definitions or ():
        if variable.default_value is not None and dice.random() < 0.7:
            type_ = type_from_ast(SCHEMA, variable.type)
            values[variable.variable.name.value] = value_from_ast_untyped(parse_value(literal(type_, dice, 2)))
    return values


def found_cursors(value: Any, path: tuple[str, ...], keys: tuple[str, ...]) -> list[str]:
    """Cursors in the answer at a path through all lists."""
    if isinstance(value, list):
        return [cursor for item in value for cursor in found_cursors(item, path, keys)]
    if not isinstance(value, dict):
        return []
    if path:
        return found_cursors(value.get(path[0]), path[1:], keys)
    return [value[key] for key in keys if value.get(key)]


def problems(errors: Any) -> set[Any]:
    return {
        (tuple(p for p in e["path"] if isinstance(p, str)), e["extensions"]["code"], json.dumps(e["locations"]))
        for e in errors or ()
    }


READER = Reader(MODEL, NO_LIMITS, SECRET)


def same(text: str, variables: dict[str, Any], who: int, connection: Any) -> Any:
    answer = wait(READER.answer(text, rows_of(connection), WHO[who], variables))
    ours = json.loads(answer.body)
    assert answer.status == 200, (text, variables, ours)
    context = {"oracle": Oracle(REFERENCE, DATA, WHO[who])}
    result = wait(REFERENCE.schema.execute(text, variables, context_value=context))
    theirs = [error.formatted for error in result.errors or ()]
    assert all("code" in error.get("extensions", {}) for error in theirs), (text, theirs)
    assert json.dumps(ours["data"]) == json.dumps(result.data), (text, variables)
    assert problems(theirs) <= problems(ours.get("errors")), (text, variables)
    STATS["answers"] += 1
    STATS["bytes"] += len(answer.body)
    return ours["data"]


def compare(text: str, who: int, connection: Any) -> None:
    if validate(SCHEMA, parse(text)):  # two fragments under one node may name fields of different types
        return
    text, cursors = rewritten(text, SCHEMA)
    dice = random.Random(text)
    data = same(text, {}, who, connection)
    same(text, other_values(parse(text), dice), who, connection)
    taken = {
        name: dice.choice(found)
        for name, path in cursors.items()
        if (found := found_cursors(data, path, ("startCursor", "endCursor")))
    }
    if taken:
        STATS["with cursors"] += 1
        same(text, taken, who, connection)
    STATS["texts"] += 1


@pytest.fixture(scope="module")
def connection(connect: Any) -> Any:
    logging.getLogger("strawberry.execution").disabled = True  # hidden fields raise in the oracle
    made = connect("read_differential", DATA)
    yield made
    print(f"seed {SEED}: {STATS}")


def often(test: Any) -> Any:
    chosen = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        phases=[Phase.generate],
    )
    return seed(SEED)(chosen(test))


ROOTS = [name for name in SCHEMA.query_type.fields if name != "failing"]  # type: ignore[union-attr]
SCALARS = {name: st.sampled_from(POOLS[name]).map(nodes.String) for name in ("Decimal", "Date", "DateTime")}


@often
@given(
    query=queries(MODEL.schema.as_str(), fields=ROOTS, custom_scalars=SCALARS, allow_null=False), who=st.integers(0, 2)
)
def test_same_answer_to_generated_queries(query: str, who: int, connection: Any) -> None:
    compare(meaningful(query), who, connection)


def meaningful(query: str) -> str:
    """Generated texts with strings of our pools and page sizes as the schema wants them."""
    return print_ast(
        visited(parse(query, no_location=True), SCHEMA, lambda info: Meaning(random.Random(query), info, POOLS))
    )


@often
@given(number=st.integers(0, 2**32), who=st.integers(0, 2))
def test_same_answer_to_walked_queries(number: int, who: int, connection: Any) -> None:
    dice = random.Random(number)
    depth, text = dice.randint(1, 5), ""
    while not text or len(text) > 6000:
        text, depth = "query " + walk(SCHEMA.query_type, dice, depth), depth - 1
    compare(text, who, connection)
