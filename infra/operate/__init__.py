"""The operator's commands, one file for each thing they are about."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from infra.installation import Installation

T = TypeVar("T")


def installed(work: "Callable[[Installation], Awaitable[T]]") -> T:
    """Run `work` on this installation."""

    async def run() -> T:
        from infra.installation import opened
        from tenants.settings import Settings

        async with opened(Settings.from_environment()) as here:
            return await work(here)

    return asyncio.run(run())
