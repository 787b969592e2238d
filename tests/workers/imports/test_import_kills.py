"""kill -9 at random of everything that takes part while files are imported: what was to come has come, and once.

On a server of its own, since PostgreSQL is killed too. `HUOTONG_KILLS=20` imports twenty files instead of three:

    HUOTONG_KILLS=20 pytest -s tests/workers/imports/test_import_kills.py
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from subprocess import DEVNULL, Popen
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from domain.files import write_file
from domain.ids import new_id
from infra.bench.importing import product_file
from infra.launch import postgres as launcher
from infra.launch.cluster import create_database
from tenants.access import Caller, caller_of
from tenants.clients import create_client
from tenants.registry import Company
from tests.builders import make_unit
from tests.companies import Instance
from tests.workers.apart import on

FILES = int(os.environ.get("HUOTONG_KILLS", "3"))
ROWS = 2000 if FILES < 10 else 10_000
SEED = int(os.environ.get("HUOTONG_TEST_SEED", "1"))
SECONDS = 120 if FILES < 10 else 1200


@pytest_asyncio.fixture
async def alone(tmp_path: Path) -> AsyncIterator[tuple[Instance, Path]]:
    """An instance on a server that nobody else uses."""
    folder = tmp_path / "server"
    async with on(create_database(launcher.start(folder), "kills"), tmp_path) as instance:
        yield instance, folder
    launcher.stop(folder)


class Cast:
    """The processes that take part; who dies is started again at once, as by a supervisor."""

    def __init__(self, instance: Instance, folder: Path, asking: list[str]) -> None:
        self.instance, self.folder = instance, folder
        self.environment = {
            **os.environ, "HUOTONG_DATABASE_URL": instance.server.app_url, "HUOTONG_KEYS": instance.keys
        }  # fmt: skip
        url, keys = instance.server.app_url, instance.keys
        self.commands = {
            "worker": ["tests.workers.job_worker", url, keys],
            "relay": ["workers"],
            "api": ["tests.workers.imports.asking", url, keys, *asking],
        }
        self.processes = {name: self.start(name) for name in self.commands}

    def start(self, name: str) -> "Popen[bytes]":
        command = [sys.executable, "-m", *self.commands[name]]
        return Popen(command, env=self.environment, start_new_session=True, stderr=DEVNULL)

    def kill(self, name: str) -> None:
        if name == "postgres":
            running = launcher.running(self.folder)
            assert running
            os.kill(running.pid, signal.SIGKILL)
            self.await_end(running.pid)
            launcher.start(self.folder, port=running.port)
        else:
            self.processes[name].kill()
            self.processes[name].wait()
        self.revive()

    def await_end(self, pid: int) -> None:
        while Path(f"/proc/{pid}/stat").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
            time.sleep(0.01)

    def revive(self) -> None:
        for name, process in self.processes.items():
            if process.poll() not in (None, 0):
                self.processes[name] = self.start(name)

    def end(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()


class Watcher:
    """Looks past every door, from a connection that is made anew after each death of the server."""

    def __init__(self, url: str, company: Company) -> None:
        self.url, self.company = url, company

    async def ask(self, query: str) -> list[asyncpg.Record]:
        while True:
            try:
                connection = await asyncpg.connect(self.url)
                try:
                    await connection.execute(f"set search_path to {self.company.schema}")
                    return await connection.fetch(query)
                finally:
                    await connection.close()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.05)

    async def state(self) -> tuple[int, int]:
        """How many files are done, and a number that grows with the work."""
        [row] = await self.ask(
            """select (select count(*) from import_job where status = 'done') as done,
 (select count(*) from command_log) + (select coalesce(sum(done), 0) from job) as work"""
        )
        return row["done"], row["work"]


async def member(instance: Instance, company: Company) -> Caller:
    given = await create_client(company, "an owner", "owner")
    actor_id = await instance.owner.fetchval("select id from control.client where client_id = $1", given.client_id)
    assert actor_id
    caller = await caller_of(company, actor_id)
    assert caller
    return caller


async def uploaded(owner: Caller, name: str, lines: list[str]) -> UUID:
    id = new_id()
    await write_file(
        owner.company, id=id, name=name, media_type="text/csv", purpose="upload", permission="",
        actor_id=owner.actor_id, chunks=["\n".join(lines).encode()],
    )  # fmt: skip
    return id


async def test_records_expected_are_records_got(
    alone: tuple[Instance, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance, folder = alone
    company = await instance.company()
    owner = await member(instance, company)
    await make_unit(owner, "个")
    text = product_file(tmp_path / "all.csv", FILES * ROWS).read_text().splitlines()
    imports: list[str] = []
    for n in range(FILES):
        lines = [text[0], *text[1 + n * ROWS : 1 + (n + 1) * ROWS]]
        imports.append(f"{new_id()}={await uploaded(owner, f'{n}.csv', lines)}")
    url = instance.server.owner_url
    await instance.database.close()
    await instance.owner.close()
    watcher, random = Watcher(url, company), Random(SEED)
    cast = Cast(instance, folder, [str(company.id), str(owner.actor_id), *imports])
    try:
        kills, resumed = await killing(cast, watcher, random)
    finally:
        cast.end()
    [found] = await watcher.ask("select count(*) as rows, count(distinct sku) as skus from product")
    told = await watcher.ask("select accepted, changed, unchanged, refused from import_job")
    records = await watcher.ask("select count(*) as rows from import_record")
    with capsys.disabled():
        print(
            f"\n{FILES} files of {ROWS} rows, {sum(kills.values())} kills {kills}: "
            f"{found['rows']} of {FILES * ROWS} records; "
            f"to resume: median {sorted(resumed)[len(resumed) // 2]:.2f} s, longest {max(resumed):.2f} s"
        )
    assert (found["rows"], found["skus"], records[0]["rows"]) == (FILES * ROWS,) * 3
    assert [tuple(row) for row in told] == [(ROWS, 0, 0, 0)] * FILES


async def killing(cast: Cast, watcher: Watcher, random: Random) -> tuple[dict[str, int], list[float]]:
    """Until all is done. Returns who died how often, and how long it took each time until the work went on."""
    kills, resumed = {"worker": 0, "relay": 0, "api": 0, "postgres": 0}, [0.0]
    victims, deadline = [*kills, "worker"], time.monotonic() + SECONDS
    while True:
        if (await watcher.state())[0] == FILES:
            return kills, resumed
        assert time.monotonic() < deadline, "it did not end"
        await asyncio.sleep(random.uniform(0.1, 1.5))
        victim = victims.pop(0) if victims else random.choice(list(kills))
        cast.kill(victim)
        kills[victim] += 1
        began = time.monotonic()
        before = (await watcher.state())[1]
        while (now := await watcher.state())[1] == before and now[0] < FILES:
            assert time.monotonic() < deadline, f"nothing goes on after {victim} was killed"
            cast.revive()
            await asyncio.sleep(0.02)
        resumed.append(time.monotonic() - began)
