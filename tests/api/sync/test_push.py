"""Commands from devices: each exactly once, in the order of its lane, with an answer of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from api.sync.push import BODY, CALLS
from domain.ids import new_id
from tests.api.shop import Firm, Shop
from workers.actors import react

Sent = dict[str, Any]


def now(**ago: float) -> datetime:
    return datetime.now(UTC) - timedelta(**ago)


def call(name: str, body: Mapping[str, Any], **more: Any) -> Sent:
    id = str(new_id())
    return {"id": id, "name": name, "body": body, "occurredAt": now().isoformat(), "lane": id, **more}


def count(firm: Firm, counted: str = "7", i: int = 3, note: str = "", **more: Any) -> Sent:
    line = {
        "product_id": str(firm.id("product", i)),
        "location_id": str(firm.id("location", i % 4)),
        "counted": counted,
    }
    return call("inventory.record_count", {"document_id": str(new_id()), "lines": [line], "note": note}, **more)


def sell(firm: Firm, quantity: str = "1", **more: Any) -> Sent:
    body = {
        "order_id": str(new_id()), "partner_id": str(firm.id("partner")), "location_id": str(firm.id("location")),
        "lines": [{"product_id": str(firm.id("product")), "quantity": quantity}],
    }  # fmt: skip
    return call("sales.sell_now", body, **more)


async def post(shop: Shop, token: str, *calls: Any, device_time: datetime | None = None) -> httpx.Response:
    body = {"deviceTime": (device_time or now()).isoformat(), "calls": calls}
    return await shop.client.post("/sync/push", json=body, headers={"authorization": f"Bearer {token}"})


async def push(shop: Shop, token: str, *calls: Any, **more: Any) -> list[dict[str, Any]]:
    answer = await post(shop, token, *calls, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["outcomes"]


def states(outcomes: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(one["status"], one["code"]) for one in outcomes]


@pytest.fixture
async def firm(shop: Shop) -> Firm:
    return await shop.firm("owner", "keeper", "sales", rows=8)


async def test_a_repeat_gets_the_first_answer_and_another_body_none(shop: Shop, firm: Firm, rows: Any) -> None:
    sent = count(firm)
    (first,), (again,) = [await push(shop, firm.tokens["keeper"], sent) for _ in range(2)]
    assert first == again
    assert first["id"] == sent["id"]
    assert first["status"] == "accepted"
    assert set(first["data"]) == {"documentId", "number"}
    other = sent | {"body": sent["body"] | {"note": "other"}}
    assert states(await push(shop, firm.tokens["keeper"], other, sent)) == [
        ("refused", "key_reuse"),
        ("accepted", None),
    ]
    assert states(await push(shop, firm.tokens["owner"], sent)) == [("refused", "key_reuse")]
    (done,) = await rows(firm.company, "select count(*) from stock_document where command_id = $1", UUID(sent["id"]))
    assert done[0] == 1


async def test_twice_in_one_push(shop: Shop, firm: Firm) -> None:
    sent = count(firm)
    changed = sent | {"body": sent["body"] | {"note": "x"}}
    outcomes = await push(shop, firm.tokens["keeper"], sent, sent, changed)
    assert states(outcomes) == [("accepted", None), ("accepted", None), ("refused", "key_reuse")]


async def test_fifty_calls_share_a_transaction(shop: Shop, firm: Firm, rows: Any) -> None:
    calls = [sell(firm) for _ in range(CALLS)]
    outcomes = await push(shop, firm.tokens["owner"], *calls)
    assert [one["id"] for one in outcomes] == [one["id"] for one in calls]
    assert {one["status"] for one in outcomes} == {"accepted"}
    ids = [UUID(one["id"]) for one in calls]
    (found,) = await rows(firm.company, "select count(distinct xmin::text) from command_log where id = any($1)", ids)
    assert found[0] == 1


async def test_each_call_leaves_word_for_its_author_after_its_changes(shop: Shop, firm: Firm, rows: Any) -> None:
    done, refused = count(firm), sell(firm, "5000")
    await push(shop, firm.tokens["owner"], done, refused)
    found = await rows(firm.company, "select entity, entity_id::text, bucket from change order by id")
    (actor,) = {row["bucket"] for row in found if row["entity"] == "command"}
    assert actor.startswith("u:")
    assert [row["entity_id"] for row in found if row["entity"] == "command"] == [done["id"], refused["id"]]
    assert [row["entity"] for row in found].index("command") > [row["entity"] for row in found].index("stock")


async def test_a_refusal_parks_what_depends_on_it_and_nothing_else(shop: Shop, firm: Firm) -> None:
    refused = sell(firm, "5000")
    child = count(firm, dependsOn=[refused["id"]])
    grandchild = count(firm, dependsOn=[child["id"]])
    other = count(firm, lane=refused["lane"])
    outcomes = await push(shop, firm.tokens["owner"], refused, child, grandchild, other)
    assert states(outcomes) == [
        ("refused", "insufficient_stock"), ("refused", "dependency_refused"), ("refused", "dependency_refused"),
        ("accepted", None),
    ]  # fmt: skip
    assert outcomes[0]["field"] == "lines.0.quantity"
    assert states(await push(shop, firm.tokens["owner"], child)) == [("refused", "dependency_refused")]


async def test_a_dependency_of_an_earlier_push_is_looked_up_and_an_unknown_one_waited_for(
    shop: Shop, firm: Firm
) -> None:
    parent = count(firm)
    child = count(firm, i=2, dependsOn=[parent["id"]])
    assert states(await push(shop, firm.tokens["keeper"], child)) == [("deferred", "dependency_open")]
    assert states(await push(shop, firm.tokens["keeper"], parent, child)) == [("accepted", None)] * 2
    later = count(firm, i=1, dependsOn=[parent["id"], child["id"]])
    assert states(await push(shop, firm.tokens["keeper"], later)) == [("accepted", None)]


async def test_poison_in_the_middle_is_its_own_trouble(shop: Shop, firm: Firm) -> None:
    bad = count(firm) | {"body": {"document_id": "no uuid", "lines": []}}
    calls = [
        count(firm), bad, {**count(firm), "id": "x"}, 7, {"id": str(new_id())}, count(firm) | {"body": []},
        count(firm) | {"occurredAt": "2026-01-01T00:00:00"}, call("inventory.record_count", {"lines": 10**30}),
        count(firm, i=2),
    ]  # fmt: skip
    outcomes = await push(shop, firm.tokens["keeper"], *calls)
    assert states(outcomes) == [("accepted", None), *[("refused", "malformed")] * 7, ("accepted", None)]
    assert outcomes[1]["field"] == "documentId"
    assert outcomes[2]["field"] == "id"


async def test_a_fault_stops_its_lane_and_is_free_to_be_repeated(shop: Shop, firm: Firm) -> None:
    """The fault is a real one: a constraint that no rule knows of."""
    table = f"{firm.company.schema}.stock_document"
    await shop.instance.owner.execute(f"alter table {table} add constraint boom check (reason <> 'boom')")
    calls = [
        count(firm, lane="a"), count(firm, i=2, note="boom", lane="b"), count(firm, i=1, lane="b"),
        count(firm, i=4, lane="c"),
    ]  # fmt: skip
    outcomes = await push(shop, firm.tokens["keeper"], *calls)
    assert states(outcomes) == [("accepted", None), ("failed", None), ("deferred", "lane_stopped"), ("accepted", None)]
    await shop.instance.owner.execute(f"alter table {table} drop constraint boom")
    assert states(await push(shop, firm.tokens["keeper"], *calls)) == [("accepted", None)] * 4


async def test_what_a_newer_app_sends_is_kept_by_the_app(shop: Shop, firm: Firm) -> None:
    calls = [count(firm, version=2), call("inventory.teleport", {}), count(firm, i=2)]
    outcomes = await push(shop, firm.tokens["keeper"], *calls)
    assert states(outcomes) == [("deferred", "unknown_version"), ("deferred", "unknown_version"), ("accepted", None)]


# --- clocks ---


async def test_a_clock_that_is_off_is_put_right_and_told(shop: Shop, firm: Firm, rows: Any) -> None:
    ahead = datetime.now(UTC) + timedelta(days=3)
    sent = count(firm, occurredAt=(ahead - timedelta(hours=2)).isoformat())
    sent["body"]["lines"][0]["counted_at"] = (ahead - timedelta(hours=3)).isoformat()
    (outcome,) = await push(shop, firm.tokens["keeper"], sent, device_time=ahead)
    assert (outcome["status"], outcome["attention"]) == ("accepted", "clock")
    document_id = UUID(sent["body"]["document_id"])
    (line,) = await rows(firm.company, "select counted_at from stock_count_line where document_id = $1", document_id)
    assert abs(line["counted_at"] - now(hours=3)) < timedelta(minutes=1)
    (logged,) = await rows(firm.company, "select occurred_at from command_log where id = $1", UUID(sent["id"]))
    assert abs(logged["occurred_at"] - now(hours=2)) < timedelta(minutes=1)


async def test_nothing_happens_in_the_future(shop: Shop, firm: Firm, rows: Any) -> None:
    sent = count(firm, occurredAt=now(days=-1).isoformat())
    assert states(await push(shop, firm.tokens["keeper"], sent)) == [("accepted", None)]
    look = "select occurred_at <= now() as past from command_log where id = $1"
    (logged,) = await rows(firm.company, look, UUID(sent["id"]))
    assert logged["past"]


async def test_what_comes_late_is_told(shop: Shop, firm: Firm) -> None:
    late, lost = count(firm, occurredAt=now(days=8).isoformat()), count(firm, occurredAt=now(days=181).isoformat())
    outcomes = await push(shop, firm.tokens["keeper"], late, lost)
    assert [one["attention"] for one in outcomes] == ["late", None]
    assert states(outcomes) == [("accepted", None), ("refused", "too_old")]


# --- rights that were lost ---


async def test_a_fact_without_the_right_waits_for_a_manager(shop: Shop, firm: Firm, rows: Any) -> None:
    sent = count(firm)
    for _ in range(2):
        (outcome,) = await push(shop, firm.tokens["sales"], sent)
        assert (outcome["status"], outcome["code"]) == ("waiting", "forbidden")
    assert states(await push(shop, firm.tokens["sales"], sent | {"body": {}})) == [("refused", "key_reuse")]
    seen = await shop.read(
        firm.tokens["owner"],
        '{ waitingCalls(first: 100, filter: {actorName: {eq: "sales\'s program"}}) { nodes { id body status } } }',
    )
    (kept,) = seen["waitingCalls"]["nodes"]
    assert kept["id"] == sent["id"]
    assert orjson.loads(kept["body"]) == sent["body"]
    assert (await decide(shop, firm, "acceptCall", sent["id"]))["status"] == "ACCEPTED"
    await hand_over(shop, firm, rows)
    assert await rows(firm.company, "select from stock_document where command_id = $1", UUID(sent["id"]))
    assert states(await push(shop, firm.tokens["sales"], sent)) == [("accepted", None)]
    again = await decide(shop, firm, "discardCall", sent["id"], note="too late")
    assert (again["status"], again["code"]) == ("REFUSED", "call_decided")


async def test_what_a_manager_discards_is_refused_to_its_author(shop: Shop, firm: Firm, rows: Any) -> None:
    sent = count(firm)
    await push(shop, firm.tokens["sales"], sent)
    assert (await decide(shop, firm, "discardCall", sent["id"], note="counted twice"))["status"] == "ACCEPTED"
    assert states(await push(shop, firm.tokens["sales"], sent)) == [("refused", "discarded")]
    assert not await rows(firm.company, "select from stock_document where command_id = $1", UUID(sent["id"]))


async def test_a_request_without_the_right_is_refused_for_good(shop: Shop, firm: Firm) -> None:
    sent = call("masterdata.save_units", {"records": [{"id": str(new_id()), "name": "crate", "decimals": 0}]})
    assert states(await push(shop, firm.tokens["keeper"], sent)) == [("refused", "forbidden")]
    assert states(await push(shop, firm.tokens["owner"], sent)) == [("refused", "key_reuse")]


async def decide(shop: Shop, firm: Firm, mutation: str, id: str, note: str = "") -> dict[str, Any]:
    given = f"$id: UUID!, $input: {mutation[0].upper()}{mutation[1:]}Input!"
    text = f"mutation ({given}) {{ outcome: {mutation}(id: $id, input: $input) {{ status code }} }}"
    variables = {"id": str(new_id()), "input": {"callId": id, "note": note}}
    return (await shop.read(firm.tokens["owner"], text, variables))["outcome"]


async def hand_over(shop: Shop, firm: Firm, rows: Any) -> None:
    """As the relay and the worker do it."""
    for event in await rows(firm.company, "select id, event, body from outbox order by id"):
        await react(shop.instance.registry, firm.company.id, event["id"], event["event"], orjson.loads(event["body"]))


# --- the request as a whole ---


async def test_a_request_that_is_none(shop: Shop, firm: Firm) -> None:
    token, fine = firm.tokens["keeper"], count(firm)
    headers = {"authorization": f"Bearer {token}"}
    for body, field in (
        (b"{", None), (b"[]", ""), (b'{"calls": []}', "deviceTime"),
        (orjson.dumps({"deviceTime": "yesterday", "calls": [fine]}), "deviceTime"),
        (orjson.dumps({"deviceTime": now(), "calls": []}), "calls"),
        (orjson.dumps({"deviceTime": now(), "calls": [fine] * (CALLS + 1)}), "calls"),
    ):  # fmt: skip
        answer = await shop.client.post("/sync/push", content=body, headers=headers)
        assert (answer.status_code, answer.json()["error"], answer.json()["field"]) == (400, "malformed", field)
    answer = await shop.client.post("/sync/push", content=b" " * (BODY + 1), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert (await shop.client.post("/sync/push", json={})).status_code == 401
    assert (await post(shop, "nobody's", fine)).status_code == 401
