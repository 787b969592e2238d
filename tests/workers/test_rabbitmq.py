"""RabbitMQ as the broker: the same processes, killed in the same way, and the server too."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from infra.launch.cluster import Server
from tests.companies import Instance
from tests.workers.apart import Process, apart, emit, kept
from tests.workers.beginning import STATE, beginnable, member
from tests.workers.beginning import begin as begin_job
from tests.workers.conftest import until
from tests.workers.rabbit import Rabbit, missing


@pytest_asyncio.fixture
async def alone(postgres: Server, instance: Instance, tmp_path: Path) -> AsyncIterator[Instance]:
    async with apart(postgres, tmp_path) as found:
        yield found


@pytest_asyncio.fixture
async def rabbit(tmp_path: Path) -> AsyncIterator[Rabbit]:
    if why := missing():
        pytest.skip(why)
    folder = tmp_path / "rabbit"
    folder.mkdir()
    found = Rabbit(folder)
    found.start()
    try:
        await until(lambda: answers(found), 90)
        yield found
    finally:
        found.end()


async def answers(rabbit: Rabbit) -> bool:
    return rabbit.answers()


async def test_events_and_jobs_over_rabbitmq(alone: Instance, rabbit: Rabbit, tmp_path: Path) -> None:
    company = await alone.company()
    owner = await member(alone, company)
    answering = Process(alone, "event_worker", rabbit.url)
    working = Process(alone, "job_worker", rabbit.url)
    try:

        async def there(name: str) -> bool:
            answering.tend()
            return (tmp_path / name).exists()

        await emit(alone, company, "harmless", path=str(tmp_path / "first"))
        owner.company.database.doorbell.ring(company)
        await until(lambda: there("first"), 60)
        with beginnable():
            id = await begin_job(owner, "count", to=3, log=str(tmp_path / "log"))

        async def done() -> bool:
            async with alone.owner.transaction(readonly=True):
                await alone.owner.execute(f"set local search_path to {company.schema}")
                row = await alone.owner.fetchrow(STATE, id)
            return row is not None and row["status"] == "done"

        await until(done, 60)

        await emit(alone, company, "deadly")
        await emit(alone, company, "harmless", path=str(tmp_path / "second"))
        company.database.doorbell.ring(company)

        async def put_aside() -> bool:
            answering.tend()
            return await kept(alone, company) is not None and (tmp_path / "second").exists()

        await until(put_aside, 120)
        assert answering.deaths == 3
        assert (await kept(alone, company))["code"] == "worker_died"

        unmarked = f"select count(*) from {company.schema}.outbox where handed_at is null"

        async def all_marked() -> bool:  # the sweep would come in ten minutes
            company.database.doorbell.ring(company)
            answering.tend()
            return await alone.owner.fetchval(unmarked) == 0

        await until(all_marked, 60)
        rabbit.kill()
        await emit(alone, company, "harmless", path=str(tmp_path / "third"))
        company.database.doorbell.ring(company)
        assert await alone.owner.fetchval(unmarked) == 1, "nothing counts as sent that the server has not confirmed"
        rabbit.start()
        await until(lambda: answers(rabbit), 90)
        await until(all_marked, 90)
        await until(lambda: there("third"), 60)
    finally:
        answering.end()
        working.end()
