"""The GraphQL door: what is sent twice, at once, by others; and the fast lane against the executor."""

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api import mutations
from api.mutations import mutation_name
from api.read.http import BODY
from domain.catalogue import CATALOGUE
from domain.tx import Call, Outcome
from tenants.access import rights_changed
from tests.api.shop import NEW, Firm, Shop, codes
from tests.doors.bodies import BODIES, Body, new

ALL = "id status code field data records { key status code field details }"
PLAIN = "id status code field data __typename"
TOLD = {  # what outcomes of accepted commands say, to whoever may give the command: ids and states, and no cost
    "id", "documentId", "orderId", "discrepancyId", "lineId", "number", "orderStatus", "backorder", "quantity", "total",
    "orders", "warnings", "code", "field", "barcode",
    "jobId", "jobStatus", "importId", "importStatus",
}  # fmt: skip
each_command = pytest.mark.parametrize("name", CATALOGUE)


def document(name: str, asked: str = ALL, operation: str = "") -> str:
    field = mutation_name(name)
    variables = f"$id: UUID!, $input: {field[0].upper()}{field[1:]}Input!"
    return f"mutation {operation}({variables}) {{ {field}(id: $id, input: $input) {{ {asked} }} }}"


def fast(name: str) -> str:
    return document(name, PLAIN)


def slow(name: str) -> str:
    """The same question, as only the executor takes it."""
    return document(name, f"... on CommandOutcome {{ {PLAIN} }}")


async def send(shop: Shop, token: str, name: str, id: str, body: Any, text: str | None = None) -> dict[str, Any]:
    answer = await shop.ask(token, text or document(name), {"id": id, "input": body})
    assert "errors" not in answer, answer
    return answer["data"][mutation_name(name)]


async def logged(shop: Shop, firm: Firm, *ids: str) -> int:
    query = f"select count(*) from {firm.company.schema}.command_log where id = any($1::uuid[]) or $1 = '{{}}'"
    return await shop.instance.owner.fetchval(query, ids)


def other_body(body: Body) -> Body:
    """The same with another id, name or day somewhere."""
    changed = copy.deepcopy(body)
    inside = changed["records"][0] if "records" in changed else changed
    known = (
        "id", "name", "note", "productId", "orderId", "documentId", "discrepancyId", "jobId", "importId", "sku",
        "reconciliationId", "closedTo",
    )  # fmt: skip
    key = next(key for key in known if key in inside)
    inside[key] = "2025-12-31" if key == "closedTo" else new()
    return changed


