"""What runs by the clock: once for all processes, however many there are, and once where it was missed.

A tick is a row of `control.schedule`, claimed by whoever finds it due. Ticks of a company are at night by its own time
zone, spread over an hour. What follows the last tick is reckoned from now, not from when it should have been: after a
week without a server a nightly task runs once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4
from zlib import crc32
from zoneinfo import ZoneInfo

from domain import feed, files
from domain.entry import find
from domain.execute import execute
from domain.ids import derived_id
from domain.tx import Call
from tenants import sessions, signing
from tenants.access import Caller
from tenants.registry import Company, Registry
from tenants.transaction import Database, control_transaction
from workers import actors, outbox
from workers.jobs import SYSTEM

log = logging.getLogger(__name__)

LOOK = 30.0  # seconds between two looks at the clock
LASTS = timedelta(minutes=2)  # a claim, extended twice while it lasts
FAILED = timedelta(minutes=10)  # until what failed is tried again
NIGHT = time(2, 0)
NOBODY = UUID(int=0)

# kind of job → the command that begins it, whose body is {job_id}
NIGHTLY: dict[str, str] = {"reconcile": "reconciliation.check_stock"}

ENROL: LiteralString = """insert into schedule (name, company_id, next_at)
select name, company_id, next_at
from unnest($1::text[], $2::uuid[], $3::timestamptz[]) as n(name, company_id, next_at) on conflict do nothing"""
NEW: LiteralString = """select c.id, c.time_zone from company c
where not exists (select from schedule s where s.company_id = c.id and s.name = $1)"""
GONE: LiteralString = """delete from schedule s
where s.company_id <> $1 and not exists (select from company c where c.id = s.company_id)"""
DUE: LiteralString = """update schedule s set claim = $1, claimed_until = now() + $2::interval
where (s.name, s.company_id) = (
 select d.name, d.company_id from schedule d left join company c on c.id = d.company_id
 where d.next_at <= now() and coalesce(d.claimed_until, '-infinity') <= now()
  and coalesce(c.status, 'active') = 'active'
 order by d.next_at, d.name, d.company_id limit 1 for update of d skip locked)
returning s.name, s.company_id, s.next_at"""
EXTEND: LiteralString = "update schedule set claimed_until = now() + $2::interval where claim = $1"
RAN: LiteralString = """update schedule
set last_at = now(), next_at = $2, claim = null, claimed_until = null, error = $3 where claim = $1"""


@dataclass(frozen=True, slots=True)
class Task:
    """Of the instance. `every`: from one time to the next."""

    every: timedelta
    run: Callable[[Registry], Awaitable[object]]


async def sweep_sessions(registry: Registry) -> None:
    await sessions.sweep(registry.database)


async def rotate_signing_key(registry: Registry) -> None:
    await signing.rotate(registry.database, registry.master)


TASKS: dict[str, Task] = {
    "sessions": Task(timedelta(hours=6), sweep_sessions),
    "events": Task(timedelta(days=1), actors.forget_attempts),
    "signing": Task(timedelta(days=30), rotate_signing_key),
}
HOUSEKEEPING: Sequence[Callable[[Company], Awaitable[object]]] = (
    feed.prune_tombstones,
    files.forget_expired,
    outbox.forget_handed,
)  # of each company, every night
OF_COMPANY = "night"


async def night(company: Company, at: datetime) -> None:
    """What each company gets every night. The jobs' ids are made from its date: a second time begins nothing."""
    day = at.astimezone(ZoneInfo(company.time_zone)).date()
    for kind, name in NIGHTLY.items():
        entry = find(name)
        assert entry, name
        id = derived_id(company.id, "nightly", kind, day)
        caller = Caller(company, SYSTEM, frozenset({entry.permission}))
        outcome = await execute(Call(id, name, {"job_id": str(id)}, datetime.now(UTC), "job"), caller)
        if outcome.status == "refused":
            log.warning("nightly %s of %s was refused: %s", kind, company.id, outcome.code)
    for keep in HOUSEKEEPING:
        await keep(company)


def next_night(company_id: UUID, time_zone: str, after: datetime) -> datetime:
    """The first one after this moment. Each company has its minute, so that not all come at once."""
    zone = ZoneInfo(time_zone)
    minutes = timedelta(minutes=crc32(company_id.bytes) % 60)
    day = after.astimezone(zone).date()
    while True:
        at = (datetime.combine(day, NIGHT, zone) + minutes).astimezone(UTC)
        if at > after:
            return at
        day += timedelta(days=1)


class Clock:
    """One in each process that has one; they take the ticks from each other's table."""

    def __init__(self, registry: Registry, look: float = LOOK) -> None:
        self.registry, self.look = registry, look

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.enrol()
                while await self.tick():
                    pass
            except Exception:
                log.warning("the clock could not be looked at", exc_info=True)
            await asyncio.sleep(self.look)

    async def enrol(self) -> None:
        """What is new gets its first time, what is gone none. Tasks of the instance are due at once."""
        now = datetime.now(UTC)
        async with control_transaction(self.registry.database) as door:
            new = await door.raw.fetch(NEW, OF_COMPANY)
            names = [*TASKS, *(OF_COMPANY for _ in new)]
            ids = [*(NOBODY for _ in TASKS), *(row["id"] for row in new)]
            times = [*(now for _ in TASKS), *(next_night(row["id"], row["time_zone"], now) for row in new)]
            await door.raw.execute(ENROL, names, ids, times)
            await door.raw.execute(GONE, NOBODY)

    async def tick(self) -> bool:
        """Runs one task that is due. False: none is."""
        claim = uuid4()
        async with control_transaction(self.registry.database) as door:
            due: Any = await door.raw.fetchrow(DUE, claim, LASTS)
        if due is None:
            return False
        error = None
        extending = asyncio.create_task(extend(self.registry.database, claim))
        try:
            following = await self.perform(due["name"], due["company_id"])
        except Exception as failed:
            log.exception("%s of %s failed and is tried again", due["name"], due["company_id"])
            following, error = datetime.now(UTC) + FAILED, type(failed).__name__
        finally:
            extending.cancel()
            await asyncio.gather(extending, return_exceptions=True)  # passes on when this task itself is cancelled
        async with control_transaction(self.registry.database) as door:
            await door.raw.execute(RAN, claim, following, error)
        return True

    async def perform(self, name: str, company_id: UUID) -> datetime:
        """Returns when it is due again."""
        now = datetime.now(UTC)
        if company_id == NOBODY:
            task = TASKS.get(name)
            if task:  # of this version of the program
                await task.run(self.registry)
            return now + (task.every if task else timedelta(days=1))
        company = await self.registry.company(company_id)
        if company is None:
            return now + timedelta(hours=1)
        await night(company, now)
        return next_night(company.id, company.time_zone, now)


async def extend(database: Database, claim: UUID) -> None:
    while True:
        await asyncio.sleep(LASTS.total_seconds() / 3)
        async with control_transaction(database) as door:
            await door.raw.execute(EXTEND, claim, LASTS)
