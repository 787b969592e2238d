"""What answers people's commands about imports, as a process that may be killed: each command has an id of its own, so
it is simply sent again.

python -m tests.workers.imports.asking APP_URL KEYS COMPANY_ID ACTOR_ID IMPORT_ID=FILE_ID …
"""

import asyncio
import sys
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import asyncpg

from domain.execute import execute
from domain.imports import papers
from domain.tx import Call
from tenants.access import Caller, caller_of
from tenants.keys import open_master
from tenants.registry import Registry
from tenants.transaction import Database, read_transaction
from tests.workers.conftest import POOLS

QUARANTINED = """select j.id, j.finished_at from import_job i join job j on j.id = i.job_id
 where i.id = $1 and j.status = 'quarantined'"""
NEXT = {None: "begin_import", "mapping": "check_import", "checked": "run_import"}


async def main(url: str, keys: str, company_id: str, actor_id: str, *imports: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("set role huotong_control")
    registry = Registry(Database(url, POOLS), await open_master(keys, connection))
    await connection.close()
    company = await registry.company(UUID(company_id))
    assert company
    caller = await caller_of(company, UUID(actor_id))
    assert caller
    waiting = dict(pair.split("=") for pair in imports)
    while waiting:
        for import_id, file_id in list(waiting.items()):
            if await further(caller, UUID(import_id), file_id) == "done":
                del waiting[import_id]
        await asyncio.sleep(0.05)


async def further(caller: Caller, id: UUID, file_id: str) -> str | None:
    about = await papers.import_of(caller.company, id)
    status = about["status"] if about else None
    if (name := NEXT.get(status)) is not None:
        more: dict[str, Any] = {"file_id": file_id} if status is None else {}
        body = {"import_id": str(id), **more}
        for again in count():  # the job before may not have ended yet: a refusal is an answer too, to that id
            call = Call(uuid5(id, f"{name} {again}"), f"imports.{name}", body, datetime.now(UTC))
            if (await execute(call, caller)).code != "import_busy":
                break
            await asyncio.sleep(0.05)
    elif (job := await quarantined(caller, id)) is not None:  # it died three times where it was: somebody says go on
        body = {"job_id": str(job["id"])}
        call = Call(uuid5(job["id"], str(job["finished_at"])), "jobs.retry_job", body, datetime.now(UTC))
        await execute(call, caller)
    return status


async def quarantined(caller: Caller, id: UUID) -> Any:
    async with read_transaction(caller.company) as door:
        return await door.raw.fetchrow(QUARANTINED, id)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
