"""The two demo companies: made on the first start, with a user for each role, and `demo.json` to sign in by script."""

import asyncio
import os
import secrets
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from domain.ids import derived_id, new_id
from domain.schema import REVISIONS, creation
from infra.launch.addresses import addresses
from tenants import accounts, clients
from tenants.access import ROLES
from tenants.keys import open_master
from tenants.migrate import head
from tenants.provision import Script, create_company
from tenants.registry import Company, Registry
from tenants.settings import Settings
from tenants.transaction import Database

COMPANIES = {"acme": "Acme Gifts 礼品批发", "beiguo": "北国粮油 Beiguo Foods"}
SCOPES = ("sales.read", "sales.price", "purchase.read", "purchase.price")


def prepare(settings: Settings) -> None:
    """Does nothing where demo.json is there: it is written last."""
    if not (settings.data / "demo.json").exists():
        asyncio.run(make(settings))


async def make(settings: Settings) -> None:
    where = addresses(settings)
    owner = await asyncpg.connect(where.owner)
    master = await open_master(settings.keys, owner, create=True)
    database = Database(where.app, settings.pools)
    registry = Registry(database, master)
    tenants = []
    for slug, name in COMPANIES.items():
        if not await registry.find(slug=slug):
            await create_company(owner, new_id(), slug, name, Script(creation()), head(REVISIONS), master)
        [company] = await registry.find(slug=slug)
        tenants.append(await people(company))
    await database.close()
    await owner.close()
    write_private(settings.data / "demo.json", {"base_url": settings.public_url, "tenants": tenants})


async def people(company: Company) -> dict[str, Any]:
    """One user for each built-in role, and a partner's client bound to a party that `load` makes."""
    users = []
    for role in sorted(ROLES.keys() - {"partner"}):
        email, password = f"{role}@{company.slug}.example", secrets.token_urlsafe(9)
        try:
            await accounts.create_user(company.database, email, role.title(), password)
        except accounts.AccountError:  # of an earlier start that was cut off
            await accounts.set_password(company.database, email, password)
        await accounts.grant(company, role, email=email)
        users.append({"email": email, "password": password, "role": role})
    party_id = derived_id(company.id, "partner", "Walk-in")
    made = await clients.create_client(company, "Partner", party_id=party_id, scopes=SCOPES)
    client = {"client_id": made.client_id, "client_secret": made.client_secret, "scopes": list(SCOPES)}
    return {"slug": company.slug, "name": company.name, "users": users, "clients": [client]}


def write_private(path: Path, content: Any) -> None:
    """All or nothing, and readable by its owner alone."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    draft.rename(path)
