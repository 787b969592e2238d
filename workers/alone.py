"""Who is suspected of killing its process gets it to itself, so that no neighbour is counted dead with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class Alone:
    """For the coroutines of one process and one loop. Whoever wants to be alone goes before those that come later."""

    def __init__(self) -> None:
        self.inside = self.suspects = 0
        self.changed = asyncio.Condition()

    @asynccontextmanager
    async def among_others(self) -> AsyncIterator[None]:
        async with self.changed:
            await self.changed.wait_for(lambda: not self.suspects)
            self.inside += 1
        try:
            yield
        finally:
            async with self.changed:
                self.inside -= 1
                self.changed.notify_all()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Gives what to call once the suspicion is over: then others may come in again."""
        cleared = False

        async def clear() -> None:
            nonlocal cleared
            async with self.changed:
                if not cleared:
                    cleared, self.suspects = True, self.suspects - 1
                    self.changed.notify_all()

        async with self.changed:
            self.suspects += 1
        try:
            async with self.changed:
                await self.changed.wait_for(lambda: not self.inside)
                self.inside += 1
            try:
                yield clear
            finally:
                async with self.changed:
                    self.inside -= 1
                    self.changed.notify_all()
        finally:
            await clear()
