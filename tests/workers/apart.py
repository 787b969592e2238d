"""An instance with a database of its own: for processes that take whatever there is."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any
from uuid import uuid4

import asyncpg
import orjson

from infra.launch.cluster import Server, create_database
from tenants.keys import open_master
from tenants.provision import create_control
from tenants.registry import Company, Registry
from tenants.settings import Pools
from tenants.transaction import Database
from tests.companies import Instance
from workers.broker import install

KEPT = "select id, status, label, code, details::text, attempts from job where kind = 'event'"


@asynccontextmanager
async def apart(postgres: Server, folder: Path) -> AsyncIterator[Instance]:
    """The roles have to be there: ask for the fixture `instance` as well."""
    async with on(create_database(postgres, f"apart_{uuid4().hex[:8]}"), folder) as instance:
        yield instance


@asynccontextmanager
async def on(server: Server, folder: Path) -> AsyncIterator[Instance]:
    """An instance in this database, its master key in this folder."""
    owner = await asyncpg.connect(server.owner_url)
    await create_control(owner)
    install(server.owner_url)
    keys = f"file:{folder / 'master.key'}"
    master = await open_master(keys, owner, create=True)
    database = Database(server.app_url, Pools())
    try:
        yield Instance(server, owner, database, master, Registry(database, master), keys)
    finally:
        await database.close()
        await owner.close()


class Process:
    """Started again whenever it falls, as its supervisor does; `deaths` counts kills."""

    def __init__(self, instance: Instance, which: str, broker_url: str = "") -> None:
        self.environment = {**os.environ, "HUOTONG_BROKER_URL": broker_url}
        self.command = [sys.executable, "-m", f"tests.workers.{which}", instance.server.app_url, instance.keys]
        self.process: Popen[bytes] = Popen(self.command, env=self.environment)
        self.deaths = 0

    def tend(self) -> None:
        if self.process.poll() is not None:
            assert self.process.returncode == -signal.SIGKILL
            self.deaths += 1
            self.process = Popen(self.command, env=self.environment)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


async def emit(instance: Instance, company: Company, event: str, **body: Any) -> None:
    query = f"insert into {company.schema}.outbox (event, body) values ($1, $2)"
    await instance.owner.execute(query, event, orjson.dumps(body).decode())


async def kept(instance: Instance, company: Company) -> Any:
    async with instance.owner.transaction(readonly=True):
        await instance.owner.execute(f"set local search_path to {company.schema}")
        return await instance.owner.fetchrow(KEPT)
