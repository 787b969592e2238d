"""The one door to data: pinned connections, and the transactions that alone set role and search_path.

Connections are SQLAlchemy connections on an AUTOCOMMIT engine, so SQLAlchemy sends no BEGIN of its own: Core and
plain asyncpg statements on a `Door` share the transaction that is opened and ended here.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zlib import crc32

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from tenants.doorbell import Doorbell, Unrung
from tenants.numbers import Numbers
from tenants.registry import CONTROL, Company
from tenants.settings import Pools

log = logging.getLogger(__name__)

STATEMENTS = 1024  # prepared statements a connection keeps
REMEMBERED = 100  # companies that a backend may remember, at about 1 MB each
LEAST = 2  # connections of a company, however many companies there are
SETTINGS = {
    "application_name": "huotong",
    "timezone": "UTC",
    "jit": "off",
    "lock_timeout": "2s",
    "statement_timeout": "20s",
    "idle_in_transaction_session_timeout": "10s",
}
# A write finds its rows by key, few of many, handed in as a JSON list whose length the planner cannot see: it takes
# every list for a hundred rows and, left alone, reads whole tables for five of theirs. So all its plans are alike, and
# one is made.
BY_KEY = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
}


@dataclass(slots=True)
class Door:
    """One connection inside one transaction: the SQLAlchemy handle and the asyncpg connection under it."""

    sql: AsyncConnection
    raw: asyncpg.Connection
    opened: float
    lists: int = 0  # long ones that it has looked up

    async def plan_anew(self) -> None:
        """Before a long list is looked up. Long lists come one after the other and fill the tables: a plan that was
        made while one was empty looks at each of its rows for each key. To plan for every list would be a third of the
        work, so it is done whenever there may be twice as much as the last time; and before every eighth, since a
        connection outlives an import."""
        self.lists += 1
        if self.lists & (self.lists - 1) == 0 or self.lists % 8 == 0:
            await self.raw.execute("discard plans")


class Pool:
    """A fixed number of places, each with a connection opened on demand. A borrower names the places it may use."""

    def __init__(self, engine: AsyncEngine, size: int, lifetime: float) -> None:
        self.engine, self.lifetime = engine, lifetime
        self.doors: list[Door | None] = [None] * size
        self.free = list(range(size))  # the last one given back is used first: its plans are warm
        self.waiting: deque[tuple[Sequence[int], asyncio.Future[int]]] = deque()

    def places(self, company: Company, share: int) -> Sequence[int]:
        """A company is served by few connections, always the same."""
        first, size = crc32(company.schema.encode()), len(self.doors)
        return [(first + i) % size for i in range(min(share, size))]

    async def take(self, places: Sequence[int]) -> int:
        for place in reversed(self.free):
            if place in places:
                self.free.remove(place)
                return place
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.waiting.append((places, turn))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(turn.result())
            raise

    def give_back(self, place: int) -> None:
        for waiter in self.waiting:
            places, turn = waiter
            if place in places and not turn.done():
                self.waiting.remove(waiter)
                turn.set_result(place)
                return
        self.free.append(place)

    async def door(self, place: int) -> Door:
        door = self.doors[place]
        if door and (door.raw.is_closed() or time.monotonic() - door.opened > self.lifetime):
            await self.drop(place)
            door = None
        if door is None:
            sql = await self.engine.connect()
            raw = (await sql.get_raw_connection()).driver_connection
            assert isinstance(raw, asyncpg.Connection)
            self.doors[place] = door = Door(sql, raw, time.monotonic())
        return door

    async def drop(self, place: int) -> None:
        if door := self.doors[place]:
            self.doors[place] = None
            door.raw.terminate()
            await door.sql.invalidate()

    async def tidy(self, place: int, door: Door) -> None:
        """Nothing of a broken transaction is left for the next borrower."""
        try:
            await door.raw.execute("rollback", timeout=2)
        except Exception:  # the server went, or the protocol is in the middle of something
            await self.drop(place)

    @asynccontextmanager
    async def transaction(self, opening: str, places: Sequence[int] | None = None) -> AsyncIterator[Door]:
        place = await self.take(range(len(self.doors)) if places is None else places)
        door, clean = None, False
        try:
            door = await self.clean_door(place)
            await door.raw.execute(opening)
            yield door
            await door.raw.execute("commit")
            clean = True
        finally:
            if clean or door is None or door.raw.is_closed():
                self.give_back(place)
            else:  # an error or a cancelled task, perhaps in the middle of a message
                tidied = asyncio.ensure_future(self.tidy(place, door))
                tidied.add_done_callback(lambda _: self.give_back(place))
                await asyncio.shield(tidied)

    async def clean_door(self, place: int) -> Door:
        """A connection that comes back with something of its last borrower is a bug of that one: it is not used."""
        door = await self.door(place)
        if door.raw.is_in_transaction() or door.raw.get_settings().search_path not in ("", '""'):
            log.error("a connection came back with a transaction or a search_path of its last borrower: dropped")
            await self.drop(place)
            door = await self.door(place)
        return door

    async def close(self) -> None:
        for place in range(len(self.doors)):
            await self.drop(place)


class Database:
    """The connections of one process, in pools that do not take from each other."""

    def __init__(self, url: str, pools: Pools) -> None:
        self.url, self.pools = url, pools
        plain, by_key = connector(url, SETTINGS), connector(url, SETTINGS | BY_KEY)
        self.write = Pool(by_key, pools.write, pools.lifetime)
        self.read = Pool(plain, pools.read, pools.lifetime)
        self.control = Pool(plain, pools.control, pools.lifetime)
        self.counters = Pool(by_key, 1, pools.lifetime)
        self.numbers = Numbers(self.counters)
        self.doorbell = Doorbell(self.control, CONTROL)
        self.share, self.tagging = pools.share, False

    def fit(self, companies: int, shapes: int) -> None:
        """Suit the number of companies: what a backend remembers of them, and how many plans a connection can keep.

        Each company keeps its own plan of `shapes` hot statements, if all of a connection's fit into its cache: one
        that overflows is worse than none (0.30 of the speed with one company, without tags 0.48, fitting 0.67).
        """
        known = REMEMBERED * self.pools.write // max(companies, 1)
        self.share = min(self.pools.share, self.pools.write, max(known, LEAST))
        on_one = -(-companies * self.share // self.pools.write)
        self.tagging = on_one * shapes <= STATEMENTS * 3 // 4

    async def close(self) -> None:
        await self.doorbell.close()
        for pool in (self.write, self.read, self.control, self.counters):
            await pool.close()


def one_writer(url: str) -> Database:
    """For a process that runs one command after the other for somebody else, who rings."""
    database = Database(url, Pools(write=1, share=1, read=0, control=0))
    database.doorbell = Unrung(database.control, CONTROL)
    return database


def connector(url: str, settings: dict[str, str]) -> AsyncEngine:
    """Makes connections and keeps none."""
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        json_deserializer=orjson.loads,
        connect_args={
            "statement_cache_size": STATEMENTS,
            "prepared_statement_cache_size": STATEMENTS,
            "max_cacheable_statement_size": 0,
            "max_cached_statement_lifetime": 0,
            "server_settings": settings,
        },
    )


@asynccontextmanager
async def write_transaction(company: Company) -> AsyncIterator[Door]:
    """Read and write one company. Commits at the end; any exception rolls back."""
    pool = company.database.write
    async with pool.transaction(company.opening, pool.places(company, company.database.share)) as door:
        yield door


@asynccontextmanager
async def read_transaction(company: Company) -> AsyncIterator[Door]:
    """Read one company; the database refuses to write."""
    pool = company.database.read
    begin = company.opening + "; set transaction read only"
    async with pool.transaction(begin, pool.places(company, company.database.share)) as door:
        yield door


@asynccontextmanager
async def look_up(company: Company) -> AsyncIterator[Door]:
    """Read one company by thousands of keys at once. Each statement is planned for its own list and for the tables as
    they are now: a plan that was made while they were empty reads them once for each key when they are full."""
    begin = company.opening + "; set transaction read only; set local plan_cache_mode = force_custom_plan"
    pool = company.database.read
    async with pool.transaction(begin, pool.places(company, company.database.share)) as door:
        yield door


@asynccontextmanager
async def control_transaction(database: Database) -> AsyncIterator[Door]:
    """Read and write the control schema: accounts, clients, sessions, the doorbell. Sees no company's rows."""
    async with database.control.transaction(CONTROL) as door:
        yield door
