"""An instance with a database of its own: for processes that take whatever there is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg

from infra.launch import postgres as launcher
from infra.launch.postgres import Server
from tenants.keys import open_master
from tenants.provision import create_control
from tenants.registry import Registry
from tenants.settings import Pools
from tenants.transaction import Database
from tests.companies import Instance
from workers.broker import install


@asynccontextmanager
async def apart(postgres: Server, folder: Path) -> AsyncIterator[Instance]:
    """The roles have to be there: ask for the fixture `instance` as well."""
    server = launcher.create_database(postgres, f"apart_{uuid4().hex[:8]}")
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
