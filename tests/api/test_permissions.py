"""The whole matrix of permissions, as the server answers, against permissions.txt; and against what is declared.

`HUOTONG_WRITE_PERMISSIONS=1 pytest tests/api/test_permissions.py` writes the file; review its diff.
"""

import os
from pathlib import Path

import pytest
import pytest_asyncio

from api.mutations import mutation_name
from api.read.declare import CLOSED, AnyNode, Pages, Permission, Search, Value
from api.schema import make_model
from domain.catalogue import CATALOGUE
from tenants.access import ROLES
from tests.api.matrix import Matrix, printed
from tests.api.shop import Shop
from tests.doors.bodies import BODIES, new
from tests.doors.test_graphql import document

REVIEWED = Path(__file__).with_name("permissions.txt")
HEAD = """\
# Who may do, see, filter by, order by, group by and sum what, as the server answers to each built-in role.
# Anonymous: nothing. partner: only rows that are its own party's. Written by test_permissions.py, and reviewed.
"""
MODEL = make_model()
COST = ("averageCost", "referenceCost", "stockValue", "shippedValue", "value")


@pytest_asyncio.fixture(scope="module")
async def matrix(shop: Shop) -> Matrix:
    found = Matrix(shop, await shop.firm(), MODEL)
    for role in ROLES:
        await found.find(role, every_way=role not in ("owner", "manager"))
    for name in CATALOGUE:
        for role in ROLES:
            asked = {"id": new(), "input": BODIES[name](found.firm)}
            answer = await shop.ask(found.firm.tokens[role], document(name, "code"), asked)
            if answer["data"][mutation_name(name)]["code"] != "forbidden":
                found.open["Mutation", "do", mutation_name(name)].add(role)
    return found


def holds(role: str, *permissions: Permission | None) -> bool:
    return all(p is None or not ROLES[role].isdisjoint({p} if isinstance(p, str) else p) for p in permissions)


def test_the_matrix_is_the_reviewed_one(matrix: Matrix) -> None:
    text = HEAD + printed(matrix.open, ROLES, ["Mutation", "Query", *MODEL.types])
    if os.environ.get("HUOTONG_WRITE_PERMISSIONS"):
        REVIEWED.write_text(text)
    assert text.splitlines() == REVIEWED.read_text().splitlines()


def test_nothing_is_open_that_is_not_declared_so(matrix: Matrix) -> None:
    """What a role sees is exactly what its permissions say, whichever way it comes."""
    for (type_, use, name), who in matrix.open.items():
        if type_ in MODEL.types:
            one, declared = MODEL.types[type_], MODEL.graphql[type_][name]
            target = MODEL.types.get(getattr(declared, "target", ""))
            expected = {
                role
                for role in ROLES
                if holds(role, one.permission, declared.permission, target and target.permission)
                and (one.own is None or use != "see" or holds(role, one.own[1]))  # no rows here are anybody's own
                and not (role == "partner" and (one.party is CLOSED or (target and target.party is CLOSED)))
            }
            assert who == expected, (type_, use, name)


def test_every_field_is_in_it(matrix: Matrix) -> None:
    found = {cell: bool(who) for cell, who in matrix.open.items()}
    for type_, fields in MODEL.graphql.items():
        for name, declared in fields.items():
            if not isinstance(declared, Search | AnyNode):
                assert found.get((type_, "see", name)), f"nobody sees {type_}.{name}"
            if isinstance(declared, Value):
                assert not declared.sort or not lists(type_) or found.get((type_, "order", name)), (type_, name)


def lists(type_: str) -> bool:
    return any(isinstance(f, Pages) and f.target == type_ for fields in MODEL.graphql.values() for f in fields.values())


@pytest.mark.parametrize("role", ["sales", "keeper", "partner"])
def test_cost_is_hidden(matrix: Matrix, role: str) -> None:
    for (type_, use, name), who in matrix.open.items():
        if name in COST:
            assert role not in who, (type_, use, name)


async def test_a_mutation_tells_no_more_than_a_query(shop: Shop, matrix: Matrix) -> None:
    """In its `query`: every type, as every role."""
    ways = matrix.all_ways()
    head = "mutation ($id: UUID!, $input: ReleaseShortReservationsInput!)"
    body = BODIES["sales.release_short_reservations"](matrix.firm)
    for one in MODEL.declared:
        inside = " ".join(f"{name}: {asked}" for name, asked in matrix.selections(one).items())
        way = ways[one.name][0].replace("@", inside)
        text = f"{head} {{ releaseShortReservations(id: $id, input: $input) {{ status query {{ {way} }} }} }}"
        for role in ROLES:
            token = matrix.firm.tokens[role]
            alone = await shop.ask(token, f"{{ {way} }}")
            within = await shop.ask(token, text, {"id": new(), "input": body})
            assert within["data"]["releaseShortReservations"]["query"] == alone["data"]
            errors = [error["path"][2:] for error in within.get("errors", ())]
            assert errors == [error["path"] for error in alone.get("errors", ())]


async def test_nobody_gets_nothing(shop: Shop, matrix: Matrix) -> None:
    asked = [f"{{ {way.replace('@', '__typename')} }}" for _, way in matrix.ways("Query")]
    asked += [document(name, "status") for name in CATALOGUE]
    asked += ["{ __typename }", "{ me { id } }", "{ __schema { types { name } } }"]
    answers = {(await shop.post(token, text)).status_code for text in asked for token in (None, "no-token")}
    assert answers == {401}
