"""Commands that meet: on rows that are not there yet, on one id, on one document."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from domain.execute import execute, execute_many
from domain.ids import new_id
from domain.tx import Call, Outcome
from tenants.access import Caller
from tests.builders import call, plain
from tests.companies import Instance, caller_of
from tests.domain import freshness
from tests.domain.scene import BODIES, Scene
from tests.yard import Yard, ago

NAMES = [*BODIES, "inventory.close_discrepancy"]


def body_of(name: str, scene: Scene) -> dict[str, Any]:
    if name == "inventory.close_discrepancy":
        return {"discrepancy_id": str(scene.discrepancy)}
    return plain(BODIES[name](scene))


async def apart(caller: Caller, *calls: Call) -> list[Outcome]:
    """At once, each in a transaction of its own."""
    return [one for [one] in await asyncio.gather(*(execute_many([call], caller) for call in calls))]


async def written(scene: Scene) -> list[int]:
    """How much there is of everything that a command may leave behind."""
    tables = (
        "stock_document", "stock_move", "stock_count_line", "discrepancy", "purchase_order", "sales_order", "outbox",
        "stock_transfer", "command_log", "change",
    )  # fmt: skip
    return [(await scene.yard.rows(scene.yard.company, f"select count(*) from {table}"))[0][0] for table in tables]


# --- first rows ---


async def first_receipts(yard: Yard, tea: UUID, count: int) -> list[Call]:
    calls = []
    for _ in range(count):
        order = await yard.order({"product_id": tea, "quantity": "10", "unit_price": "3"})
        [line] = await yard.lines(order)
        body = yard.receipt(order, {"line_id": line["id"], "quantity": "10"})
        calls.append(call("purchasing.record_receipt", plain(body)))
    return calls


async def test_two_first_receipts_of_ten_are_twenty(yard: Yard, instance: Instance) -> None:
    """The second one read that there is no balance, and waited for the pool."""
    tea = await yard.goods()
    first, second = await first_receipts(yard, tea, 2)
    async with freshness.paused(yard.owner, first):
        meanwhile = asyncio.create_task(execute_many([second], yard.owner))
        await freshness.blocked(instance.owner, meanwhile)
    [outcome] = await meanwhile
    assert outcome.status == "accepted"
    assert await yard.stock(tea) == (20, 0)
    assert await yard.pool(tea) == (20, 60)


@pytest.mark.parametrize("together", [True, False])
async def test_many_first_receipts(yard: Yard, together: bool) -> None:
    tea = await yard.goods()
    calls = await first_receipts(yard, tea, 8)
    if together:
        outcomes = await asyncio.gather(*(execute(call, yard.owner) for call in calls))
    else:
        outcomes = await apart(yard.owner, *calls)
    assert [outcome.status for outcome in outcomes] == ["accepted"] * 8
    assert await yard.stock(tea) == (80, 0)


async def test_first_rows_of_every_kind(yard: Yard) -> None:
    tea = await yard.goods()
    record = {"product_id": tea, "location_id": yard.place, "quantity": "10"}
    line = {"product_id": tea, "direction": "in", "quantity": "10"}
    calls = [
        *await first_receipts(yard, tea, 1),
        call("inventory.record_opening_stock", plain({"records": [record]})),
        call(
            "inventory.adjust_stock",
            plain({"document_id": new_id(), "location_id": yard.place, "reason": "found", "lines": [line]}),
        ),
        call("sales.record_handover", plain(yard.slip(tea, "4"))),
        call("sales.record_return", plain(yard.slip(tea, "1"))),
    ]
    outcomes = await apart(yard.owner, *calls)
    assert [outcome.status for outcome in outcomes] == ["accepted"] * 5
    assert await yard.stock(tea) == (27, 0)


async def test_two_late_facts_move_one_count(yard: Yard) -> None:
    """Their further moves of it have numbers of their own."""
    tea = await yard.goods("10")
    await yard.say("inventory.record_count", **yard.count(tea, "4", ago(hours=1)))
    late = [call("sales.record_handover", plain(yard.slip(tea, "1")), at=ago(hours=2)) for _ in range(6)]
    assert {outcome.status for outcome in await apart(yard.owner, *late)} == {"accepted"}
    assert await yard.stock(tea) == (4, 0)
    moves = await yard.rows(yard.company, "select position from stock_move where position > 1000 order by 1")
    assert [move["position"] for move in moves] == [1001, 2001, 3001, 4001, 5001, 6001]


async def test_two_late_facts_of_one_transaction_move_one_count(yard: Yard) -> None:
    tea = await yard.goods("10")
    await yard.say("inventory.record_count", **yard.count(tea, "4", ago(hours=1)))
    late = [call("sales.record_handover", plain(yard.slip(tea, "1")), at=ago(hours=2)) for _ in range(6)]
    assert {outcome.status for outcome in await execute_many(late, yard.owner)} == {"accepted"}
    assert await yard.stock(tea) == (4, 0)


# --- one id ---


@pytest.mark.parametrize("name", NAMES)
async def test_a_repeat_gets_the_first_answer_and_leaves_nothing(scene: Scene, name: str) -> None:
    once = call(name, body_of(name, scene))
    first = await execute(once, scene.yard.owner)
    assert first.status == "accepted"
    before = await written(scene)
    assert await execute(once, scene.yard.owner) == first
    assert await written(scene) == before


@pytest.mark.parametrize("name", NAMES)
async def test_six_twins_are_one(scene: Scene, name: str) -> None:
    once = call(name, body_of(name, scene))
    logged = (await written(scene))[-2]
    outcomes = await apart(scene.yard.owner, *[once] * 6)
    assert outcomes[0].status == "accepted"
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert (await written(scene))[-2] == logged + 1


@pytest.mark.parametrize("name", NAMES)
async def test_an_id_is_for_one_body_and_one_actor(scene: Scene, name: str) -> None:
    body = body_of(name, scene)
    once = call(name, body)
    await execute(once, scene.yard.owner)
    before = await written(scene)
    other = {**body, **different(body)}
    for caller, said in ((scene.yard.owner, other), (caller_of(scene.yard.company, actor_id=new_id()), body)):
        outcome = await execute(call(name, said, id=once.id), caller)
        assert (outcome.status, outcome.code, outcome.data) == ("refused", "key_reuse", {})
    assert await written(scene) == before


def different(body: dict[str, Any]) -> dict[str, Any]:
    """One id of it is another one."""
    name = next((name for name in body if name.endswith("_id")), None)
    return {name: str(new_id())} if name else {"all_or_nothing": True}


# --- one document ---

DOCUMENTS = {
    "purchasing.place_purchase_order": "order_id",
    "purchasing.record_receipt": "document_id",
    "purchasing.record_blind_receipt": "document_id",
    "inventory.send_transfer": "transfer_id",
    "inventory.receive_transfer": "document_id",
    "inventory.adjust_stock": "document_id",
    "inventory.record_count": "document_id",
    "sales.place_sales_order": "order_id",
    "sales.sell_now": "order_id",
    "sales.record_handover": "order_id",
    "sales.record_return": "order_id",
}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("name", "field"), DOCUMENTS.items())
async def test_two_commands_that_make_one_document(scene: Scene, name: str, field: str, together: bool) -> None:
    body = body_of(name, scene)
    calls = [call(name, {**body, field: body[field]}) for _ in range(2)]
    caller = scene.yard.owner
    outcomes: Sequence[Outcome]
    outcomes = await (execute_many(calls, caller) if together else apart(caller, *calls))
    assert sorted(outcome.status for outcome in outcomes) == ["accepted", "refused"]
    assert {outcome.code for outcome in outcomes} == {None, "id_taken"}
    again = await execute_many(calls, caller)
    assert again == list(outcomes)


async def test_a_draft_is_confirmed_once(scene: Scene) -> None:
    calls = [call("sales.confirm_sales_order", {"order_id": str(scene.draft)}) for _ in range(4)]
    outcomes = await apart(scene.yard.owner, *calls)
    assert sorted(str(outcome.code) for outcome in outcomes) == ["None", *["order_not_draft"] * 3]
    assert await scene.yard.stock(scene.tea) == (101, 8)
