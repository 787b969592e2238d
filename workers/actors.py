"""What follows an event. Delivery is at least once, so an actor's command has an id made from the event: a second
delivery gets the first outcome back.

An attempt is counted before the work and forgotten after it, so that an event that kills its worker is known for it: it
goes into quarantine, as a job that a person may try again.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import dramatiq
import orjson

from domain import waiting
from domain.execute import execute, execute_many
from domain.ids import derived_id
from domain.tx import Call, Outcome
from tenants.access import PERMISSIONS, Caller
from tenants.registry import Company, Registry
from tenants.transaction import Database, control_transaction, read_transaction, write_transaction
from workers.alone import Alone
from workers.broker import EVENTS, JOBS
from workers.jobs import SYSTEM, Job

log = logging.getLogger(__name__)

DEATHS = 3
REMEMBERED = timedelta(days=30)  # what was put aside, in case its message is delivered once more
process = Alone()
at_work: set[tuple[UUID, int]] = set()  # events of this process

BEGUN: LiteralString = """insert into event_attempt (company_id, event_id, attempts) values ($1, $2, 1)
on conflict (company_id, event_id) do update set attempts = event_attempt.attempts + 1, begun_at = now()
returning attempts"""
FAILED: LiteralString = """update event_attempt set attempts = attempts - 1 where company_id = $1 and event_id = $2"""
ANSWERED: LiteralString = "delete from event_attempt where company_id = $1 and event_id = $2"
FORGET: LiteralString = "delete from event_attempt where begun_at < now() - $1::interval"
QUARANTINE: LiteralString = """with kept as (
 insert into job (id, kind, label, status, actor_id, actor_name, priority, long, body, code, details, attempts,
  finished_at)
 values ($1, 'event', $2, 'quarantined', $3, '', 5, false, $4::jsonb, $5, $6::jsonb, $7, now())
 on conflict (id) do nothing returning id)
insert into change (entity, entity_id, bucket, gone) select 'job', id, 'common', false from kept"""

Reaction = Callable[[Company, int, Mapping[str, Any]], Awaitable[Outcome | None]]  # of what, the event's id and body


def command(name: str, permission: str) -> Reaction:
    """An event that one command answers, with the event's body as its own."""

    async def run(company: Company, event_id: int, body: Mapping[str, Any]) -> Outcome:
        caller = Caller(company, SYSTEM, frozenset({permission}))
        return await execute(Call(derived_id(company.id, "outbox", event_id), name, body, now(), "job"), caller)

    return run


async def run_kept(company: Company, event_id: int, body: Mapping[str, Any]) -> Outcome | None:
    """A call that a manager accepted runs under its own id, in its author's name and with the manager's word."""
    async with read_transaction(company) as door:
        found = await waiting.kept(door.raw, company, UUID(body["id"]))
    if found is None:
        return None
    call, author = found
    return (await execute_many([call], Caller(company, author, PERMISSIONS)))[0]


REACTIONS: dict[str, Reaction] = {
    "reserved_short": command("sales.release_short_reservations", "sales.order"),
    "call_accepted": run_kept,
}


def now() -> datetime:
    return datetime.now(UTC)


async def react(registry: Registry, company_id: UUID, event_id: int, event: str, body: Mapping[str, Any]) -> None:
    """A company that is gone needs nothing."""
    company = await registry.company(company_id)
    key = company_id, event_id
    if company is None or key in at_work:  # where this process dies, the first message of the two is delivered again
        return
    at_work.add(key)
    try:
        await guarded(registry, company, event_id, event, body)
    finally:
        at_work.discard(key)


async def guarded(registry: Registry, company: Company, event_id: int, event: str, body: Mapping[str, Any]) -> None:
    tries = Tries(registry.database, company.id, event_id)
    async with process.among_others():
        attempts = await tries.count()
        if attempts < DEATHS:
            await tries.at(lambda: answer(company, event_id, event, body))
    if attempts == DEATHS:
        await tries.uncount()  # nothing that happens until it has its turn is its fault
        async with process.alone():
            await tries.count()
            await tries.at(lambda: answer(company, event_id, event, body))
    elif attempts > DEATHS:
        await quarantine(company, event_id, event, body, "worker_died", {"attempts": DEATHS})


@dataclass(frozen=True, slots=True)
class Tries:
    database: Database
    company_id: UUID
    event_id: int

    async def count(self) -> int:
        """Before the work, and committed: with this one, so many have not come to an end."""
        async with control_transaction(self.database) as door:
            return await door.raw.fetchval(BEGUN, self.company_id, self.event_id) or 0

    async def uncount(self) -> None:
        async with control_transaction(self.database) as door:
            await door.raw.execute(FAILED, self.company_id, self.event_id)

    async def at(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception:  # no death: the broker has its own patience with those
            await self.uncount()
            raise
        async with control_transaction(self.database) as door:
            await door.raw.execute(ANSWERED, self.company_id, self.event_id)


async def answer(company: Company, event_id: int, event: str, body: Mapping[str, Any]) -> None:
    """A refusal is an answer too, and is remembered like any other."""
    outcome = await REACTIONS[event](company, event_id, body)
    if outcome and outcome.status == "refused":
        log.warning("the answer to %s %s of %s was refused: %s", event, event_id, company.id, outcome.code)


async def quarantine(
    company: Company, event_id: int, event: str, body: Mapping[str, Any], code: str, details: Mapping[str, Any]
) -> None:
    log.error("event %s %s of %s is in quarantine: %s", event, event_id, company.id, code)
    kept = orjson.dumps({"event_id": event_id, "event": event, "body": body}).decode()
    why = orjson.dumps(details).decode()
    async with write_transaction(company) as door:
        id = derived_id(company.id, "event", event_id)
        await door.raw.execute(QUARANTINE, id, event, SYSTEM, kept, code, why, details["attempts"])
    company.database.doorbell.ring(company)


async def forget_attempts(registry: Registry) -> None:
    async with control_transaction(registry.database) as door:
        await door.raw.execute(FORGET, REMEMBERED)


async def answer_event(job: Job) -> Mapping[str, Any]:
    """As a job: somebody has sent it out of quarantine."""
    await answer(job.company, job.body["event_id"], job.body["event"], job.body["body"])
    return {}


def declare(registry: Registry) -> dramatiq.Actor[..., Any]:
    """The actor that takes every event; declared once the broker and the registry are there."""

    async def event(company_id: str, event_id: int, name: str, body: Mapping[str, Any]) -> None:
        await react(registry, UUID(company_id), event_id, name, body)

    async def event_given_up(message: Mapping[str, Any], retried: Mapping[str, Any]) -> None:
        company_id, event_id, name, body = message["args"]
        if company := await registry.company(UUID(company_id)):
            *_, last = message["options"].get("traceback", "").strip().splitlines() or [""]
            why = {"attempts": retried["retries"] + 1, "error": last.partition(":")[0]}
            await quarantine(company, event_id, name, body, "worker_error", why)

    declare_actor: Any = dramatiq.actor  # its overloads know no coroutine functions
    declare_actor(event_given_up, actor_name="event_given_up", queue_name=EVENTS)
    return declare_actor(event, actor_name="event", queue_name=EVENTS, on_retry_exhausted="event_given_up")


def declare_work(work: Callable[[], Awaitable[object]]) -> dramatiq.Actor[..., Any]:
    """The actor whose message is a token: there is work. Which, the queue knows: a token may be lost, or sent twice."""

    async def job() -> None:
        await work()

    declare_actor: Any = dramatiq.actor
    return declare_actor(job, actor_name="job", queue_name=JOBS, max_retries=0)
