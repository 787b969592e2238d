"""Lists that are decided in processes of their own: the answers are those of this one, nobody waits for the dead."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import psutil
import pytest
import pytest_asyncio

from domain.execute import StaleAccess, execute
from domain.ids import new_id
from domain.tx import Call
from tenants.access import Caller
from tests.builders import make_unit
from tests.companies import caller_of
from workers.imports import chunks as chunking
from workers.imports import deciders
from workers.imports.chunks import Kind, Line
from workers.imports.deciders import LONG, Decider, Ended, here, original
from workers.imports.run import Summary, Table, run


@pytest_asyncio.fixture
async def owner(company) -> Caller:
    owner = caller_of(company)
    await make_unit(owner, "个")
    return owner


@pytest_asyncio.fixture
async def decider(company) -> AsyncIterator[Decider]:
    decider = Decider()
    await decider.begin(company)
    yield decider
    await decider.end()


def call(*skus: str) -> Call:
    records = [{"sku": sku, "name": sku, "unit": "个", "external": {"source": "file", "number": sku}} for sku in skus]
    return Call(new_id(), "masterdata.save_products", {"records": records}, datetime.now(UTC), "import")


def copies() -> list[psutil.Process]:
    return psutil.Process(original().process.pid).children()


def table(count: int) -> Table:
    lines = (Line(n, (), {"sku": f"S{n:05}", "name": f"商品 {n}", "unit": "个"}) for n in range(2, count + 2))
    return Table([], lines, count)


@pytest.fixture
def small(monkeypatch) -> None:
    """Chunks of fifty, and no run is too short."""
    monkeypatch.setitem(chunking.KINDS, "products", Kind("masterdata.save_products", 50))
    monkeypatch.setattr(deciders, "LONG", 0)


async def test_answers_are_those_of_this_process(owner, decider, rows):
    first = call("A", "", "B")
    outcome = await decider.decide(first, owner, False)
    assert [(one.key, one.status, one.code) for one in outcome.records] == [
        ("A", "accepted", None), ("1", "refused", "malformed"), ("B", "accepted", None),
    ]  # fmt: skip
    assert await execute(first, owner) == outcome
    assert [row["sku"] for row in await rows(owner.company, "select sku from product order by sku")] == ["A", "B"]
    buyer = caller_of(owner.company, "auditor")
    assert (await decider.decide(call("C"), buyer, False)).code == "forbidden"


async def test_a_dry_run_writes_nothing(owner, decider, rows):
    outcome = await decider.decide(call("A"), owner, True)
    assert [one.status for one in outcome.records] == ["accepted"]
    assert await rows(owner.company, "select from product") == []


async def test_what_is_raised_there_is_raised_here(owner, decider):
    with pytest.raises(StaleAccess):
        await decider.decide(call("A"), replace(owner, epoch=7), False)
    assert (await decider.decide(call("A"), owner, False)).status == "accepted"


async def test_no_answer_is_taken_for_another(owner, decider):
    asked = asyncio.create_task(decider.decide(call("A"), owner, False))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    with pytest.raises(Ended):
        await decider.decide(call("B"), owner, False)


async def test_who_is_killed_has_ended(owner, decider):
    for process in copies():
        process.kill()
    with pytest.raises(Ended):
        await decider.decide(call("A"), owner, False)


async def test_what_is_copied_loads_once_a_long_file_was_read(monkeypatch):
    monkeypatch.setattr(deciders, "originals", [])
    deciders.make_ready(LONG - 1)
    assert deciders.originals == []
    deciders.make_ready(LONG)
    [made] = deciders.originals
    assert original() is made
    made.socket.close()
    assert await asyncio.to_thread(made.process.wait, 30) == 0


async def test_a_long_run_is_decided_there(instance, owner, decider, small, rows, monkeypatch):
    async def rung() -> datetime:
        await owner.company.database.doorbell.close()
        return await instance.owner.fetchval(
            "select rung_at from control.doorbell where company_id = $1", owner.company.id
        )  # fmt: skip

    async def never(*_: object) -> None:
        raise AssertionError("decided in this process")

    monkeypatch.setattr(deciders, "here", never)
    before = await rung()
    summary = await run(owner, "products", table(1000), "file")
    assert (summary.accepted, summary.records) == (1000, 1000)
    assert await rung() > before
    [found] = await rows(owner.company, "select count(*) as there, count(distinct sku) as skus from product")
    assert tuple(found) == (1000, 1000)
    assert (await run(owner, "products", table(1000), "file")).unchanged == 1000


async def test_a_run_ends_when_a_process_of_it_does(owner, decider, small):
    async def after(*_: object) -> None:
        for process in copies():
            with contextlib.suppress(psutil.NoSuchProcess):  # killed before, and only just forgotten
                process.kill()

    with pytest.raises(Ended):
        await asyncio.wait_for(run(owner, "products", table(1000), "file", after=after), 60)
    assert not deciders.engaged.locked()
    again: Summary = await run(owner, "products", table(1000), "file")
    assert again.accepted + again.unchanged == 1000
    assert again.unchanged >= 50 // 4  # the first list, of which the run had heard


async def test_there_are_as_many_as_cores_and_one_where_the_order_counts(owner, monkeypatch):
    monkeypatch.setattr(deciders, "AT_MOST", 3)
    for cores, several in ((1, 2), (2, 3), (8, 3)):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        for in_order, wanted in ((False, several), (True, 1)):
            made: list[Decider] = []
            monkeypatch.setattr(deciders, "Decider", lambda made=made: made.append(Decider()) or made[-1])
            async with deciders.deciders(owner.company, LONG, in_order=in_order) as (_, beside):
                assert (len(made), beside) == (wanted, max(wanted, deciders.BESIDE))


async def test_one_run_at_a_time_has_them(owner, decider):
    async with contextlib.AsyncExitStack() as stack:
        first, _ = await stack.enter_async_context(deciders.deciders(owner.company, LONG, in_order=True))
        second, _ = await stack.enter_async_context(deciders.deciders(owner.company, LONG, in_order=True))
        short, _ = await stack.enter_async_context(deciders.deciders(owner.company, LONG - 1, in_order=True))
        assert (second, short) == (here, here)
        assert (await first(call("A"), owner, False)).status == "accepted"
    assert not deciders.engaged.locked()


ASKING = """
import asyncio
from types import SimpleNamespace
from uuid import UUID
from tenants.keys import CompanyKeys
from tenants.registry import Company
from workers.imports.deciders import Decider, original

id, key = UUID(int=1), {1: bytes(32)}
nowhere = SimpleNamespace(url="postgresql://nobody@127.0.0.1:1/none")
company = Company(id, "a", "A", "t_1", "active", "UTC", "CNY", nowhere, CompanyKeys.of(id, key, key))

async def ask():
    deciders = [Decider(), Decider()]
    await asyncio.gather(*(decider.begin(company) for decider in deciders))
    print(original().process.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(ask())
"""


def test_they_end_with_who_asks_them():
    with subprocess.Popen([sys.executable, "-c", ASKING], stdout=subprocess.PIPE) as asking:
        assert asking.stdout
        first = psutil.Process(int(asking.stdout.readline()))
        there = [first, *first.children()]
        assert len(there) == 3
        asking.kill()
    assert psutil.wait_procs(there, 30)[1] == []