def keys_of(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    return set(value).union(*map(keys_of, value.values())) if isinstance(value, dict) else set()


def test_every_command_has_a_body() -> None:
    assert BODIES.keys() == CATALOGUE.keys()


# --- once ---


@each_command
async def test_a_repeat_gets_the_first_answer_back(shop: Shop, firm: Firm, name: str) -> None:
    owner, id, body = firm.tokens["owner"], new(), BODIES[name](firm)
    first = await send(shop, owner, name, id, body)
    assert first["status"] != "REFUSED", first
    assert all(isinstance(record["details"], dict) for record in first["records"]), first
    assert await send(shop, owner, name, id, body) == first
    assert await send(shop, owner, name, id.upper(), body) == first
    assert await send(shop, owner, name, id, dict(reversed(body.items()))) == first
    assert await logged(shop, firm, id) == 1


@each_command
async def test_twins_act_once(shop: Shop, firm: Firm, name: str) -> None:
    id, body = new(), BODIES[name](firm)
    answers = await asyncio.gather(*(send(shop, firm.tokens["owner"], name, id, body) for _ in range(4)))
    assert answers == [answers[0]] * 4
    assert await logged(shop, firm, id) == 1


@each_command
async def test_an_id_that_is_used_tells_others_nothing(shop: Shop, firm: Firm, name: str) -> None:
    id, body = new(), BODIES[name](firm)
    await send(shop, firm.tokens["owner"], name, id, body)
    nothing = {"id": id, "status": "REFUSED", "code": "key_reuse", "field": None, "data": {}, "records": []}
    another = next(other for other in CATALOGUE if other != name)
    assert await send(shop, firm.tokens["owner"], name, id, other_body(body)) == nothing
    assert await send(shop, firm.tokens["owner"], another, id, BODIES[another](firm)) == nothing
    assert await send(shop, firm.tokens["manager"], name, id, body) == nothing
    assert await logged(shop, firm, id) == 1


@each_command
async def test_another_company_is_free_to_use_the_same_id(shop: Shop, firm: Firm, name: str) -> None:
    id, fresh = new(), await shop.firm("owner")
    await send(shop, firm.tokens["owner"], name, id, BODIES[name](firm))
    answer = await send(shop, fresh.tokens["owner"], name, id, BODIES[name](fresh))
    assert answer["code"] is None
    assert await logged(shop, fresh, id) == 1


@pytest.mark.parametrize("lane", [fast, slow])
async def test_rights_that_changed_hold_at_once(shop: Shop, lane: Any) -> None:
    firm, name, control = await shop.firm("keeper"), "inventory.adjust_stock", shop.instance.owner.execute
    token, company, before = firm.tokens["keeper"], firm.company, await logged(shop, firm)

    async def answer() -> dict[str, Any]:
        await rights_changed(company)
        return await shop.ask(token, lane(name), {"id": new(), "input": BODIES[name](firm)})

    mine = f"membership_id in (select id from control.membership where company_id = '{company.id}')"
    assert (await answer())["data"]["adjustStock"]["status"] == "ACCEPTED"
    await control(f"update control.binding set role = 'sales' where {mine}")
    assert (await answer())["data"]["adjustStock"]["code"] == "forbidden"
    await control(f"update control.binding set role = 'keeper' where {mine}")
    assert (await answer())["data"]["adjustStock"]["status"] == "ACCEPTED"
    await control(f"update control.company set status = 'suspended' where id = '{company.id}'")
    ended = await answer()
    assert (ended["data"], codes(ended)) == (None, {"UNAUTHENTICATED"})
    assert await logged(shop, firm) == before + 2


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_body_of_two_megabytes_is_refused_unread(shop: Shop, firm: Firm, streamed: bool) -> None:
    before = await logged(shop, firm)
    body = {"records": [{"id": new(), "name": "x" * 2_000_000, "decimals": 0}]}
    asked = {"query": document("masterdata.save_units"), "variables": {"id": new(), "input": body}}
    content = json.dumps(asked).encode()

    async def pieces() -> Any:
        for at in range(0, len(content), BODY):
            yield content[at : at + BODY]

    headers = {"authorization": f"Bearer {firm.tokens['owner']}", "content-type": "application/json"}
    answer = await shop.client.post("/graphql", content=pieces() if streamed else content, headers=headers)
    assert answer.status_code == 413
    assert await logged(shop, firm) == before


# --- the fast lane ---


class Spy:
    """What came out of the lanes."""

    def __init__(self, execute: Any) -> None:
        self.execute, self.calls = execute, list[Call]()

    async def __call__(self, call: Call, caller: Any) -> Outcome:
        self.calls.append(call)
        return await self.execute(call, caller)


@pytest.fixture(scope="module", autouse=True)
def spy() -> Iterator[Spy]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mutations, "execute", spy := Spy(mutations.execute))
        yield spy


AN_ID = "0190b5c2-7c1e-7e63-a2fd-3f1d9b1f6e0a"
HOSTILE = st.sampled_from(
    [
        None, "", " ", 0, 1, -1, 5.0, 1.5, 2**31, 10**30, True, "1", "1e3", "NaN", "Infinity", "-0", "+1", "1_000",
        "１２", "12.", ".5", "0" * 21, "9" * 20, "0.12345678901", "1,5", [], {}, [[]], "\0", "a\0b", "\u202e", "é", "𝔘",
        "x" * 2000, "2026-02-30", "2026-2-3", "2026-01-31T25:00:00Z", "2026-01-31T08:00:00+23:59",
        "2026-01-31 08:00:00Z", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "0001-01-01", "9999-12-31",
        "0001-01-01T00:00:00Z", "9999-12-31T23:00:00Z", AN_ID.upper(), AN_ID.replace("-", ""), f"{{{AN_ID}}}",
        "not-an-id", str(UUID(int=0)), "GOODS", "goods", "Goods", "FORBID", "IN", "in", "all", "ALL",
        "'; drop table product; --", "__proto__",
    ]
)  # fmt: skip
WAYS = ("replace", "drop", "null", "unknown", "snake", "wrap", "unwrap", "twice", "upper", "number", "lower")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path inside a body."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, item in inside for way in ((*path, key), *places(item, (*path, key)))]


def bent(body: Body, path: tuple[Any, ...], way: str, hostile: Any) -> None:
    """Change one thing of a body."""
    owner: Any = body
    for step in path[:-1]:
        owner = owner[step]
    key, value = path[-1], owner[path[-1]]
    named = isinstance(owner, dict)
    match way:
        case "drop":
            del owner[key]
        case "null":
            owner[key] = None
        case "unknown" if named:
            owner["surprise"] = hostile
        case "snake" if named:
            owner["".join(f"_{c.lower()}" if c.isupper() else c for c in key)] = owner.pop(key)
        case "wrap":
            owner[key] = [value]
        case "unwrap" if isinstance(value, list) and value:
            owner[key] = value[0]
        case "twice" if isinstance(value, list):
            owner[key] = value * 2
        case "upper" if isinstance(value, str):
            owner[key] = value.upper()
        case "lower" if isinstance(value, str):
            owner[key] = value.lower()
        case "number" if isinstance(value, str) and value.replace(".", "").isdigit():
            owner[key] = float(value) if "." in value else int(value)
        case _:
            owner[key] = hostile


