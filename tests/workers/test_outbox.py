"""From a command's event to the command that answers it: at least once to the actor, once in effect."""

import asyncio
import sys
from itertools import pairwise
from uuid import UUID

import asyncpg
import orjson
import pytest

from domain.ids import derived_id
from tenants.registry import Company
from tests.companies import Instance
from tests.workers.conftest import Works, until
from tests.workers.shortage import RELEASES, Rows, make_shortage, reserved
from workers.outbox import hand_over
from workers.watch import Watch

EVENTS = "select id, event, body::text, handed_at from outbox where event = 'reserved_short'"


async def test_an_event_is_answered_once_however_often_it_is_delivered(
    company: Company, works: Works, rows: Rows
) -> None:
    order = await make_shortage(company)
    assert await reserved(rows, company, order) == 10
    [event] = await rows(company, EVENTS)
    assert await hand_over(company, works.hands) >= 1
    await works.idle()
    assert await reserved(rows, company, order) == 6
    [first] = await rows(company, RELEASES)
    assert first["id"] == derived_id(company.id, "outbox", event["id"])
    assert (await rows(company, EVENTS))[0]["handed_at"]

    for _ in range(3):
        works.send(str(company.id), event["id"], event["event"], orjson.loads(event["body"]))
    await works.idle()
    assert await rows(company, RELEASES) == [first]
    assert await reserved(rows, company, order) == 6
    assert await hand_over(company, works.hands) in (0, 1)  # the answer's own event, which nobody waits for
    assert await hand_over(company, works.hands) == 0


async def test_a_relay_killed_between_broker_and_mark_delivers_again(
    instance: Instance, company: Company, works: Works, rows: Rows
) -> None:
    order = await make_shortage(company)
    command = [
        sys.executable,
        "-m",
        "tests.workers.dying_relay",
        instance.server.app_url,
        instance.keys,
        str(company.id),
    ]
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == -9
    assert (await rows(company, EVENTS))[0]["handed_at"] is None
    await until_unlocked(instance, company)
    assert await hand_over(company, works.hands) >= 1
    await works.idle()
    assert len(await rows(company, RELEASES)) == 1
    assert await reserved(rows, company, order) == 6


async def until_unlocked(instance: Instance, company: Company) -> None:
    """PostgreSQL notices that the killed one's connection is gone, and rolls back."""
    query, table = "select from pg_locks where relation = $1::text::regclass", f"{company.schema}.outbox"

    async def unlocked() -> bool:
        return not await instance.owner.fetch(query, table)

    await until(unlocked)


async def test_a_company_that_is_gone_needs_nothing(works: Works) -> None:
    works.send("00000000-0000-0000-0000-0000000000ff", 1, "reserved_short", {})
    await works.idle()


async def test_the_watch_answers_a_ring_and_numbers_the_changes(
    instance: Instance, company: Company, works: Works, rows: Rows
) -> None:
    watching = asyncio.create_task(Watch(instance.registry, instance.server.app_url, works.hands).run())
    try:
        order = await make_shortage(company)
        await until(lambda: released(rows, company, order))
        await until(lambda: numbered(rows, company))
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def released(rows: Rows, company: Company, order: UUID) -> bool:
    return await reserved(rows, company, order) == 6


async def numbered(rows: Rows, company: Company) -> bool:
    return not await rows(company, "select from change where seq is null")


async def test_a_lost_ring_is_only_late_however_busy_the_doorbell_is(
    instance: Instance, company: Company, works: Works, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = asyncio.create_task(Watch(instance.registry, instance.server.app_url, works.hands, sweep=1.0).run())
    busy = await instance.company()
    ringer = asyncio.create_task(ring_all_the_time(busy))
    try:
        await asyncio.sleep(0.5)  # the sweep at the start is over
        real = company.database.doorbell.ring
        monkeypatch.setattr(company.database.doorbell, "ring", lambda one: one is busy and real(one))
        order = await make_shortage(company)
        await until(lambda: released(rows, company, order))
    finally:
        for task in (ringer, watching):
            task.cancel()
        await asyncio.gather(ringer, watching, return_exceptions=True)


async def ring_all_the_time(company: Company) -> None:
    while True:
        company.database.doorbell.ring(company)
        await asyncio.sleep(0.05)


async def test_the_doorbell_rings_at_most_every_200_ms(instance: Instance, company: Company) -> None:
    other = await instance.company()
    heard: list[float] = []
    loop = asyncio.get_running_loop()
    listener = await asyncpg.connect(instance.server.app_url)
    await asyncio.sleep(0.3)  # rings of what was done before
    await listener.add_listener("doorbell", lambda *_: heard.append(loop.time()))
    began = loop.time()
    while loop.time() < began + 1:
        for one in (company, other):
            one.database.doorbell.ring(one)
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.5)
    await listener.close()
    assert 2 <= len(heard) <= 6
    assert all(later - earlier > 0.15 for earlier, later in pairwise(heard))
    rung = await instance.owner.fetch("select company_id from control.doorbell")
    assert {company.id, other.id} <= {row["company_id"] for row in rung}
