"""Follows the doorbell: for each company that rang, hands over its events, numbers its changes and seals its log.

A sweep visits every company now and then, so that a lost ring is only late.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

import asyncpg

from domain import feed
from domain.audit.seal import BACK, SWEPT, seal_all
from tenants.registry import Company, Registry
from tenants.transaction import control_transaction
from workers import outbox

log = logging.getLogger(__name__)

SWEEP = 600.0  # seconds
RUNG: LiteralString = "delete from doorbell returning company_id"
ALL: LiteralString = "select id from company where status = 'active'"


class Watch:
    """`url` is for a connection of its own, which only listens. `sweep`: seconds between two visits to everybody."""

    def __init__(self, registry: Registry, url: str, hands: outbox.Hands, sweep: float = SWEEP) -> None:
        self.registry, self.url, self.hands, self.sweep = registry, url, hands, sweep
        self.rung = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. Outages of the database are waited out."""
        while True:
            try:
                listener = await asyncpg.connect(self.url)
                try:
                    await listener.add_listener("doorbell", lambda *_: self.rung.set())
                    listener.add_termination_listener(lambda _: self.rung.set())
                    await self.follow(listener)
                finally:
                    listener.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.warning("the doorbell is not heard; trying again", exc_info=True)
                await asyncio.sleep(1)

    async def follow(self, listener: asyncpg.Connection) -> None:
        due = 0.0  # everybody at once: rings before this moment were not heard
        while not listener.is_closed():
            if (pause := due - time.monotonic()) <= 0:  # however busy the doorbell is
                await self.visit(await self.companies(ALL), SWEPT)
                due = time.monotonic() + self.sweep
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self.rung.wait(), pause)
                self.rung.clear()
                await self.visit(await self.companies(RUNG))

    async def companies(self, which: LiteralString) -> list[UUID]:
        async with control_transaction(self.registry.database) as door:
            return [row[0] for row in await door.raw.fetch(which)]

    async def visit(self, companies: Iterable[UUID], back: timedelta = BACK) -> None:
        """`back`: how long after it was recorded a call may have committed, to be sealed now."""
        for company_id in companies:
            try:
                if company := await self.registry.company(company_id):
                    await self.serve(company, back)
            except Exception:  # one company's trouble is not the others'
                log.exception("company %s could not be served; the sweep will come again", company_id)

    async def serve(self, company: Company, back: timedelta = BACK) -> None:
        while await outbox.hand_over(company, self.hands) == outbox.AT_ONCE:
            pass
        while await feed.number_changes(company) == feed.AT_ONCE:
            pass
        await seal_all(company, back)