Bending = tuple[int, str, Any]
BENDINGS = st.lists(st.tuples(st.integers(0, 100), st.sampled_from(WAYS), HOSTILE), max_size=3)


@each_command
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(bendings=BENDINGS, fast_first=st.booleans())
@example(bendings=[], fast_first=True)
@example(bendings=[], fast_first=False)
async def test_both_lanes_say_and_do_the_same(
    shop: Shop, firm: Firm, spy: Spy, name: str, bendings: list[Bending], fast_first: bool
) -> None:
    body, id, owner = BODIES[name](firm), new(), firm.tokens["owner"]
    for place, way, hostile in bendings:
        if found := places(body):
            bent(body, found[place % len(found)], way, copy.deepcopy(hostile))
    spy.calls.clear()
    taken = shop.door.lane.taken
    texts = [fast(name), slow(name)] if fast_first else [slow(name), fast(name)]
    first, second = [await shop.ask(owner, text, {"id": id, "input": body}) for text in texts]
    assert first.get("data") == second.get("data")
    assert codes(first) == codes(second)
    assert "INTERNAL" not in codes(first)
    assert len({json.dumps(call.body, sort_keys=True) for call in spy.calls}) <= 1
    assert len(spy.calls) in (0, 2)
    if not bendings:
        assert shop.door.lane.taken == taken + 1
        assert spy.calls


@pytest.mark.parametrize("token", ["NaN", "Infinity", "1e999", '"\\ud800"', "01", "'x'", "{" * 2000])
async def test_what_is_no_json_is_refused(shop: Shop, firm: Firm, token: str) -> None:
    text = '{"query": %s, "variables": {"id": %s}}' % (json.dumps(fast("sales.sell_now")), token)  # noqa: UP031
    headers = {"authorization": f"Bearer {firm.tokens['owner']}", "content-type": "application/json", "accept": NEW}
    answer = await shop.client.post("/graphql", content=text.encode(), headers=headers)
    assert answer.status_code == 400


NAME = "sales.release_short_reservations"
FIELD = mutation_name(NAME)
HEAD = "($id: UUID!, $input: ReleaseShortReservationsInput!)"


@pytest.mark.parametrize(
    ("text", "more", "takes"),
    [
        (document(NAME, PLAIN), {}, True),
        (document(NAME, PLAIN, "Release"), {"operationName": "Release"}, True),
        (document(NAME, PLAIN, "Release"), {}, True),
        (document(NAME, PLAIN), {"extensions": {"persistedQuery": {"version": 1}}}, True),
        (document(NAME, PLAIN), {"operationName": None, "extensions": None}, True),
        (document(NAME, "first: status second: status what: __typename"), {}, True),
        (f"mutation {HEAD} {{ mine: {FIELD}(id: $id, input: $input) {{ status }} }}", {}, True),
        (f"# a comment\n mutation {HEAD} {{ {FIELD}(input: $input, id: $id) {{ status }} }}", {}, True),
        (document(NAME, ALL), {}, False),
        (document(NAME, "status query { me { company } }"), {}, False),
        (document(NAME, "status @skip(if: false)"), {}, False),
        (document(NAME, PLAIN) + " # " + "x" * 5000, {}, False),
        (f"mutation {HEAD} {{ a: {FIELD}(id: $id, input: $input) {{ status }} __typename }}", {}, False),
    ],
)
async def test_what_takes_the_fast_lane(shop: Shop, firm: Firm, text: str, more: Any, takes: bool) -> None:
    taken, owner = shop.door.lane.taken, firm.tokens["owner"]
    answer = await shop.ask(owner, text, {"id": new(), "input": BODIES[NAME](firm)}, **more)
    assert "errors" not in answer, answer
    assert shop.door.lane.taken == taken + takes
    if "mine:" in text:
        assert answer["data"]["mine"] == {"status": "ACCEPTED"}


@pytest.mark.parametrize("more", [{"operationName": "Other"}, {"operationName": ""}])
async def test_an_operation_that_is_not_there_runs_nothing(shop: Shop, firm: Firm, more: Any) -> None:
    id, text = new(), document(NAME, PLAIN, "Release")
    answer = await shop.post(firm.tokens["owner"], text, {"id": id, "input": BODIES[NAME](firm)}, **more)
    assert answer.status_code == 400
    assert await logged(shop, firm, id) == 0


async def test_a_mutation_over_get_writes_nothing(shop: Shop, firm: Firm) -> None:
    id = new()
    asked = {"query": fast(NAME), "variables": json.dumps({"id": id, "input": BODIES[NAME](firm)})}
    headers = {"authorization": f"Bearer {firm.tokens['owner']}"}
    answer: httpx.Response = await shop.client.get("/graphql", params=asked, headers=headers)
    assert answer.status_code == 405
    assert await logged(shop, firm, id) == 0
