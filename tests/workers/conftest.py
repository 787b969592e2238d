"""The real broker in PostgreSQL, with actors that work on threads of this process."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from subprocess import Popen
from typing import TYPE_CHECKING

import dramatiq
import psycopg
import pytest
import pytest_asyncio

from tenants.registry import Registry
from tenants.settings import Pools
from tenants.transaction import Database
from tests.companies import Instance
from workers import actors
from workers.broker import EVENTS, install, make_broker, waker
from workers.outbox import Hands, Send

if TYPE_CHECKING:
    from tests.workers.beginning import Yard

POOLS = Pools(write=2, share=2, read=1, control=1)


@dataclass(frozen=True)
class Works:
    """Events are worked on here; of jobs there are tokens alone, for processes that a test brings."""

    hands: Hands
    url: str

    @property
    def send(self) -> Send:
        return self.hands.event

    def waiting(self) -> int:
        """Messages that no actor has finished."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "select count(*) from dramatiq.queue where queue_name ~ '^events' and state <> 'rejected'"
            ).fetchone()
        assert row
        return row[0]

    async def idle(self) -> None:
        async def done() -> bool:
            return await asyncio.to_thread(self.waiting) == 0

        await until(done)


@pytest_asyncio.fixture(scope="session")
async def works(instance: Instance) -> AsyncIterator[Works]:
    install(instance.server.owner_url)
    install(instance.server.owner_url)  # at every start
    broker = make_broker(instance.server.app_url)
    # actors run on dramatiq's own event loop, so they have connections of their own
    actor = actors.declare(Registry(Database(instance.server.app_url, POOLS), instance.master))
    worker = dramatiq.Worker(broker, queues={EVENTS}, worker_threads=2, worker_timeout=100)
    worker.start()
    yield Works(Hands(actor.send, waker(broker)), instance.server.owner_url)
    await asyncio.to_thread(worker.stop)
    broker.close()


@pytest.fixture
def yard(instance: Instance, works: Works) -> "Yard":
    from tests.workers.beginning import Yard  # which has to know `Works`

    return Yard(instance, works)


@pytest.fixture
def worker(yard: "Yard") -> "Iterator[Popen[bytes]]":
    process = yard.worker()
    yield process
    process.kill()
    process.wait()


async def until(condition: Callable[[], Awaitable[object]], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.05)
