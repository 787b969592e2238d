"""The job `export`: a whole list, walked in one moment's state, written as it comes into a stored file.

The list is compiled by the read compiler for the rights that the job's starter has when it runs: what a query would
hide from him is refused. A run that was cut off begins again from the start, under the same file id.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

from api.read.engine import Door
from domain.files import write_file
from domain.ids import derived_id
from tenants.access import Caller
from tenants.people import KNOW_PEOPLE, members
from tenants.transaction import read_transaction
from workers.exports.asked import Export, prepare
from workers.exports.table import Table
from workers.exports.workbook import Workbook
from workers.jobs import Job

AT_ONCE = 1000  # rows
KEPT = timedelta(days=7)
LEFT_BEHIND = 86_400  # seconds after which a scratch folder is nobody's any more
PIECE = 1 << 18  # bytes of a workbook at a time
SCRATCH = "huotong-export-"
# One state of the company for the count and all rows, however long they take.
ONE_MOMENT: LiteralString = "set transaction isolation level repeatable read"
PATIENCE: LiteralString = """select set_config('statement_timeout', '15min', true),
 set_config('idle_in_transaction_session_timeout', '5min', true)"""
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def run(job: Job) -> Mapping[str, Any]:
    people = await people_for(job.caller)
    export, format = prepare(job.caller, job.body, datetime.now(UTC), people), job.body["format"]
    id, name = derived_id(job.id, "export"), f"{export.name}.{format}"
    more = await (write_table if format == "csv" else write_workbook)(job, export, id=id, name=name)
    return {"file_id": str(id), "name": name, "unreadable": len(export.walk.problems), **more}


async def people_for(caller: Caller) -> dict[str, str]:
    """Actor → name, for those who may know (the schema's `members`)."""
    if caller.permissions.isdisjoint(KNOW_PEOPLE):
        return {}
    return {str(one.id): one.name for one in await members(caller.company)}


async def write_table(job: Job, export: Export, **file: Any) -> Mapping[str, Any]:
    made = Table(export.columns, export.manner)
    rows = 0

    async def pieces(door: Door) -> AsyncIterator[bytes]:
        nonlocal rows
        yield made.head()
        async for page in pages(job, export, door):
            rows += len(page)
            yield made.page(page)

    async with read_transaction(job.company) as door:
        size = await store(job, "csv", pieces(door), **file)
    return {"rows": rows, "size": size}


async def write_workbook(job: Job, export: Export, **file: Any) -> Mapping[str, Any]:
    """Into a folder first: an archive has its directory at its end."""
    with scratch(str(job.id)) as folder:
        path, rows = folder / "list.xlsx", 0
        made = Workbook(path, export.title, export.columns, export.manner)
        async with read_transaction(job.company) as door:
            async for page in pages(job, export, door):
                rows += len(page)
                await asyncio.to_thread(made.page, page)
        await beside(job, asyncio.to_thread(made.close))
        size = await store(job, "xlsx", content(job, path), **file)
    return {"rows": rows, "size": size, "shortened": made.shortened}


async def pages(job: Job, export: Export, door: Door) -> AsyncIterator[list[dict[str, Any]]]:
    await door.raw.execute(ONE_MOMENT)
    await door.raw.execute(PATIENCE)
    total, done = await export.walk.length(door), 0
    job.tell(0, total)
    async for page in export.walk.pages(door, AT_ONCE):
        yield page
        done += len(page)
        job.tell(done, total)
        await job.breathe()


async def store(job: Job, format: str, chunks: AsyncIterator[bytes], *, id: Any, name: str) -> int:
    """For whoever asked for it and for nobody else: it has what he may see."""
    return await write_file(
        job.company, id=id, name=name, media_type=TYPES[format], purpose="export", permission="",
        actor_id=job.caller.actor_id, chunks=chunks, expires_at=datetime.now(UTC) + KEPT,
    )  # fmt: skip


async def content(job: Job, path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
            await job.breathe()


async def beside(job: Job, work: Any) -> None:
    """Breathes while something long goes on in a thread, which is waited for in any case."""
    going = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([going], timeout=1))[0]:
            await job.breathe()
    finally:
        await going


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder for this user alone. What killed runs have left behind goes now: it is not encrypted."""
    top = Path(tempfile.gettempdir())
    for old in top.glob(f"{SCRATCH}*"):
        if old.name == SCRATCH + name or time.time() - old.stat().st_mtime > LEFT_BEHIND:
            shutil.rmtree(old, ignore_errors=True)
    folder = top / (SCRATCH + name)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
