"""Which companies have something for relay, sealer and live updates.

A NOTIFY inside a business transaction would serialise the commits of all companies, so a process collects the
companies it wrote to and rings once for all of them, at most every 200 ms. The workers take them from the table; the
API processes, which only follow companies with somebody connected, from the notification itself. A lost ring is only
late: a sweep visits each company anyway.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from tenants.registry import Company

if TYPE_CHECKING:
    from tenants.transaction import Pool

log = logging.getLogger(__name__)

CHANNEL = "doorbell"
PAUSE = 0.2  # seconds between two rings
LONGEST = 7999  # bytes that a notification may carry
RING = """with rung as (insert into doorbell (company_id, rung_at) select unnest($1::uuid[]), now()
  on conflict (company_id) do update set rung_at = now()) select pg_notify('doorbell', $2)"""


def payload(companies: Iterable[UUID]) -> str:
    """Who rings; nothing where it would be too much to say."""
    text = " ".join(company.hex for company in companies)
    return text if len(text) <= LONGEST else ""


def rung_by(payload: str) -> set[UUID] | None:
    """Who rang. None: it may have been anybody."""
    return {UUID(company) for company in payload.split()} or None


class Doorbell:
    def __init__(self, control: Pool, opening: str) -> None:
        self.control, self.opening = control, opening
        self.rung: set[UUID] = set()
        self.task: asyncio.Task[None] | None = None

    def ring(self, company: Company) -> None:
        """Call after the commit."""
        self.rung.add(company.id)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.flush())

    async def flush(self) -> None:
        while self.rung:
            await asyncio.sleep(PAUSE)
            companies, self.rung = list(self.rung), set()
            try:
                async with self.control.transaction(self.opening) as door:
                    await door.raw.execute(RING, companies, payload(companies))
            except Exception:  # the sweep will visit them
                log.warning("the doorbell was not rung for %s companies", len(companies), exc_info=True)

    async def close(self) -> None:
        """Rings once more for what is left."""
        if self.task:
            await self.task


class Unrung(Doorbell):
    """Of a process whose writes another one rings for."""

    def ring(self, company: Company) -> None:
        pass
