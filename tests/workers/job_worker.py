"""The process of jobs as it is, with kinds that only tests have, and claims that last for two seconds.

python -m tests.workers.job_worker APP_URL KEYS
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.errors import Refused
from tests.workers.event_worker import REACTIONS, TESTED
from workers.__main__ import main
from workers.imports import deciders
from workers.jobs import JOBS, Job, Kind

LASTS = timedelta(seconds=2)
deciders.LONG = 1000  # so that what is killed has them too


def length(log: str) -> int:
    Path(log).touch()
    return len(Path(log).read_text().splitlines())


def note(log: str, what: object) -> None:
    with Path(log).open("a") as file:
        file.write(f"{what}\n")


def is_there(path: str) -> bool:
    return Path(path).exists()


async def count(job: Job) -> Mapping[str, Any]:
    """To `to`, one by one, noting each number in the file `log`; at `wait_at` it waits until the file `go` is there."""
    for n in range(length(job.body["log"]), job.body["to"]):
        while n == job.body.get("wait_at") and not is_there(job.body["go"]):
            await asyncio.sleep(0.01)
            await job.breathe()
        note(job.body["log"], n)
        job.tell(n + 1, job.body["to"])
        await job.breathe()
    return {"counted": job.body["to"], "may": sorted(job.caller.permissions)}


async def die(job: Job) -> Mapping[str, Any]:
    note(job.body["log"], os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


async def die_beside(job: Job) -> Mapping[str, Any]:
    """As soon as another job is at work in this process, unless this one is alone because it is suspected."""
    while not (job.pulse.suspect or is_there(job.body["other"])):
        await asyncio.sleep(0.01)
        await job.breathe()
    return await die(job)


async def die_further(job: Job) -> Mapping[str, Any]:
    """Gets one further each time."""
    n = length(job.body["log"])
    if n == job.body["to"]:
        return {"deaths": n}
    job.tell(n + 1, job.body["to"])
    while job.pulse.advanced or job.best <= n:  # until the heart has told
        await asyncio.sleep(0.05)
        await job.breathe()
    return await die(job)


async def fail(job: Job) -> Mapping[str, Any]:
    raise ZeroDivisionError(job.body)


async def refuse(job: Job) -> Mapping[str, Any]:
    raise Refused("not_found", "file_id", id=job.id)


if __name__ == "__main__":
    for run in (count, die, die_beside, die_further, fail, refuse):
        JOBS[run.__name__] = Kind(run, "job.own", pausable=run is count)
    REACTIONS |= TESTED
    os.environ["HUOTONG_DATABASE_URL"], os.environ["HUOTONG_KEYS"] = sys.argv[1:]
    asyncio.run(main("jobs", lasts=LASTS))
