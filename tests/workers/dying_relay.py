"""Hands over a company's events and dies by kill -9 after the broker has them, before they are marked.

python -m tests.workers.dying_relay APP_URL KEYS COMPANY_ID
"""

import asyncio
import os
import signal
import sys
from typing import Any
from uuid import UUID

import asyncpg

from tenants.keys import open_master
from tenants.registry import Registry
from tenants.transaction import Database
from tests.workers.conftest import POOLS
from workers import actors
from workers.broker import make_broker
from workers.outbox import Hands, hand_over


async def main(url: str, keys: str, company_id: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("set role huotong_control")
    registry = Registry(Database(url, POOLS), await open_master(keys, connection))
    company = await registry.company(UUID(company_id))
    assert company
    make_broker(url)
    send = actors.declare(registry).send

    def send_and_die(*message: Any) -> None:
        send(*message)
        os.kill(os.getpid(), signal.SIGKILL)

    await hand_over(company, Hands(send_and_die, lambda: None))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
