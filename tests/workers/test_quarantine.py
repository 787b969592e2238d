"""Events that kill their worker: with the whole process, its broker and its watch, on a database of their own."""

import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import orjson
import pytest_asyncio

from infra.launch.postgres import Server
from tenants.registry import Company
from tests.builders import act
from tests.companies import Instance
from tests.workers.apart import apart
from tests.workers.beginning import member
from tests.workers.conftest import until

KEPT = "select id, status, label, code, details::text, attempts from job where kind = 'event'"


@pytest_asyncio.fixture
async def alone(postgres: Server, instance: Instance, tmp_path: Path) -> AsyncIterator[Instance]:
    async with apart(postgres, tmp_path) as found:
        yield found


class Process:
    """Started again whenever it falls, as its supervisor does; `deaths` counts kills."""

    def __init__(self, instance: Instance, which: str) -> None:
        self.command = [sys.executable, "-m", f"tests.workers.{which}", instance.server.app_url, instance.keys]
        self.process: Popen[bytes] = Popen(self.command)
        self.deaths = 0

    def tend(self) -> None:
        if self.process.poll() is not None:
            assert self.process.returncode == -signal.SIGKILL
            self.deaths += 1
            self.process = Popen(self.command)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


async def emit(instance: Instance, company: Company, event: str, **body: Any) -> None:
    query = f"insert into {company.schema}.outbox (event, body) values ($1, $2)"
    await instance.owner.execute(query, event, orjson.dumps(body).decode())


async def kept(instance: Instance, company: Company) -> Any:
    async with instance.owner.transaction(readonly=True):
        await instance.owner.execute(f"set local search_path to {company.schema}")
        return await instance.owner.fetchrow(KEPT)


async def test_an_event_that_kills_its_worker_is_put_aside_and_can_be_tried_again(
    alone: Instance, tmp_path: Path
) -> None:
    company, other = await alone.company(), await alone.company()
    owner = await member(alone, company)
    await emit(alone, company, "deadly")
    for n, whose in enumerate((company, other)):
        await emit(alone, whose, "harmless", path=str(tmp_path / f"done{n}"))
    answering = Process(alone, "event_worker")
    working: Process | None = None
    try:

        async def put_aside() -> bool:
            answering.tend()
            return await kept(alone, company) is not None

        await until(put_aside, 90)
        assert answering.deaths == 3
        assert (tmp_path / "done0").exists()
        assert (tmp_path / "done1").exists()
        row = await kept(alone, company)
        assert (row["status"], row["label"], row["code"]) == ("quarantined", "deadly", "worker_died")
        assert orjson.loads(row["details"]) == {"attempts": 3}
        assert await alone.owner.fetchval("select count(*) from control.event_attempt") == 0

        working = Process(alone, "job_worker")
        await act(owner, "jobs.retry_job", job_id=row["id"])

        async def again() -> bool:
            assert working
            working.tend()
            answering.tend()
            return working.deaths == 3 and (await kept(alone, company))["status"] == "quarantined"

        await until(again, 90)
        assert answering.deaths == 3
    finally:
        answering.end()
        if working:
            working.end()


async def test_an_event_that_fails_whenever_it_is_tried_is_told(alone: Instance) -> None:
    company = await alone.company()
    await emit(alone, company, "failing")
    answering = Process(alone, "event_worker")
    try:

        async def told() -> bool:
            return await kept(alone, company) is not None

        await until(told, 60)
        row = await kept(alone, company)
        assert (row["status"], row["code"]) == ("quarantined", "worker_error")
        assert orjson.loads(row["details"])["error"].endswith("ZeroDivisionError")
    finally:
        answering.end()
