"""What runs by the clock: once for all processes, late rather than never, and at night where the company is."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from domain.catalogue import CATALOGUE
from domain.ids import derived_id, new_id
from infra.launch.cluster import Server
from tenants.registry import Company, Registry
from tests.companies import Instance
from tests.workers.apart import apart
from tests.workers.beginning import beginnable_nightly
from tests.workers.conftest import until
from workers import outbox, schedule
from workers.schedule import NOBODY, OF_COMPANY, Clock, Task, night


@pytest_asyncio.fixture
async def alone(postgres: Server, instance: Instance, tmp_path: Path) -> AsyncIterator[Instance]:
    async with apart(postgres, tmp_path) as found:
        yield found


async def due(instance: Instance, name: str, ago: timedelta = timedelta()) -> None:
    await instance.owner.execute(
        "update control.schedule set next_at = now() - $2::interval where name = $1", name, ago
    )


async def next_of(instance: Instance, name: str) -> datetime:
    return await instance.owner.fetchval("select next_at from control.schedule where name = $1", name) or datetime.max


async def drain(clock: Clock) -> None:
    while await clock.tick():
        pass


async def test_several_processes_run_a_tick_once_and_what_was_missed_once(
    alone: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: Counter[str] = Counter()

    async def run(registry: Registry) -> None:
        ran["count"] += 1
        await asyncio.sleep(0)  # lets the others look

    monkeypatch.setattr(schedule, "TASKS", {"count": Task(timedelta(hours=1), run)})
    clocks = [Clock(alone.registry) for _ in range(5)]
    await asyncio.gather(*(clock.enrol() for clock in clocks))
    await asyncio.gather(*map(drain, clocks))
    assert ran == {"count": 1}, "due at once, when it is new"
    await due(alone, "count", timedelta(days=7))
    await asyncio.gather(*map(drain, clocks))
    assert ran == {"count": 2}
    assert timedelta(minutes=55) < await next_of(alone, "count") - datetime.now(UTC) <= timedelta(hours=1)


async def test_what_fails_is_tried_again_soon_and_holds_nothing_up(
    alone: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    async def fail(registry: Registry) -> None:
        raise ZeroDivisionError

    async def run(registry: Registry) -> None:
        ran.append("run")

    monkeypatch.setattr(schedule, "TASKS", {"bad": Task(timedelta(days=1), fail), "good": Task(timedelta(days=1), run)})
    clock = Clock(alone.registry)
    await clock.enrol()
    await drain(clock)
    assert ran == ["run"]
    assert await next_of(alone, "bad") - datetime.now(UTC) <= timedelta(minutes=10)
    row = await alone.owner.fetchrow("select error, claim from control.schedule where name = 'bad'")
    assert row
    assert tuple(row) == ("ZeroDivisionError", None)


async def test_a_tick_of_a_process_that_died_is_taken_by_another(
    alone: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, ran = asyncio.Event(), list[str]()

    async def run(registry: Registry) -> None:
        if not began.is_set():
            began.set()
            await asyncio.Event().wait()
        ran.append("run")

    monkeypatch.setattr(schedule, "TASKS", {"long": Task(timedelta(days=1), run)})
    first, second = Clock(alone.registry), Clock(alone.registry)
    await first.enrol()
    dying = asyncio.create_task(first.tick())
    await began.wait()
    await drain(second)
    assert ran == []
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    await alone.owner.execute("update control.schedule set claimed_until = now()")
    await drain(second)
    assert ran == ["run"]


async def test_the_real_tasks_run(alone: Instance) -> None:
    clock = Clock(alone.registry)
    await clock.enrol()
    await drain(clock)
    rows = await alone.owner.fetch("select name, error from control.schedule where last_at is not null")
    assert {row["name"]: row["error"] for row in rows} == dict.fromkeys(schedule.TASKS)
    assert await alone.owner.fetchval("select count(*) from control.signing_key") == 1


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Pacific/Auckland", "UTC"])
def test_every_date_has_one_night(zone: str) -> None:
    id, at = new_id(), datetime(2026, 1, 1, 12, tzinfo=UTC)
    nights: list[datetime] = []
    for _ in range(365):
        at = schedule.next_night(id, zone, at)
        nights.append(at.astimezone(ZoneInfo(zone)))
    assert [one.date() for one in nights] == [nights[0].date() + timedelta(days=n) for n in range(365)]
    assert all(one.hour in (2, 3) for one in nights)  # three, where there was no two o'clock


async def test_every_company_has_its_night_and_those_that_are_gone_have_none(alone: Instance) -> None:
    near, far, closed = [await alone.company() for _ in range(3)]
    query = "update control.company set time_zone = $2, status = $3 where id = $1"
    await alone.owner.execute(query, far.id, "America/New_York", "active")
    await alone.owner.execute(query, closed.id, "Asia/Shanghai", "suspended")
    clock = Clock(alone.registry)
    await clock.enrol()
    rows = dict(await alone.owner.fetch("select company_id, next_at from control.schedule where name = $1", OF_COMPANY))
    assert rows.keys() == {near.id, far.id, closed.id}
    assert rows[near.id].astimezone(ZoneInfo("Asia/Shanghai")).hour == 2
    assert rows[far.id].astimezone(ZoneInfo("America/New_York")).hour == 2
    await due(alone, OF_COMPANY)
    await drain(clock)
    late = "select company_id from control.schedule where name = $1 and next_at <= now()"
    assert [row[0] for row in await alone.owner.fetch(late, OF_COMPANY)] == [closed.id], "until it is let in again"
    await alone.owner.execute("delete from control.company where id = $1", far.id)
    await clock.enrol()
    left = await alone.owner.fetch("select company_id from control.schedule where company_id <> $1", NOBODY)
    assert {row[0] for row in left} == {near.id, closed.id}


async def test_a_night_begins_each_job_once_for_its_date(
    instance: Instance, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with beginnable_nightly() as name:
        assert name in CATALOGUE
        monkeypatch.setattr(schedule, "NIGHTLY", {"count": name})
        evening = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)  # half past two in Shanghai, the day after
        for at in (evening, evening + timedelta(minutes=5), evening + timedelta(days=1)):
            await night(company, at)
    rows = await instance.owner.fetch(f"select id, actor_id from {company.schema}.job order by created_at")
    dates = ("2026-11-25", "2026-11-26")
    assert [row["id"] for row in rows] == [derived_id(company.id, "nightly", "count", date) for date in dates]
    assert {row["actor_id"] for row in rows} == {NOBODY}


async def test_a_night_forgets_what_was_handed_over_long_ago(instance: Instance, company: Company) -> None:
    await instance.owner.execute(
        f"""insert into {company.schema}.outbox (event, body, handed_at)
 select 'x', '{{}}', now() - n * interval '1 day' from generate_series(1, 20) n"""
    )
    await instance.owner.execute(f"insert into {company.schema}.outbox (event, body) values ('waiting', '{{}}')")
    await outbox.forget_handed(company)
    assert await instance.owner.fetchval(f"select count(*) from {company.schema}.outbox") == 6 + 1


async def test_the_clock_goes_on_by_itself(alone: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[datetime] = []

    async def run(registry: Registry) -> None:
        ran.append(datetime.now(UTC))

    async def three() -> bool:
        return len(ran) >= 3

    monkeypatch.setattr(schedule, "TASKS", {"often": Task(timedelta(), run)})
    going = asyncio.create_task(Clock(alone.registry, look=0.05).run())
    try:
        await until(three)
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
