"""Suspends a company, lets it back in, and erases it.

Erased is what cannot be read again: the schema is dropped and the keys are destroyed, so that what encrypted fields
are left in backups stays closed. The list of the erased lies outside the database, since a restored backup brings a
company back: whoever restores one looks there.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import LiteralString
from uuid import UUID

import asyncpg
import orjson

from tenants.keys import forget_keys
from tenants.registry import Company

ERASED = "erased.jsonl"
STATUS: LiteralString = "update control.company set status = $2 where id = $1"
CLIENTS: LiteralString = """delete from control.client where id in (
 select client_id from control.membership where company_id = $1)"""
ACCOUNTS: LiteralString = """delete from control.account a
where a.id in (select account_id from control.membership where company_id = $1)
 and not exists (select from control.membership m where m.account_id = a.id and m.company_id <> $1)"""
COMPANY: LiteralString = "delete from control.company where id = $1"


async def suspend(owner: asyncpg.Connection, company: Company) -> None:
    """Nobody enters any more, within a minute; its data stays."""
    await owner.execute(STATUS, company.id, "suspended")


async def resume(owner: asyncpg.Connection, company: Company) -> None:
    await owner.execute(STATUS, company.id, "active")


async def erase(owner: asyncpg.Connection, company: Company, data: Path) -> None:
    """Schema, role, keys, clients, and the accounts that no other company knows. Once it is in the list it is to go:
    where this is cut off, it is called again."""
    await suspend(owner, company)
    write_down(data, company)
    async with owner.transaction():
        await owner.execute("set local lock_timeout to '20s'")  # for transactions that were under way
        await owner.execute(f"drop schema {company.schema} cascade")
        await owner.execute(f"drop role {company.schema}")
        await owner.execute(CLIENTS, company.id)
        await owner.execute(ACCOUNTS, company.id)
        await owner.execute(COMPANY, company.id)
        await forget_keys(owner, company.id)


def write_down(data: Path, company: Company) -> None:
    """On disk when this returns. Names nobody: an id and a schema are all that a restore needs."""
    if company.id in set(erased(data)):
        return
    line = orjson.dumps({"id": str(company.id), "schema": company.schema, "at": datetime.now(UTC)})
    with open(os.open(data / ERASED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def erased(data: Path) -> Iterator[UUID]:
    """Companies that must not come back."""
    try:
        lines = (data / ERASED).read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        yield UUID(orjson.loads(line)["id"])
