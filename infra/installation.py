"""This installation as its operator has it: the owner's connection, the master key and the registry."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import UUID

import asyncpg

from domain.ids import new_id
from domain.schema import REVISIONS, creation
from infra.launch.addresses import addresses
from tenants import migrate
from tenants.accounts import AccountError
from tenants.keys import MasterKey, open_master
from tenants.provision import Script, create_company
from tenants.registry import Company, Registry
from tenants.settings import Pools, Settings
from tenants.transaction import Database, read_transaction

POOLS = Pools(write=2, share=2, read=2, control=1)
PARTY: LiteralString = "select id from partner where code = $1"
WAREHOUSES: LiteralString = "select code, id from warehouse where code = any($1::text[])"


@dataclass(frozen=True, slots=True)
class Installation:
    settings: Settings
    owner_url: str = field(repr=False)
    owner: asyncpg.Connection  # owns all schemas and has no search_path
    database: Database
    master: MasterKey
    registry: Registry

    async def company(self, slug: str) -> Company:
        if found := await self.registry.find(slug=slug):
            return found[0]
        raise AccountError(f"there is no company {slug!r}")

    async def party(self, company: Company, code: str | None) -> UUID | None:
        """The partner that a client stands for, by the code that the company knows it by."""
        if code is None:
            return None
        async with read_transaction(company) as door:
            if party_id := await door.raw.fetchval(PARTY, code):
                return party_id
        raise AccountError(f"{company.slug} has no partner with the code {code!r}")

    async def warehouses(self, company: Company, codes: list[str] | None) -> list[UUID] | None:
        """Those that a member is bound to, by their codes; None: to none."""
        if not codes:
            return None
        async with read_transaction(company) as door:
            found = dict(await door.raw.fetch(WAREHOUSES, codes))
        if missing := [code for code in codes if code not in found]:
            raise AccountError(f"{company.slug} has no warehouse with the code {missing[0]!r}")
        return list(found.values())

    async def create(self, slug: str, name: str) -> Company:
        script, head = Script(creation()), migrate.head(REVISIONS)
        await create_company(self.owner, new_id(), slug, name, script, head, self.master)
        return await self.company(slug)


@asynccontextmanager
async def opened(settings: Settings, pools: Pools = POOLS, *, create: bool = False) -> AsyncIterator[Installation]:
    """`create`: a master key may be made, on the first start."""
    where = addresses(settings)
    owner = await asyncpg.connect(where.owner)
    try:
        master = await open_master(settings.keys, owner, create=create)
        database = Database(where.app, pools)
        try:
            yield Installation(settings, where.owner, owner, database, master, Registry(database, master))
        finally:
            if ringing := database.doorbell.task:
                await ringing
            await database.close()
    finally:
        await owner.close()
