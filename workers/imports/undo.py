"""The job that undoes an import, command by command. It may be begun again after a kill at any point."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from domain.errors import Refused
from domain.execute import StaleAccess, execute, recalled
from domain.imports import papers
from domain.imports.kinds import KINDS
from domain.imports.papers import Row
from domain.tx import Call, Outcome, Record
from workers.imports.jobs import Import, at_work, reported
from workers.jobs import Job


async def undo(job: Job) -> Mapping[str, Any]:
    """The latest step first. What depends on a record keeps that record, and is named beside its line."""
    async with at_work(job, "undoing", {"cancel": "done", "pause": "done"}) as imported:
        steps = await papers.steps(job.company, imported.id)
        about, undone, left = imported.about, 0, list[Row]()
        for place, step in enumerate(steps):
            for record in await taken_back(imported, step):
                if record.status == "accepted":
                    undone += 1
                else:
                    left.append(Row(int(record.key), "refused", {"details": record.details}, record.code))
            job.tell(place + 1, len(steps))
            await job.breathe()
        await papers.forget(job.company, imported.id)
        await papers.keep(job.company, imported.id, left)
        report_id = await reported(imported, "undo")
        if left:
            counts = {"accepted": max(about["accepted"] + about["changed"] - undone, len(left)), "changed": 0}
            await imported.note(status="done", report_id=report_id, **counts)
        else:
            nothing = dict.fromkeys(("accepted", "changed", "unchanged", "refused", "proposed"), 0)
            await imported.note(status="undone", report_id=None, finished_at=None, **nothing)
    return {"file_id": report_id and str(report_id), "undone": undone, "left": len(left)}


async def taken_back(imported: Import, step: UUID) -> Sequence[Record]:
    """Refuses what the command as a whole is refused for."""
    job, name = imported.job, KINDS[imported.kind].undo
    id = uuid5(job.id, str(step))
    outcome = await recalled(id, job.caller) or await executed(imported, id, name, step)
    if outcome.code and not outcome.records:
        raise Refused(outcome.code, outcome.field, **outcome.data)
    return outcome.records


async def executed(imported: Import, id: UUID, name: str, step: UUID) -> Outcome:
    body = {"import_id": str(imported.id), "step_id": str(step)}
    while True:
        try:
            return await execute(Call(id, name, body, datetime.now(UTC), "job"), imported.job.caller)
        except StaleAccess:
            await imported.job.look_up()
