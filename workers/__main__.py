"""`python -m workers`: actors in threads, the watch beside them, until SIGINT or SIGTERM.

Where the watch ends by itself the process ends with it, for whoever looks after it to start it again.
"""

import asyncio
import logging
import signal
from contextlib import suppress

import asyncpg
import dramatiq

from tenants.keys import open_master
from tenants.registry import Registry
from tenants.settings import Pools, Settings
from tenants.transaction import Database
from workers import actors
from workers.broker import make_broker
from workers.watch import Watch, sender

POOLS = Pools(write=3, share=2, read=1, control=1)
THREADS = 4


async def main() -> None:
    settings = Settings.from_environment()
    url = settings.database_url
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    connection = await asyncpg.connect(url)
    await connection.execute("set role huotong_control")
    master = await open_master(settings.keys, connection)
    await connection.close()
    # actors run on dramatiq's own event loop, so they have connections of their own
    for_watch, for_actors = Database(url, POOLS), Database(url, POOLS)
    broker = make_broker(settings.broker_url or url)
    actor = actors.declare(Registry(for_actors, master))
    worker = dramatiq.Worker(broker, worker_threads=THREADS)
    worker.start()
    watching = asyncio.create_task(Watch(Registry(for_watch, master), url, sender(actor)).run())
    asked = asyncio.create_task(stopped.wait())
    await asyncio.wait([asked, watching], return_when=asyncio.FIRST_COMPLETED)
    watching.cancel()
    try:
        with suppress(asyncio.CancelledError):
            await watching
    finally:
        await asyncio.to_thread(worker.stop)
        broker.close()
        await for_watch.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("dramatiq").setLevel(logging.WARNING)  # it says that it starts and ends
    asyncio.run(main())
