"""Events that kill their worker: with the whole process, its broker and its watch, on a database of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
import pytest_asyncio

from infra.launch.cluster import Server
from tests.builders import act
from tests.companies import Instance
from tests.workers.apart import Process, apart, emit, kept
from tests.workers.beginning import member
from tests.workers.conftest import until


@pytest_asyncio.fixture
async def alone(postgres: Server, instance: Instance, tmp_path: Path) -> AsyncIterator[Instance]:
    async with apart(postgres, tmp_path) as found:
        yield found


async def test_an_event_that_kills_its_worker_is_put_aside_and_can_be_tried_again(
    alone: Instance, tmp_path: Path, capfd: pytest.CaptureFixture[str]
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

        async def neighbours_are_done() -> bool:
            answering.tend()
            return all((tmp_path / f"done{n}").exists() for n in range(2))

        await until(neighbours_are_done, 60)
        row = await kept(alone, company)
        assert (row["status"], row["label"], row["code"]) == ("quarantined", "deadly", "worker_died")
        assert orjson.loads(row["details"]) == {"attempts": 3}
        said = ""

        async def each_delivery_is_counted_and_put_aside() -> bool:  # a late heart brings the message once more
            nonlocal said
            said += capfd.readouterr().err
            left = await alone.owner.fetch("select company_id, attempts from control.event_attempt")
            return [tuple(one) for one in left] == [(company.id, 3 + said.count(f"of {company.id} is in quarantine"))]

        await until(each_delivery_is_counted_and_put_aside)
        assert "is in quarantine" in said

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

        await until(told, 120)
        row = await kept(alone, company)
        assert (row["status"], row["code"]) == ("quarantined", "worker_error")
        assert orjson.loads(row["details"])["error"].endswith("ZeroDivisionError")
    finally:
        answering.end()
