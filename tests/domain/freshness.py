"""Is what a handler decides on what a fresh read sees, although another command was committed while it waited?

After a lock wait PostgreSQL reads only the locked rows anew; all else in that statement keeps the old snapshot.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from domain import sql
from domain.entry import Entry
from domain.execute import AGAIN, admit, make_tx, outcome_from, run_in
from domain.tx import Call, Run
from tenants.access import Caller
from tenants.transaction import write_transaction

WAITING = """select exists (select from pg_locks l join pg_stat_activity a using (pid)
 where not l.granted and a.datname = current_database())"""


@asynccontextmanager
async def paused(caller: Caller, call: Call) -> AsyncIterator[None]:
    """The command has written; it commits when this is left."""
    run, entry = admitted(caller, call)
    async with write_transaction(caller.company) as door:
        [answer] = await run_in(door, [run], entry)
        assert outcome_from(answer).status == "accepted", answer
        yield


async def stale(owner: asyncpg.Connection, caller: Caller, first: Call, second: Call) -> dict[str, Any]:
    """Runs the second command up to its write while the first is paused before its commit. Returns what the second
    decided on where a fresh read, under its locks, says something else: part, and what was read and what there is."""
    run, entry = admitted(caller, second)
    async with paused(caller, first):
        reading = asyncio.create_task(look(caller, run, entry))
        await blocked(owner, reading)
    return await reading


async def blocked(owner: asyncpg.Connection, task: asyncio.Task[Any]) -> None:
    """Returns once it waits for a lock."""
    while not await owner.fetchval(WAITING):
        assert not task.done(), f"it did not wait: {task.result()}"
        await asyncio.sleep(0.005)


async def look(caller: Caller, run: Run, entry: Entry) -> dict[str, Any]:
    try:
        async with write_transaction(caller.company) as door:
            tx = make_tx(door, [run])
            last: dict[str, tuple[sql.Statement, object, Any]] = {}
            load = tx.loader

            async def noted(what: sql.Statement, document: object) -> dict[str, Any]:
                loaded = await load(what, document)
                last.update({part.name: (what, document, loaded[part.name]) for part in what.parts})
                return loaded

            tx.loader = noted
            await entry.handler(tx)
            now = {name: (await load(what, document))[name] for name, (what, document, _) in last.items()}
            return {name: (read, now[name]) for name, (_, _, read) in last.items() if read != now[name]}
    except AGAIN:  # as execute does
        return await look(caller, run, entry)


def admitted(caller: Caller, call: Call) -> tuple[Run, Entry]:
    run, entry = admit(call, caller)
    assert entry, call.name
    assert run.outcome is None, run.outcome
    return run, entry
