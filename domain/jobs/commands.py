"""Begins jobs and steers them. What a worker writes into their rows meanwhile is its own bookkeeping."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from domain import sql
from domain.command import command
from domain.errors import Refused
from domain.jobs.tables import job
from domain.tx import Run, Tx

SOON, NORMAL, LATER = 3, 5, 8  # priorities: the smaller number goes first
QUEUED = "job_queued"  # the event that makes a worker look

Job = Mapping[str, Any]

JOB = sql.insert(
    job,
    without=(
        "status", "done", "total", "result", "code", "field", "details", "attempts", "wanted", "pausable", "claim",
        "created_at", "started_at", "finished_at",
    ),
)  # fmt: skip


def enqueue(
    tx: Tx,
    run: Run,
    *,
    id: UUID,
    kind: str,
    label: str,
    body: Mapping[str, Any],
    priority: int = NORMAL,
    long: bool = True,
) -> None:
    """For command handlers, whose WRITE has JOB among its parts. The job runs with the rights that the caller has then.

    `long`: of these a company has one at a time, so that several companies are served side by side.
    """
    caller = run.caller
    scope = caller.token.scope if caller.token else None
    tx.rows["job"].append(
        {
            "id": id, "kind": kind, "label": label, "actor_id": caller.actor_id, "actor_name": caller.name,
            "scope": None if scope is None else sorted(scope), "priority": priority, "long": long,
            "body": body, "command_id": run.call.id,
        }
    )  # fmt: skip
    announce(tx, id, kind, priority, long, caller.actor_id)


def announce(tx: Tx, id: UUID, kind: str, priority: int, long: bool, actor_id: object) -> None:
    tx.emit(QUEUED, job_id=id, kind=kind, priority=priority, long=long)
    tx.changed("job", id, bucket=f"u:{actor_id}")


# --- steering ---


@command
class CancelJob:
    """Ends it; what it has done so far stays as its kind leaves it."""

    job_id: UUID


@command
class PauseJob:
    """It stops at the next chunk and keeps its place."""

    job_id: UUID


@command
class ResumeJob:
    """It goes on where it was."""

    job_id: UUID


@command
class RetryJob:
    """A job that failed, was cancelled or is in quarantine begins again, with as many tries as a new one."""

    job_id: UUID


LOAD = sql.statement(
    sql.rows(
        "jobs",
        """select j.id, j.kind, j.actor_id, j.status, j.wanted, j.pausable, j.priority, j.long, j.attempts, j.code,
 j.field, j.details, j.finished_at from job j
 where j.id in (select jsonb_array_elements_text($2::jsonb -> 'ids')::uuid) order by j.id for no key update of j""",
    )
)
STEERED = ("status", "wanted", "attempts", "code", "field", "details", "finished_at")
WRITE = sql.statement(sql.update(job, STEERED, "steered"))
AFRESH = {"status": "queued", "wanted": None, "attempts": 0, "finished_at": None} | dict.fromkeys(
    ("code", "field", "details")
)


async def cancel_job(tx: Tx) -> None:
    await steer(tx, cancelled)


async def pause_job(tx: Tx) -> None:
    await steer(tx, paused)


async def resume_job(tx: Tx) -> None:
    await steer(tx, resumed)


async def retry_job(tx: Tx) -> None:
    await steer(tx, retried)


async def steer(tx: Tx, decision: Callable[[Job], Job]) -> None:
    loaded = await tx.load(LOAD, {"ids": [run.cmd.job_id for run in tx.runs]})
    jobs = tx.sheet({UUID(row["id"]): row for row in loaded["jobs"]})

    def one(run: Run) -> Mapping[str, Any]:
        """Refuses: not_found, forbidden, job_status, not_pausable."""
        id: UUID = run.cmd.job_id
        was = jobs.get(id)
        if was is None:
            raise Refused("not_found", "job_id", id=id)
        if was["actor_id"] != str(run.caller.actor_id) and "job.manage" not in run.caller.permissions:
            raise Refused("forbidden", "job_id", permission="job.manage")
        now = {**was, **decision(was)}
        if now != was:
            jobs.put(id, now)
            if now["status"] == "queued" != was["status"]:
                announce(tx, id, was["kind"], was["priority"], was["long"], was["actor_id"])
            else:
                tx.changed("job", id, bucket=f"u:{was['actor_id']}")
        return {"job_id": id, "job_status": now["wanted"] or now["status"]}

    tx.decide(one)
    tx.write(WRITE, {"steered": [{name: row[name] for name in ("id", *STEERED)} for row in jobs.changed()]})


def cancelled(job: Job) -> Job:
    """Refuses: job_status, of what is over."""
    match job["status"]:
        case "running":
            return {"wanted": "cancel"}
        case "queued" | "paused":
            return {"status": "cancelled", "wanted": None, "finished_at": "now"}
        case "cancelled":
            return {}
        case status:
            raise Refused("job_status", "job_id", status=status)


def paused(job: Job) -> Job:
    """Refuses: job_status, of what is over; not_pausable, of what runs in one piece."""
    match job["status"]:
        case "running" if job["wanted"] == "cancel":
            raise Refused("job_status", "job_id", status="cancelled")
        case "running" if not job["pausable"]:
            raise Refused("not_pausable", "job_id")
        case "running":
            return {"wanted": "pause"}
        case "queued" | "paused":
            return {"status": "paused"}
        case status:
            raise Refused("job_status", "job_id", status=status)


def resumed(job: Job) -> Job:
    """Refuses: job_status, of what is neither paused nor asked to pause."""
    match job["status"]:
        case "paused":
            return {"status": "queued"}
        case "queued":
            return {}
        case "running" if job["wanted"] != "cancel":
            return {"wanted": None}
        case status:
            raise Refused("job_status", "job_id", status=status)


def retried(job: Job) -> Job:
    """Refuses: job_status, of what is not over, and of what is done."""
    if job["status"] not in ("failed", "cancelled", "quarantined"):
        raise Refused("job_status", "job_id", status=job["status"])
    return AFRESH
