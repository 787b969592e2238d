"""Who comes next: the SQL of the queue against a model, on a database of its own with companies that have no schema."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain.ids import new_id
from infra.launch.cluster import Server, create_database
from tenants.provision import create_control
from tenants.settings import Pools
from tenants.transaction import Database
from tests.companies import Instance
from workers import queue

LASTS = timedelta(minutes=1)
SEED = int(os.environ.get("HUOTONG_TEST_SEED", "1"))
SUSPENDED = 3  # of ten


@dataclass(frozen=True)
class Control:
    database: Database
    owner: asyncpg.Connection
    companies: list[UUID]  # the last ones are suspended

    async def put(self, company: UUID, *, priority: int = 5, long: bool = True, id: UUID | None = None) -> UUID:
        id = id or new_id()
        body = {"job_id": str(id), "kind": "x", "priority": priority, "long": long}
        await queue.put(self.database, company, 1, body)
        return id

    async def claim(self) -> queue.Claim | None:
        return await queue.claim(self.database, uuid4(), "somebody", LASTS)

    async def clear(self) -> None:
        await self.owner.execute("truncate control.queue, control.turn")


@pytest_asyncio.fixture(scope="module")
async def control(postgres: Server, instance: Instance) -> AsyncIterator[Control]:
    server = create_database(postgres, f"queue_{uuid4().hex[:8]}")
    owner = await asyncpg.connect(server.owner_url)
    await create_control(owner)
    await owner.execute(
        """insert into control.company (id, slug, name, schema, status)
 select gen_random_uuid(), 'c' || i, 'c' || i, 't_' || to_hex(i), case when i > 1000 then 'suspended' else 'active' end
 from generate_series(1, 1003) i"""
    )
    rows = await owner.fetch("select id from control.company order by schema = any($1::text[])", GONE)
    database = Database(server.app_url, Pools(write=0, share=0, read=0, control=6))
    yield Control(database, owner, [row["id"] for row in rows])
    await database.close()
    await owner.close()


GONE = [f"t_{i:x}" for i in range(1001, 1001 + SUSPENDED)]


@dataclass(frozen=True)
class Waiting:
    company: UUID
    priority: int
    long: bool
    place: int  # in the order of their coming
    running: UUID | None = None  # its claim


@dataclass
class Model:
    """What the README says, in Python."""

    suspended: set[UUID]
    jobs: dict[UUID, Waiting] = field(default_factory=dict)
    served: dict[UUID, int] = field(default_factory=dict)
    time: int = 0

    def next(self) -> UUID | None:
        running = [one for one in self.jobs.values() if one.running]
        at_work = {one.company: sum(o.company == one.company for o in running) for one in running}
        busy = {one.company for one in running if one.long}
        free = {
            id: one
            for id, one in self.jobs.items()
            if not one.running and one.company not in self.suspended and not (one.long and one.company in busy)
        }
        return min(
            free,
            key=lambda id: (
                free[id].priority, at_work.get(free[id].company, 0), self.served.get(free[id].company, -1),
                free[id].place,
            ),
            default=None,
        )  # fmt: skip

    def claimed(self, id: UUID, claim: UUID) -> None:
        self.time += 1
        self.jobs[id] = changed(self.jobs[id], running=claim)
        self.served[self.jobs[id].company] = self.time


@pytest.mark.parametrize("seed", range(SEED, SEED + 12))
async def test_the_next_job_is_the_fairest(control: Control, seed: int) -> None:
    """Random comings and goings: whatever is claimed is what the model says."""
    chance, model = random.Random(seed), Model(set(control.companies[-SUSPENDED:]))
    some = chance.sample(control.companies[:-SUSPENDED], chance.randint(1, 6)) + control.companies[-1:]
    await control.clear()
    for place in range(120):
        match chance.choice(["put", "put", "claim", "claim", "over", "back"]):
            case "put":
                company, priority, long = chance.choice(some), chance.choice([3, 5, 5, 8]), chance.random() < 0.7
                id = await control.put(company, priority=priority, long=long)
                model.jobs[id] = Waiting(company, priority, long, place)
            case "claim":
                expected, claim = model.next(), await control.claim()
                assert (claim and claim.job_id) == expected
                if claim:
                    model.claimed(claim.job_id, claim.id)
            case what:
                running = [(id, one.running) for id, one in model.jobs.items() if one.running]
                if not running:
                    continue
                id, held = chance.choice(running)
                if what == "over":
                    await queue.over(control.database, held)
                    del model.jobs[id]
                else:
                    await queue.give_back(control.database, held)
                    model.jobs[id] = changed(model.jobs[id], running=None)
        assert await queue.waits(control.database) == (model.next() is not None)


async def test_many_at_once_get_each_job_once_and_a_company_one_long_one(control: Control) -> None:
    await control.clear()
    companies = control.companies[:4]
    for n in range(40):
        await control.put(companies[n % 4])
    claims = [one for one in await asyncio.gather(*(control.claim() for _ in range(12))) if one]
    assert len({one.company_id for one in claims}) == len(claims) == 4
    for n in range(40):
        await control.put(companies[n % 4], long=False)
    claims = [one for one in await asyncio.gather(*(control.claim() for _ in range(12))) if one]
    assert len({one.job_id for one in claims}) == len(claims) == 12
    assert all(sum(one.company_id == company for one in claims) == 3 for company in companies)


async def test_an_event_queues_once_and_a_later_one_anew(control: Control) -> None:
    await control.clear()
    id, company = new_id(), control.companies[0]
    body = {"job_id": str(id), "kind": "x", "priority": 5, "long": True}
    for _ in range(2):
        await queue.put(control.database, company, 7, body)
    for attempt in range(1, 4):
        claim = await control.claim()
        assert claim
        assert (claim.job_id, claim.attempts) == (id, attempt)
        await queue.put(control.database, company, 7, body)  # delivered once more
        assert await control.claim() is None
        await queue.give_back(control.database, claim.id, counted=True, error="X")
    await queue.put(control.database, company, 8, body)
    claim = await control.claim()
    assert claim
    assert (claim.attempts, claim.error) == (1, None)
    await queue.put(control.database, company, 9, body)  # retried while it was at work
    await queue.over(control.database, claim.id)
    again = await control.claim()
    assert again
    assert (again.job_id, again.attempts) == (id, 1)
    await queue.put(control.database, uuid4(), 1, body)  # of a company that is gone
    assert await control.owner.fetchval("select count(*) from control.queue") == 1


async def test_a_claim_that_runs_out_is_to_be_had_again_and_the_old_one_is_lost(control: Control) -> None:
    await control.clear()
    id = await control.put(control.companies[0])
    first = await queue.claim(control.database, uuid4(), "here 1", timedelta())
    second = await control.claim()
    assert first
    assert second
    assert (first.job_id, second.job_id, second.attempts) == (id, id, 2)
    assert await queue.beat(control.database, [first.id, second.id], [second.id], LASTS) == {second.id}
    await queue.over(control.database, first.id)
    assert await control.owner.fetchval("select attempts from control.queue") == 1
    await queue.free(control.database, "some", lambda name: name == "somebody")
    third = await control.claim()
    assert third
    assert (third.job_id, third.attempts) == (id, 2)


async def test_one_that_floods_makes_nobody_wait(control: Control, capsys: pytest.CaptureFixture[str]) -> None:
    """A thousand companies: while one floods, another's job is the next to be claimed, and from its coming to its claim
    it takes at most twice as long as in an empty queue."""
    flood, *others = control.companies[:1000]

    async def rounds() -> float:
        took = []
        for company in chance.sample(others, 60):
            began = time.perf_counter()
            id = await control.put(company)
            claim = await control.claim()
            took.append(time.perf_counter() - began)
            assert claim
            assert claim.job_id == id
            await queue.over(control.database, claim.id)
        return statistics.median(took) * 1000

    chance = random.Random(SEED)
    await control.clear()
    idle = await rounds()
    for _ in range(2000):
        await control.put(flood)
    first = await control.claim()
    assert first
    assert first.company_id == flood
    flooded = await rounds()
    with capsys.disabled():
        print(f"\nfrom coming to being claimed: {idle:.1f} ms in an empty queue, {flooded:.1f} ms behind 2,000 of one")
    assert flooded <= 2 * idle
    await queue.over(control.database, first.id)
    for company in others[:50]:
        await control.put(company)
    served = [claim.company_id for _ in range(51) if (claim := await control.claim())]
    assert sorted(served) == sorted([flood, *others[:50]]), "where the flood's next job is free, it has its turn: one"
