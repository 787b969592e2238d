"""The queue of jobs, in the control schema: who comes next, who is at work, and who has died of it.

A job is claimed in a transaction of its own, which also counts the attempt; only then the work begins, so that one
that kills its process is counted all the same. A claim that nobody extends runs out, and the job is to be had again.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

from tenants.transaction import Database, control_transaction

PUT: LiteralString = """insert into queue (company_id, job_id, kind, priority, long, event_id)
select $1, $2, $3, $4, $5, $6 where exists (select from company where id = $1)
on conflict (company_id, job_id) do update set event_id = excluded.event_id, priority = excluded.priority,
 queued_at = now(), ready_at = now(), attempts = 0, error = null, claim = null, claimed_by = null, claimed_until = null
where queue.event_id < excluded.event_id"""
# One claim at a time: what the company has running, and when it was served, decide, and are no columns of the row that
# is taken. After this lock they are fresh.
ONE_AT_A_TIME: LiteralString = "select pg_advisory_xact_lock(hashtext('queue'))"
# Steps from company to company through the index and looks at the head of each, so that a claim costs the same however
# many jobs one of them has waiting.
CANDIDATES: LiteralString = """with recursive waiting as (
 (select company_id from queue order by company_id limit 1)
 union all
 select (select q.company_id from queue q where q.company_id > w.company_id order by q.company_id limit 1)
 from waiting w where w.company_id is not null),
running as (
 select company_id, count(*) as jobs, bool_or(long) as long from queue
 where claimed_until is not null and claimed_until > statement_timestamp() group by company_id),
heads as (
 select q.company_id, q.job_id, q.priority, q.queued_at, q.error, coalesce(r.jobs, 0) as running
 from waiting w join company c on c.id = w.company_id and c.status = 'active'
 left join running r on r.company_id = w.company_id
 cross join (values (false), (true)) as kind(long)
 cross join lateral (
  select q.company_id, q.job_id, q.priority, q.queued_at, q.error from queue q
  where q.company_id = w.company_id and q.long = kind.long and q.ready_at <= statement_timestamp()
   and (q.claimed_until is null or q.claimed_until <= statement_timestamp())
  order by q.priority, q.queued_at, q.job_id limit 1) q
 where not (kind.long and coalesce(r.long, false)))"""
CLAIM: LiteralString = f"""{CANDIDATES},
fairest as (
 select h.company_id, h.job_id, h.error from heads h left join turn t on t.company_id = h.company_id
 order by h.priority, h.running, t.served_at nulls first, h.queued_at, h.job_id limit 1),
free as (
 select q.company_id, q.job_id, f.error
 from queue q join fairest f on f.company_id = q.company_id and f.job_id = q.job_id for update of q skip locked),
served as (
 insert into turn (company_id, served_at) select company_id, clock_timestamp() from free
 on conflict (company_id) do update set served_at = excluded.served_at)
update queue q set attempts = q.attempts + 1, error = null, claim = $1, claimed_by = $2,
 claimed_until = statement_timestamp() + $3::interval
from free f where q.company_id = f.company_id and q.job_id = f.job_id
returning q.company_id, q.job_id, q.kind, q.attempts, f.error, q.claim as id"""
WAITS: LiteralString = f"{CANDIDATES} select exists (select from heads)"
BEAT: LiteralString = """update queue set claimed_until = now() + $2::interval,
 attempts = case when claim = any($3::uuid[]) then 1 else attempts end
where claim = any($1::uuid[]) returning claim"""
HOLDERS: LiteralString = "select distinct claimed_by from queue where starts_with(claimed_by, $1)"
FREE: LiteralString = """update queue set claim = null, claimed_by = null, claimed_until = null
where claimed_by = any($1::text[])"""
RECOUNT: LiteralString = "update queue set attempts = attempts + $2 where claim = $1"
OVER: LiteralString = "delete from queue where claim = $1"
GIVE_BACK: LiteralString = """update queue set claim = null, claimed_by = null, claimed_until = null,
 attempts = greatest(attempts - $2, 0), ready_at = now() + $3::interval, error = $4 where claim = $1"""


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at a job. `attempts` counts this one too; `error` is that of the one before."""

    id: UUID
    company_id: UUID
    job_id: UUID
    kind: str
    attempts: int
    error: str | None


async def put(database: Database, company_id: UUID, event_id: int, body: Mapping[str, Any]) -> None:
    """What an event queues. The same event again changes nothing; a later one, after a retry, begins anew."""
    async with control_transaction(database) as door:
        await door.raw.execute(
            PUT, company_id, UUID(body["job_id"]), body["kind"], body["priority"], body["long"], event_id
        )


async def claim(database: Database, id: UUID, who: str, lasts: timedelta) -> Claim | None:
    """The fairest job of all: by priority, then of the company with the fewest at work, then of the one that was
    served longest ago, then the oldest. A company has at most one long job at work."""
    async with control_transaction(database) as door:
        await door.raw.execute(ONE_AT_A_TIME)
        row: Any = await door.raw.fetchrow(CLAIM, id, who, lasts)
    return Claim(**row) if row else None


async def waits(database: Database) -> bool:
    """Whether there is a job that could be claimed."""
    async with control_transaction(database) as door:
        return bool(await door.raw.fetchval(WAITS))


async def beat(database: Database, claims: Collection[UUID], advanced: Collection[UUID], lasts: timedelta) -> set[UUID]:
    """Extends claims; returns those that are still ours. The attempts of jobs that got further than ever before begin
    to count anew."""
    async with control_transaction(database) as door:
        return {row[0] for row in await door.raw.fetch(BEAT, list(claims), lasts, list(advanced))}


async def free(database: Database, here: str, is_dead: Callable[[str], bool]) -> None:
    """What processes of this machine held that are no more need not run out; these attempts count as deaths. `here`:
    how the names of this machine's processes begin."""
    async with control_transaction(database) as door:
        holders = [row[0] for row in await door.raw.fetch(HOLDERS, here)]
        await door.raw.execute(FREE, [holder for holder in holders if is_dead(holder)])


async def recount(database: Database, claim: UUID, by: int) -> None:
    async with control_transaction(database) as door:
        await door.raw.execute(RECOUNT, claim, by)


async def over(database: Database, claim: UUID) -> None:
    """The job's own row says how it ended."""
    async with control_transaction(database) as door:
        await door.raw.execute(OVER, claim)


async def give_back(
    database: Database,
    claim: UUID,
    *,
    counted: bool = False,
    after: timedelta = timedelta(),
    error: str | None = None,
) -> None:
    """To be had again, after a pause. Not `counted`: it was no fault of the job."""
    async with control_transaction(database) as door:
        await door.raw.execute(GIVE_BACK, claim, 0 if counted else 1, after, error)
