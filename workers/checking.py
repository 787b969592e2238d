"""The job `reconcile`: one check of a company, kept with its differences and a signed certificate."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, LiteralString
from uuid import UUID

from domain.audit.causes import Cause, Difference
from domain.audit.seal import seal_all
from domain.audit.verify import Anchor, Verdict, verify
from domain.files import write_file
from domain.ids import derived_id
from domain.plain import dump
from tenants.registry import Company
from tenants.signing import SigningKeys
from tenants.transaction import read_transaction, write_transaction
from workers import certificate
from workers.jobs import Job
from workers.reconcile import Report, reconcile

PERMISSION = "audit.read"  # what it takes to fetch a certificate
DONE: LiteralString = "select differences, file_id from reconciliation where id = $1"
KEEP: LiteralString = """insert into reconciliation (id, checked_at, actor_id, moves, counts, differences, feed, log_n,
 log_chain, file_id) values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10)"""
DIFFERENCES: LiteralString = """insert into reconciliation_difference (id, reconciliation_id, position, "check", key,
 what, expected, found, cause, command_id, command, actor_id, document_id, line, at, since, candidates)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"""


async def run(job: Job) -> Mapping[str, Any]:
    """A check that was kept is not made again, however often the job begins."""
    company = job.company
    async with read_transaction(company) as door:
        row: Any = await door.raw.fetchrow(DONE, job.id)
    if row is None:
        row = await check(company, job.id, job.actor_id, await SigningKeys.open(company.database, job.master))
    return {"differences": row["differences"], "file_id": str(row["file_id"]), "reconciliation_id": str(job.id)}


async def check(company: Company, id: UUID, actor_id: UUID, keys: SigningKeys) -> Mapping[str, Any]:
    """Seals what is left of the log, compares everything, signs what was found, and keeps it."""
    await seal_all(company)
    report = await reconcile(company)
    here = Anchor(report.log_n, report.log_chain, "this check")
    verdict = await verify(company, [*await certificate.anchors_of(company), here])
    report = with_log(report, verdict)
    file_id = derived_id(id, "certificate")
    await write_file(
        company, id=file_id, name=f"{company.slug}-{report.checked_at:%Y-%m-%d}.certificate.json",
        media_type="application/json", purpose="certificate", permission=PERMISSION, actor_id=actor_id,
        chunks=[certificate.make(company, report, id, keys)],
    )  # fmt: skip
    total = sum(report.counts.values())
    async with write_transaction(company) as door:
        await door.raw.execute(
            KEEP, id, report.checked_at, actor_id, report.moves, dump(report.counts), total, report.feed,
            report.log_n, report.log_chain, file_id,
        )  # fmt: skip
        await door.raw.executemany(DIFFERENCES, [kept(report, id, n, one) for n, one in enumerate(report.differences)])
    return {"differences": total, "file_id": file_id}


def with_log(report: Report, verdict: Verdict) -> Report:
    """A fault of the log is a difference too; `key` is the row's place and id."""
    fault = verdict.fault
    if fault is None:
        return report
    cause = Cause("named", fault.id, at=fault.recorded_at)
    key = " ".join(str(part) for part in (fault.n, fault.id) if part)
    one = Difference("chain", key, fault.kind, "as it was sealed", fault.reason, cause)
    known = {fault.id: {"name": fault.name, "actor_id": fault.actor_id}} if fault.id and fault.name else {}
    return replace(
        report,
        counts=report.counts | {"chain": 1},
        differences=(*report.differences, one),
        commands={**report.commands, **known},
    )


def kept(report: Report, id: UUID, position: int, one: Difference) -> tuple[Any, ...]:
    cause = one.cause
    known = report.commands.get(cause.command_id) if cause.command_id else None
    return (
        derived_id(id, "difference", position), id, position, one.check, one.key, one.what, one.expected, one.found,
        cause.kind, cause.command_id, known and known["name"], known and known["actor_id"], cause.document_id,
        cause.line, cause.at, cause.since, cause.candidates,
    )  # fmt: skip
