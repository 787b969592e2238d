"""`python -m workers`: what follows events and the clock. `python -m workers jobs`: the long work, in a process of its
own, so that it starves nothing. Both until SIGINT or SIGTERM.

Where a part ends by itself the process ends with it, for whoever looks after it to start it again.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import asyncpg
import dramatiq

from tenants.keys import MasterKey, open_master
from tenants.registry import Registry
from tenants.settings import Pools, Settings
from tenants.transaction import Database
from workers import actors
from workers.broker import EVENTS, JOBS, make_broker, waker
from workers.heart import LASTS, Heart
from workers.outbox import Hands
from workers.running import Runner
from workers.schedule import Clock
from workers.watch import Watch

WATCHING = Pools(write=3, share=2, read=1, control=1)
ANSWERING = Pools(write=2, share=2, read=1, control=1)
WORKING = Pools(write=4, share=3, read=4, control=1)  # an export holds a read connection for as long as it takes
BEATING = Pools(write=0, share=0, read=0, control=1)
THREADS = {EVENTS: 4, JOBS: 2}
GRACE = 8_000  # milliseconds between being asked to end and ending


async def events(settings: Settings, master: MasterKey) -> None:
    # actors run on dramatiq's own event loop, so they have connections of their own
    for_watch, for_actors = Database(settings.database_url, WATCHING), Database(settings.database_url, ANSWERING)
    broker = make_broker(settings.broker_url or settings.database_url)
    actor = actors.declare(Registry(for_actors, master))
    worker = dramatiq.Worker(broker, queues={EVENTS}, worker_threads=THREADS[EVENTS])
    worker.start()
    registry = Registry(for_watch, master)
    watch = Watch(registry, settings.database_url, Hands(actor.send, waker(broker)))
    try:
        await until_stopped(watch.run(), Clock(registry).run())
    finally:
        await asyncio.to_thread(worker.stop, GRACE)
        broker.close()
        await for_watch.close()


async def jobs(settings: Settings, master: MasterKey, lasts: timedelta = LASTS) -> None:
    for_heart, for_jobs = Database(settings.database_url, BEATING), Database(settings.database_url, WORKING)
    broker = make_broker(settings.broker_url or settings.database_url)
    heart = Heart(for_heart, waker(broker), THREADS[JOBS], lasts)
    actors.declare_work(Runner(Registry(for_jobs, master), heart).work)
    worker = dramatiq.Worker(broker, queues={JOBS}, worker_threads=THREADS[JOBS])
    worker.start()
    try:
        await until_stopped(heart.run())
    finally:
        heart.stop()
        await asyncio.to_thread(worker.stop, GRACE)
        await heart.let_go()
        broker.close()
        await for_heart.close()


async def until_stopped(*parts: Coroutine[Any, Any, None]) -> None:
    """Until a signal, or until one of the parts has ended."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    running = [asyncio.create_task(part) for part in parts]
    asked = asyncio.create_task(stopped.wait())
    await asyncio.wait([asked, *running], return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    for task in running:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def main(which: str, **options: Any) -> None:
    settings = Settings.from_environment()
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute("set role huotong_control")
    master = await open_master(settings.keys, connection)
    await connection.close()
    await {EVENTS: events, JOBS: jobs}[which](settings, master, **options)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("dramatiq").setLevel(logging.WARNING)  # it says that it starts and ends
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else EVENTS))
