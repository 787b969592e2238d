"""Long files are decided in processes of their own, since one Python process uses one core: while one decides, another
does too, PostgreSQL writes what was decided, and the jobs of other companies have theirs to themselves.

They are copies of a process that has loaded everything. Each works for one run of one company, on a connection of its
own, and ends with the run, or with the process that asks it: whatever it has begun then is committed or is not, as
everywhere. One run at a time has them, since they are as many as there are cores.
"""

import asyncio
import gc
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import orjson

from domain.entry import entries
from domain.execute import answered, outcome_from, outcome_text, preview
from domain.plain import canonical
from domain.tx import Call, Outcome
from tenants.access import Caller
from tenants.keys import CompanyKeys
from tenants.registry import Company
from tenants.transaction import one_writer

HOUSE = Path(__file__).parents[2]
LONG = 10_000  # lines; with fewer the work is done when they have hardly begun
AT_MOST = 4  # connections of a company
BESIDE = 2  # lists on their way while the next one is made
OF_COMPANY = ("id", "slug", "name", "schema", "status", "time_zone", "currency")
OF_CALLER = ("actor_id", "permissions", "party_id", "warehouses", "epoch")

Decide = Callable[[Call, Caller, bool], Awaitable[Outcome]]

engaged = threading.Lock()


class Ended(Exception):
    """A process has ended over what it was to decide."""


@asynccontextmanager
async def deciders(company: Company, lines: int, *, in_order: bool) -> AsyncIterator[tuple[Decide, int]]:
    """What decides the lists of a run, and how many of them may be on their way."""
    if lines < LONG or not engaged.acquire(blocking=False):
        yield here, BESIDE
        return
    count = 1 if in_order else min((os.cpu_count() or 1) + 1, AT_MOST)
    free: asyncio.Queue[Decider] = asyncio.Queue()

    async def begin(decider: Decider) -> None:
        try:
            await decider.begin(company)
        finally:  # even where it has ended: whoever takes it then hears that, and nobody waits for ever
            free.put_nowait(decider)

    async def decide(call: Call, caller: Caller, dry: bool) -> Outcome:
        if not original().loaded:
            return await here(call, caller, dry)
        decider = await free.get()
        try:
            outcome = await decider.decide(call, caller, dry)
        finally:
            free.put_nowait(decider)
        company.database.doorbell.ring(company)
        return outcome

    async with AsyncExitStack() as stack:
        stack.callback(engaged.release)
        begun: list[asyncio.Task[None]] = []
        for decider in [Decider() for _ in range(count)]:
            stack.push_async_callback(decider.end)
            begun.append(asyncio.create_task(begin(decider)))
        try:
            if original().loaded:  # they are there in a moment, and what makes the lists leaves no time between
                await asyncio.gather(*begun, return_exceptions=True)
            yield decide, max(count, BESIDE)
        finally:
            for task in begun:
                task.cancel()
            await asyncio.gather(*begun, return_exceptions=True)


def make_ready(lines: int) -> None:
    """For the run of so many lines that is to come: what is copied loads while a person looks at what was read."""
    if lines >= LONG:
        original()


async def here(call: Call, caller: Caller, dry: bool) -> Outcome:
    return outcome_from(await decided(call, caller, dry))


async def decided(call: Call, caller: Caller, dry: bool) -> bytes:
    return outcome_text(await preview(call, caller)) if dry else await answered(call, caller)


@contextmanager
def calm() -> Iterator[None]:
    """Thousands of records that live for one chunk are no cycles: looking for cycles among them takes a third of the
    time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


# --- a process, seen from the one that asks it ---


class Decider:
    def __init__(self) -> None:
        self.socket = original().copy()
        self.reader = self.writer = None

    async def begin(self, company: Company) -> None:
        self.reader, self.writer = await asyncio.open_connection(sock=self.socket)
        told = {name: getattr(company, name) for name in OF_COMPANY}
        await self.ask(company.database.url, company.keys.material(), told)
        original().loaded = True

    async def decide(self, call: Call, caller: Caller, dry: bool) -> Outcome:
        body = canonical(call.body)
        who = {name: getattr(caller, name) for name in OF_CALLER}
        return outcome_from(await self.ask(replace(call, body={}), body, who, dry))

    async def ask(self, *what: object) -> bytes:
        """Its answer. Raises what it raised, or Ended."""
        if self.reader is None or self.writer is None:
            raise Ended
        try:
            self.writer.write(pickle.dumps(what))
            await self.writer.drain()
            answer = pickle.loads(await self.reader.readexactly(int.from_bytes(await self.reader.readexactly(4))))
        except (ConnectionError, asyncio.IncompleteReadError):
            raise Ended from None
        except asyncio.CancelledError:
            self.writer.close()  # else the answer to this would be taken for that to the next question
            raise
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def end(self) -> None:
        if self.writer is None:
            self.socket.close()
            return
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


class Original:
    """The process that is copied: it has loaded everything, knows nobody, and waits. `loaded`: it has made a copy."""

    def __init__(self) -> None:
        self.loaded = False
        self.socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "workers.imports.deciders", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),), env={**os.environ, "PYTHONPATH": str(HOUSE)},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    def copy(self) -> socket.socket:
        """The other end of a new process. One that cannot be made has ended when it is first asked."""
        ours, theirs = socket.socketpair()
        with theirs, suppress(OSError):
            socket.send_fds(self.socket, [b"+"], [theirs.fileno()])
        return ours


originals: list[Original] = []


def original() -> Original:
    if not originals or originals[-1].process.poll() is not None:
        originals[:] = [Original()]
    return originals[-1]


# --- the processes themselves ---


def wait_and_copy(orders: socket.socket) -> NoReturn:
    """Until nobody is there to order any more."""
    entries()
    os.nice(5)  # people who wait for an answer come first
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for who orders: when he is done, or gone, so are we
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has ended is forgotten
    gc.freeze()
    while True:
        _, ends, _, _ = socket.recv_fds(orders, 1, 1)
        if not ends:
            sys.exit()
        with socket.socket(fileno=ends[0]) as end:
            if os.fork() == 0:
                orders.close()
                with calm():
                    serve(end)


def serve(end: socket.socket) -> NoReturn:
    stream, runner = end.makefile("rwb"), asyncio.Runner()

    def say(answer: object) -> None:
        text = pickle.dumps(answer)
        stream.write(len(text).to_bytes(4) + text)
        stream.flush()

    try:
        url, keys, told = pickle.load(stream)
        company = Company(**told, database=one_writer(url), keys=CompanyKeys.of(*keys))
        say(b"")
        while True:
            call, body, who, dry = pickle.load(stream)
            asked = replace(call, body=orjson.loads(body), text=body)
            try:
                answer = runner.run(decided(asked, Caller(company, **who), dry))
            except Exception as wrong:
                answer = wrong
            say(answer)
    except (EOFError, ConnectionError):  # nobody asks any more
        os._exit(0)


if __name__ == "__main__":
    wait_and_copy(socket.socket(fileno=int(sys.argv[1])))
