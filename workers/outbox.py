"""Hands the events of the outbox to the broker: in order, at least once, in the relay's own transaction."""

import asyncio
from collections.abc import Callable
from typing import Any, LiteralString

from tenants.registry import Company
from tenants.transaction import write_transaction
from workers.actors import REACTIONS

AT_ONCE = 200
WAITING: LiteralString = """select id, event, body from outbox where handed_at is null order by id limit $1
 for update skip locked"""
HANDED: LiteralString = "update outbox set handed_at = now() where id = any($1::bigint[])"

Send = Callable[[str, int, str, Any], Any]  # company id, event id, name, body


async def hand_over(company: Company, send: Send) -> int:
    """Enqueue what is waiting, then mark it: a crash between the two means a second delivery, never none.

    An event that nobody waits for is marked as it is. Returns how many there were; AT_ONCE means there may be more.
    """
    async with write_transaction(company) as door:
        rows = await door.raw.fetch(WAITING, AT_ONCE)
        for row in rows:
            if row["event"] in REACTIONS:
                await asyncio.to_thread(send, str(company.id), row["id"], row["event"], row["body"])
        if rows:
            await door.raw.execute(HANDED, [row["id"] for row in rows])
    return len(rows)
