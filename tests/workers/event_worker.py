"""The process of events as it is, with events that only tests have, and a broker that soon takes it for dead.

python -m tests.workers.event_worker APP_URL KEYS
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tenants.registry import Company
from workers import broker
from workers.__main__ import main
from workers.actors import REACTIONS, Reaction


def touch(path: str) -> None:
    Path(path).touch()


async def deadly(company: Company, event_id: int, body: Mapping[str, Any]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def harmless(company: Company, event_id: int, body: Mapping[str, Any]) -> None:
    touch(body["path"])


async def failing(company: Company, event_id: int, body: Mapping[str, Any]) -> None:
    raise ZeroDivisionError(body)


TESTED: dict[str, Reaction] = {"deadly": deadly, "harmless": harmless, "failing": failing}

if __name__ == "__main__":
    REACTIONS |= TESTED
    broker.BEAT, broker.DEAD, broker.LOOK = 0.3, 1.0, 0.3
    broker.TRIES = 0  # an error is given up at once
    os.environ["HUOTONG_DATABASE_URL"], os.environ["HUOTONG_KEYS"] = sys.argv[1:]
    asyncio.run(main("events"))
