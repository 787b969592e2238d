"""Whoever is suspected has the process to itself."""

import asyncio

from workers.alone import Alone


async def test_a_suspect_waits_until_it_is_alone_and_nobody_comes_in_before_it_is_cleared() -> None:
    process, said, leave, cleared, over = Alone(), list[str](), asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def neighbour(name: str) -> None:
        async with process.among_others():
            said.append(f"{name} in")
            await leave.wait()
        said.append(f"{name} out")

    async def suspect() -> None:
        async with process.alone() as clear:
            said.append("alone")
            await cleared.wait()
            await clear()
            await over.wait()
        said.append("cleared")

    tasks = [asyncio.create_task(neighbour("first"))]
    await turns()
    tasks += [asyncio.create_task(suspect()), asyncio.create_task(neighbour("second"))]
    await turns()
    assert said == ["first in"]
    leave.set()
    await turns()
    assert said == ["first in", "first out", "alone"]
    cleared.set()
    await turns()
    assert said[3:] == ["second in", "second out"]
    over.set()
    await asyncio.gather(*tasks)
    assert said[5:] == ["cleared"]
    async with process.alone():
        assert process.inside == 1
    assert (process.inside, process.suspects) == (0, 0)


async def turns() -> None:
    """Everybody who can go on does."""
    for _ in range(20):
        await asyncio.sleep(0)
