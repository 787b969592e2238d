"""Fixtures: an instance on the run's PostgreSQL, and throw-away companies on it."""

import fcntl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from domain.ids import new_id
from domain.schema import REVISIONS, creation
from infra.launch.cluster import Server
from tenants.access import ROLES, Caller
from tenants.keys import MasterKey, open_master
from tenants.migrate import head
from tenants.provision import Script, create_company, create_control
from tenants.registry import Company, Registry
from tenants.settings import Pools
from tenants.transaction import Database


@dataclass(frozen=True)
class Instance:
    server: Server
    owner: asyncpg.Connection  # as huotong_owner: sees every schema
    database: Database
    master: MasterKey
    registry: Registry
    keys: str  # as HUOTONG_KEYS names the master key

    async def company(self, slug: str | None = None) -> Company:
        company_id = new_id()
        slug = slug or f"c{company_id.hex[:20]}"
        script = Script(creation())
        await create_company(self.owner, company_id, slug, slug.title(), script, head(REVISIONS), self.master)
        company = await self.registry.company(company_id)
        assert company
        return company


@pytest_asyncio.fixture(scope="session")
async def instance(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    owner = await asyncpg.connect(postgres.owner_url)
    with (postgres.data / "roles.lock").open("w") as lock:  # roles belong to the server, and the workers share it
        fcntl.flock(lock, fcntl.LOCK_EX)
        await create_control(owner)
    key: Path = tmp_path_factory.mktemp("keys") / "master.key"
    keys = f"file:{key}"
    master = await open_master(keys, owner, create=True)
    database = Database(postgres.app_url, Pools())
    yield Instance(postgres, owner, database, master, Registry(database, master), keys)
    await database.close()
    await owner.close()


@pytest_asyncio.fixture
async def company(instance: Instance) -> Company:
    """A company of this test's own."""
    return await instance.company()


@pytest.fixture
def rows(instance: Instance) -> Callable[..., Awaitable[list[asyncpg.Record]]]:
    """`await rows(company, "select … from stock_move")`: looks at a company's tables past every door."""

    async def look(company: Company, query: str, *values: object) -> list[asyncpg.Record]:
        async with instance.owner.transaction(readonly=True):
            await instance.owner.execute(f"set local search_path to {company.schema}")
            return await instance.owner.fetch(query, *values)

    return look


def caller_of(company: Company, role: str = "owner", actor_id: UUID | None = None) -> Caller:
    return Caller(company, actor_id or UUID(int=9), ROLES[role], epoch=1)
