"""Hands the events of the outbox to the broker: in order, at least once, in the relay's own transaction."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString

from domain.jobs.commands import QUEUED
from tenants.registry import Company
from tenants.transaction import write_transaction
from workers import queue
from workers.actors import REACTIONS

AT_ONCE = 200
KEPT = timedelta(days=7)  # events that were handed over, for whoever wants to know what happened
FORGOTTEN_AT_ONCE = 5000
WAITING: LiteralString = """select id, event, body from outbox where handed_at is null order by id limit $1
 for update skip locked"""
HANDED: LiteralString = "update outbox set handed_at = now() where id = any($1::bigint[])"
FORGET: LiteralString = """with old as (
 delete from outbox where id in (select id from outbox where handed_at < now() - $1::interval order by id limit $2)
 returning 1) select count(*) from old"""

Send = Callable[[str, int, str, Any], Any]  # company id, event id, name, body


@dataclass(frozen=True, slots=True)
class Hands:
    """`event` sends one to the actor of events; `work` sends a token: there is a job."""

    event: Send
    work: Callable[[], Any]


async def hand_over(company: Company, hands: Hands) -> int:
    """Enqueue what is waiting, then mark it: a crash between the two means a second delivery, never none.

    A job is put into the queue of jobs, and a token says so. An event that nobody waits for is marked as it is. Returns
    how many there were; AT_ONCE means there may be more.
    """
    async with write_transaction(company) as door:
        rows = await door.raw.fetch(WAITING, AT_ONCE)
        for row in rows:
            if row["event"] == QUEUED:
                await queue.put(company.database, company.id, row["id"], row["body"])
                await asyncio.to_thread(hands.work)
            elif row["event"] in REACTIONS:
                await asyncio.to_thread(hands.event, str(company.id), row["id"], row["event"], row["body"])
        if rows:
            await door.raw.execute(HANDED, [row["id"] for row in rows])
    return len(rows)


async def forget_handed(company: Company) -> None:
    while True:
        async with write_transaction(company) as door:
            if await door.raw.fetchval(FORGET, KEPT, FORGOTTEN_AT_ONCE) != FORGOTTEN_AT_ONCE:
                return
