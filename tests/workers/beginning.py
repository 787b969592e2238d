"""A command of the tests alone that begins a job of any kind, and what a test asks of the job afterwards."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import Popen
from typing import Any
from uuid import UUID

from domain import sql
from domain.catalogue import CATALOGUE
from domain.command import command
from domain.entry import Entry
from domain.ids import new_id
from domain.jobs.commands import JOB, LATER, NORMAL, enqueue
from domain.tx import Run, Tx
from tenants.access import Caller
from tenants.access import caller_of as find_caller
from tenants.clients import create_client
from tenants.registry import Company
from tests.builders import act
from tests.companies import Instance
from tests.workers.conftest import Works, until
from workers.outbox import hand_over

NAME, NIGHTLY = "tests.begin_job", "tests.begin_nightly"
STATE = """select status, code, details::text, attempts, done, total, result::text, wanted, pausable, claim, created_at,
 started_at, finished_at from job where id = $1"""


@command
class BeginJob:
    job_id: UUID
    kind: str
    body: dict[str, Any]
    priority: int = NORMAL
    long: bool = True


async def begin_job(tx: Tx) -> None:
    await tx.load(sql.statement(), {})

    def one(run: Run) -> dict[str, Any]:
        cmd: BeginJob = run.cmd
        enqueue(
            tx, run, id=cmd.job_id, kind=cmd.kind, label=cmd.kind, body=cmd.body, priority=cmd.priority, long=cmd.long
        )
        return {"job_id": cmd.job_id}

    tx.decide(one)
    tx.write(sql.statement(JOB), {})


@command
class BeginNightly:
    """As the clock knows such commands."""

    job_id: UUID


async def begin_nightly(tx: Tx) -> None:
    await tx.load(sql.statement(), {})

    def one(run: Run) -> dict[str, Any]:
        enqueue(tx, run, id=run.cmd.job_id, kind="count", label="count", body={}, priority=LATER)
        return {"job_id": run.cmd.job_id}

    tx.decide(one)
    tx.write(sql.statement(JOB), {})


@contextmanager
def beginnable_nightly() -> Iterator[str]:
    CATALOGUE[NIGHTLY] = Entry(BeginNightly, begin_nightly, "request", "reconcile.run", name=NIGHTLY)
    try:
        yield NIGHTLY
    finally:
        del CATALOGUE[NIGHTLY]


@contextmanager
def beginnable() -> Iterator[None]:
    CATALOGUE[NAME] = Entry(BeginJob, begin_job, "request", "job.own", name=NAME)
    try:
        yield
    finally:
        del CATALOGUE[NAME]


async def member(instance: Instance, company: Company, role: str = "owner") -> Caller:
    """A job runs with the rights of somebody who is there."""
    given = await create_client(company, f"a {role}", role)
    actor_id = await instance.owner.fetchval("select id from control.client where client_id = $1", given.client_id)
    assert actor_id
    caller = await find_caller(company, actor_id)
    assert caller
    return caller


async def begin(caller: Caller, kind: str, **body: Any) -> UUID:
    id = new_id()
    options = {name: body.pop(name) for name in ("priority", "long") if name in body}
    await act(caller, NAME, job_id=id, kind=kind, body=body, **options)
    return id


@dataclass(frozen=True)
class Yard:
    """Companies whose jobs are worked on by real processes. Claims last for two seconds."""

    instance: Instance
    works: Works

    async def member(self, company: Company, role: str = "owner") -> Caller:
        return await member(self.instance, company, role)

    async def begin(self, caller: Caller, kind: str, **body: Any) -> UUID:
        with beginnable():
            id = await begin(caller, kind, **body)
        await hand_over(caller.company, self.works.hands)
        return id

    async def state(self, company: Company, id: UUID) -> Any:
        async with self.instance.owner.transaction(readonly=True):
            await self.instance.owner.execute(f"set local search_path to {company.schema}")
            return await self.instance.owner.fetchrow(STATE, id)

    async def is_now(self, company: Company, id: UUID, status: str, seconds: float = 30) -> Any:
        async def there() -> bool:
            return (await self.state(company, id))["status"] == status

        await until(there, seconds)
        return await self.state(company, id)

    async def queued(self, company: Company) -> int:
        query = "select count(*) from control.queue where company_id = $1"
        return await self.instance.owner.fetchval(query, company.id) or 0

    def worker(self) -> "Popen[bytes]":
        """`kill` it."""
        command = [sys.executable, "-m", "tests.workers.job_worker", self.instance.server.app_url, self.instance.keys]
        return Popen(command, start_new_session=True)
