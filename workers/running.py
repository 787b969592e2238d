"""Runs one job after the other: claims it, works on it, and writes down how it ended.

What is written into a job's row here is bookkeeping, like the relay's mark on an event: the row carries the attempt
that may write, so that one that was taken for dead and is not changes nothing.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, LiteralString
from uuid import uuid4

import asyncpg

from domain.errors import Refused
from domain.execute import StaleAccess
from domain.plain import dump
from tenants.registry import Company, Registry
from tenants.transaction import write_transaction
from workers import queue
from workers.alone import Alone
from workers.heart import Heart
from workers.jobs import JOBS, Job, Kind, Pulse, Stopped
from workers.queue import Claim

log = logging.getLogger(__name__)

TRIES = 3  # attempts that ended in death or in an error, without getting any further
AGAIN = timedelta(seconds=5)  # after an error, and twice as long after the next one
BREAK = timedelta(seconds=2)  # after an outage
SUSPENDED = timedelta(minutes=1)
PATIENCE = 60.0  # seconds in which an end is written once the database is back
OUTAGES = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError)

BEGIN: LiteralString = """with begun as (
 update job set status = 'running', claim = $2, attempts = $3, pausable = $4, started_at = coalesce(started_at, now()),
  code = null, field = null, details = null
 where id = $1 and status in ('queued', 'running') returning actor_id, scope, body, done, total, wanted),
told as (insert into change (entity, entity_id, bucket, gone) select 'job', $1, 'u:' || actor_id, false from begun)
select actor_id, scope, body, done, total, wanted from begun"""
END: LiteralString = """with ended as (
 update job set status = $3, claim = null, wanted = null, result = $4::jsonb, code = $5, field = $6,
  details = $7::jsonb, done = coalesce($8, done), total = coalesce($9, total), attempts = $10,
  finished_at = case $3 when 'paused' then null else now() end
 where id = $1 and claim = $2 returning actor_id)
insert into change (entity, entity_id, bucket, gone) select 'job', $1, 'u:' || actor_id, false from ended"""


class Runner:
    """Works on a loop of dramatiq's; the heart beats on another one."""

    def __init__(self, registry: Registry, heart: Heart) -> None:
        self.registry, self.heart, self.process = registry, heart, Alone()

    async def work(self) -> bool:
        """On one job. False: there was none to be had."""
        database = self.registry.database
        async with self.process.among_others():
            claim = await queue.claim(database, uuid4(), self.heart.name, self.heart.lasts)
            if claim is None:
                return False
            pulse = self.heart.add(claim.id)
            if suspect := claim.attempts == TRIES:
                pulse.suspect = True
            else:
                await self.attempt(claim, pulse)
        if suspect:  # nothing that happens until it has its turn is its fault; its neighbours go on afterwards
            await queue.recount(database, claim.id, -1)
            self.heart.step_aside()
            async with self.process.alone() as pulse.clear:
                await queue.recount(database, claim.id, 1)
                await self.attempt(claim, pulse)
        if await queue.waits(database):
            await asyncio.to_thread(self.heart.wake)
        return True

    async def attempt(self, claim: Claim, pulse: Pulse) -> None:
        try:
            await self.attempted(claim, pulse)
        finally:
            self.heart.drop(claim.id)

    async def attempted(self, claim: Claim, pulse: Pulse) -> None:
        database = self.registry.database
        company = await self.registry.company(claim.company_id)
        if company is None:  # suspended a moment ago
            await queue.give_back(database, claim.id, after=SUSPENDED)
            return
        kind = JOBS.get(claim.kind)
        row = await begin(company, claim, kind)
        if row is None:  # paused, cancelled or done already
            await queue.over(database, claim.id)
            return
        master = self.registry.master
        job = Job(company, claim.job_id, kind or Kind("", ""), claim.id, row, pulse, master)
        ending = Ending(company, claim, job)
        if row["wanted"]:
            await ending.write(STOPPED[row["wanted"]])
        elif kind is None:
            await ending.refused(Refused("unknown_kind", kind=claim.kind))
        elif claim.attempts > TRIES:
            await ending.quarantined(claim.error)
        else:
            await self.run(kind, job, ending)

    async def run(self, kind: Kind, job: Job, ending: "Ending") -> None:
        database, claim = self.registry.database, ending.claim
        try:
            await job.look_up()
            result = await kind.function(job)
        except Stopped as stopped:
            if stopped.why in STOPPED:
                await ending.write(STOPPED[stopped.why])
            elif stopped.why == "shutdown":
                await queue.give_back(database, claim.id)
        except Refused as refusal:
            await ending.refused(refusal)
        except StaleAccess:  # his rights were changed meanwhile
            await queue.give_back(database, claim.id)
        except OUTAGES:
            log.warning("job %s of %s met an outage and goes on later", job.id, job.company.id, exc_info=True)
            await steadily(lambda: queue.give_back(database, claim.id, after=BREAK))
        except Exception as error:
            name = type(error).__name__
            log.exception("job %s of %s, attempt %s", job.id, job.company.id, claim.attempts)
            if claim.attempts >= TRIES:
                await ending.quarantined(name)
            else:
                pause = AGAIN * 2 ** (claim.attempts - 1)
                await steadily(lambda: queue.give_back(database, claim.id, counted=True, after=pause, error=name))
        else:
            await ending.write("done", result=result)


STOPPED = {"pause": "paused", "cancel": "cancelled"}


class Ending:
    """How an attempt ends: first in the job's row, then in the queue. Killed in between, it is found over next time."""

    def __init__(self, company: Company, claim: Claim, job: Job) -> None:
        self.company, self.claim, self.job = company, claim, job

    async def refused(self, refusal: Refused) -> None:
        await self.write("failed", refusal=refusal)

    async def quarantined(self, error: str | None) -> None:
        """`error`: what the last attempt failed with. None: its process died."""
        tried = min(self.claim.attempts, TRIES)
        died, failed = Refused("worker_died", attempts=tried), Refused("worker_error", attempts=tried, error=error)
        log.error("job %s of %s is in quarantine: %s", self.claim.job_id, self.company.id, error or "its worker died")
        await self.write("quarantined", refusal=failed if error else died)

    async def write(
        self, status: str, *, result: Mapping[str, Any] | None = None, refusal: Refused | None = None
    ) -> None:
        code, field, details = (refusal.code, refusal.field, dump(refusal.details)) if refusal else (None, None, None)
        values = (
            self.claim.job_id, self.claim.id, status, None if result is None else dump(result), code, field, details,
            self.job.done, self.job.total, min(self.claim.attempts, TRIES),
        )  # fmt: skip

        async def end() -> None:
            async with write_transaction(self.company) as door:
                await door.raw.execute(END, *values)

        await steadily(end)
        self.company.database.doorbell.ring(self.company)
        await steadily(lambda: queue.over(self.company.database, self.claim.id))


async def begin(company: Company, claim: Claim, kind: Kind | None) -> Mapping[str, Any] | None:
    pausable = kind is not None and kind.pausable
    async with write_transaction(company) as door:
        row: Any = await door.raw.fetchrow(BEGIN, claim.job_id, claim.id, min(claim.attempts, TRIES), pausable)
    company.database.doorbell.ring(company)
    return row


async def steadily(write: Callable[[], Awaitable[None]]) -> None:
    """Once the database is back, if it is away."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await write()
        except OUTAGES:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)
