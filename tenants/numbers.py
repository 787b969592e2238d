"""Document numbers: a counter row for each series of a company, bumped in its own tiny transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tenants.registry import Company

if TYPE_CHECKING:
    from tenants.transaction import Pool

BUMP = """insert into number_series as s (name, last) values ($1, $2)
on conflict (name) do update set last = s.last + excluded.last returning last"""

Asker = tuple[int, asyncio.Future[range]]


class Numbers:
    """Hands out numbers roughly in order, without a lock that outlives a millisecond; gaps are possible.

    Whoever asks while a bump is under way shares the next one. The commit is not waited for on disk
    (synchronous_commit off): a later commit of the same server carries the earlier log, so nothing durable can
    outlive its number.
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.waiting: dict[tuple[Company, str], list[Asker]] = {}
        self.task: asyncio.Task[None] | None = None

    def take(self, company: Company, series: str, count: int) -> asyncio.Future[range]:
        future: asyncio.Future[range] = asyncio.get_running_loop().create_future()
        self.waiting.setdefault((company, series), []).append((count, future))
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.serve())
        return future

    async def serve(self) -> None:
        while self.waiting:
            company, series = next(iter(self.waiting))
            askers = self.waiting.pop((company, series))
            try:
                last = await self.bump(company, series, sum(count for count, _ in askers))
            except Exception as error:
                for _, asker in askers:
                    if not asker.done():
                        asker.set_exception(error)
                continue
            for asker, numbers in zip((a for _, a in askers), spread(last, [c for c, _ in askers]), strict=True):
                if not asker.done():
                    asker.set_result(numbers)

    async def bump(self, company: Company, series: str, count: int) -> int:
        begin = company.opening + "; set local synchronous_commit to off"
        async with self.pool.transaction(begin) as door:
            return int(await door.raw.fetchval(BUMP, series, count) or 0)


def spread(last: int, counts: list[int]) -> Iterator[range]:
    """Consecutive ranges of the given sizes that end at `last`."""
    first = last - sum(counts) + 1
    for count in counts:
        yield range(first, first + count)
        first += count
