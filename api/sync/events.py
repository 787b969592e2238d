"""Live updates: which buckets have changed, to whoever is connected. What has changed in them, a pull says.

One connection of the process listens to the doorbell, which names the companies that wrote. For each of those with
somebody connected, the new change rows are numbered and their buckets handed on. Nothing polls.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import UUID

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.auth import Callers, Unauthorized
from api.sync.feed import allowed, fresh_head, number
from tenants.access import Caller
from tenants.doorbell import CHANNEL, rung_by
from tenants.registry import Company
from tenants.transaction import read_transaction

log = logging.getLogger(__name__)

QUIET = 15.0  # seconds, then a comment says that the connection lives
A_SESSION = 3
AGAIN = 0.5  # seconds, where somebody else is numbering
NEWS: LiteralString = """select last, exists (select from change where seq is null) as waiting,
 array(select distinct bucket from change where seq > 0 and seq > $1) as buckets from feed_head"""


@dataclass(eq=False)
class Listener:
    """One connection. However slow its reader, it holds no more than the names of his buckets."""

    caller: Caller
    buckets: frozenset[str]
    pending: set[str] = field(default_factory=set)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    def tell(self, buckets: Iterable[str]) -> None:
        self.pending |= self.buckets.intersection(buckets)
        if self.pending:
            self.woken.set()

    def end(self) -> None:
        self.over = True
        self.woken.set()

    def take(self) -> list[str]:
        self.woken.clear()
        taken = sorted(self.pending)
        self.pending.clear()
        return taken

    @property
    def session(self) -> UUID:
        token = self.caller.token
        return token.session_id if token and token.session_id else self.caller.actor_id


@dataclass(eq=False)
class Followed:
    """A company with somebody connected. `seen`: the last change that they were told of."""

    company: Company
    seen: int
    listeners: list[Listener] = field(default_factory=list)
    stirred: bool = False
    serving: asyncio.Task[None] | None = None


class Live:
    """`url`: for the one connection that listens, opened when the first reader comes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.companies: dict[UUID, Followed] = {}
        self.hearing: asyncio.Task[None] | None = None

    # --- readers ---

    async def join(self, caller: Caller) -> Listener:
        if self.hearing is None:
            self.hearing = asyncio.create_task(self.hear())
        buckets, last = await buckets_of(caller)
        followed = self.companies.setdefault(caller.company.id, Followed(caller.company, last))
        followed.company = caller.company  # the one with the newest keys
        listener = Listener(caller, buckets)
        same = [other for other in followed.listeners if other.session == listener.session and not other.over]
        for oldest in same[: len(same) - A_SESSION + 1]:
            oldest.end()
        followed.listeners.append(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        followed = self.companies[listener.caller.company.id]
        followed.listeners.remove(listener)
        if not followed.listeners:
            del self.companies[listener.caller.company.id]
            if followed.serving:
                followed.serving.cancel()

    async def close(self) -> None:
        tasks = [followed.serving for followed in self.companies.values() if followed.serving]
        for task in [*tasks, *([self.hearing] if self.hearing else [])]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    # --- the doorbell ---

    async def hear(self) -> None:
        """Until cancelled. Outages of the database are waited out; nobody knows who rang meanwhile."""
        while True:
            try:
                connection = await asyncpg.connect(self.url)
                lost = asyncio.Event()
                try:
                    connection.add_termination_listener(lambda _, lost=lost: lost.set())
                    await connection.add_listener(CHANNEL, lambda *said: self.rung(str(said[-1])))
                    self.rung("")
                    await lost.wait()
                finally:
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.warning("the doorbell is not heard; trying again", exc_info=True)
            await asyncio.sleep(1)

    def rung(self, payload: str) -> None:
        companies = rung_by(payload)
        for id, followed in self.companies.items():
            if companies is None or id in companies:
                self.stir(followed)

    def stir(self, followed: Followed) -> None:
        followed.stirred = True
        if followed.serving is None or followed.serving.done():
            followed.serving = asyncio.create_task(self.serve(followed))

    async def serve(self, followed: Followed) -> None:
        while followed.stirred:
            followed.stirred = False
            try:
                followed.stirred = await self.look(followed)
            except Exception:  # they will pull by their own clocks; the next ring is another chance
                log.warning("%s has news that could not be read", followed.company.schema, exc_info=True)
                return
            if followed.stirred:
                await asyncio.sleep(AGAIN)

    async def look(self, followed: Followed) -> bool:
        """Tells the news. True: there is more, that somebody else is numbering now."""
        row = await self.news(followed)
        if row["waiting"]:
            await number(followed.company)
            row = await self.news(followed)
        followed.seen = row["last"]
        for listener in followed.listeners:
            listener.tell(row["buckets"])
        return row["waiting"]

    async def news(self, followed: Followed) -> asyncpg.Record:
        async with read_transaction(followed.company) as door:
            row = await door.raw.fetchrow(NEWS, followed.seen)
        assert row
        return row


async def buckets_of(caller: Caller) -> tuple[frozenset[str], int]:
    head = await fresh_head(caller)
    return frozenset(bucket for _, bucket in allowed(caller, head.warehouses)), head.last


# --- endpoint ---


async def events(request: Request) -> Response:
    site = request.app.state.huotong
    authorization = request.headers.get("authorization")
    caller = await site.callers.of(authorization)
    return Events(site.live, site.callers, caller, authorization or "")


class Events(Response):
    """The stream of one connection. It ends with the token, or with what it said that its bearer may do."""

    def __init__(self, live: Live, callers: Callers, caller: Caller, authorization: str) -> None:
        super().__init__(headers={"x-accel-buffering": "no"}, media_type="text/event-stream")
        del self.headers["content-length"]
        self.live, self.callers, self.caller, self.authorization = live, callers, caller, authorization

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        claims = await self.callers.claims(self.authorization.partition(" ")[2])
        listener = await self.live.join(self.caller)
        gone = asyncio.create_task(hung_up(receive, listener))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await self.write(send, b": here\n\n")
            await self.talk(send, listener, claims["exp"])
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            self.live.leave(listener)

    async def talk(self, send: Send, listener: Listener, expires: float) -> None:
        checked = time.monotonic()
        while not listener.over and (left := expires - time.time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(listener.woken.wait(), min(QUIET, left))
            if listener.over:
                return
            if time.monotonic() - checked >= QUIET:
                checked = time.monotonic()
                if not await self.still_may(listener):
                    return
            if buckets := listener.take():
                await self.write(send, b"data: " + orjson.dumps(buckets) + b"\n\n")
            else:
                await self.write(send, b":\n\n")

    async def still_may(self, listener: Listener) -> bool:
        """What Callers know is at most a minute old."""
        try:
            caller = await self.callers.of(self.authorization)
        except Unauthorized:
            return False
        if caller is not listener.caller:
            listener.caller = caller
            listener.buckets, _ = await buckets_of(caller)
        return True

    async def write(self, send: Send, text: bytes) -> None:
        await send({"type": "http.response.body", "body": text, "more_body": True})


async def hung_up(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()
