"""`huotong rotate-keys`: one layer at a time, online, and again from where it was cut off.

Wrapped keys are wrapped anew with the newest master key; that touches no company's data. With `data` each company
also gets a new data key, and all its encrypted fields are encrypted with it.
"""

import asyncio
from collections.abc import Callable

import asyncpg
from sqlalchemy import Table

import domain.schema  # noqa: F401  declares every table
from domain.base import metadata
from infra.installation import Installation
from tenants import keys, signing
from tenants.fields import encrypted_columns
from tenants.keys import FORMAT, HEADER, CompanyKeys
from tenants.registry import Company

AT_ONCE = 500


async def rewrap(here: Installation, done: Callable[[int], None]) -> int:
    """The keys of all companies and the instance, and those that sign tokens."""
    total = await signing.rewrap(here.database, here.master)
    while True:
        async with here.owner.transaction():
            count = await keys.rewrap(here.owner, here.master, AT_ONCE)
        done(count)
        total += count
        if not count:
            return total


async def rotate_data(here: Installation, company: Company, wait: float, done: Callable[[int], None]) -> int:
    """A new data key, unless an earlier rotation is unfinished, and everything encrypted with it.

    Other processes load the new key within `wait` seconds; until then they still write with the old one.
    """
    if not await remaining(here, company):
        async with here.owner.transaction():
            await keys.rotate_data_key(here.owner, company.keys, here.master)
        await asyncio.sleep(wait)
        company = await here.company(company.slug)
    total = 0
    for table in tables():
        total += await encrypt_again(here.owner, company, table, done)
    return total


async def remaining(here: Installation, company: Company) -> int:
    """How many rows hold a value of an older key."""
    total = 0
    async with here.owner.transaction(readonly=True):
        await here.owner.execute(f"set local search_path to {company.schema}")
        for table in tables():
            query = f"select count(*) from {table.name} where {outdated(table)}"
            total += await here.owner.fetchval(query, newest(company.keys)) or 0
    return total


async def encrypt_again(owner: asyncpg.Connection, company: Company, table: Table, done: Callable[[int], None]) -> int:
    names = columns(table)
    listed = ", ".join(names)
    [key] = [column.name for column in table.primary_key.columns]  # a value is bound to its row by it
    select = f"""select {key} as id, {listed} from {table.name} where ({outdated(table)})
 and ($2::uuid is null or {key} > $2) order by {key} limit {AT_ONCE} for no key update"""
    given = ", ".join(f"${place}::bytea[]" for place in range(2, len(names) + 2))
    update = f"""update {table.name} t set {", ".join(f"{name} = n.{name}" for name in names)}
 from unnest($1::uuid[], {given}) as n(id, {listed}) where t.{key} = n.id"""
    total, last = 0, None
    while True:
        async with owner.transaction():
            await owner.execute(f"set local search_path to {company.schema}")
            rows = await owner.fetch(select, newest(company.keys), last)
            if not rows:
                return total
            values = [[again(company.keys, table.name, name, row) for row in rows] for name in names]
            await owner.execute(update, [row["id"] for row in rows], *values)
        last = rows[-1]["id"]
        total += len(rows)
        done(len(rows))


def again(company_keys: CompanyKeys, table: str, name: str, row: asyncpg.Record) -> bytes | None:
    if row[name] is None:
        return None
    return company_keys.encrypt(table, name, row["id"], company_keys.decrypt(table, name, row["id"], row[name]))


def tables() -> list[Table]:
    return list(dict.fromkeys(column.table for column in encrypted_columns(metadata)))  # pyright: ignore[reportReturnType]


def columns(table: Table) -> list[str]:
    return [column.name for column in encrypted_columns(metadata) if column.table is table]


def newest(company_keys: CompanyKeys) -> bytes:
    """How values of the newest key begin."""
    return HEADER.pack(FORMAT, company_keys.version)


def outdated(table: Table) -> str:
    return " or ".join(f"substring({name} from 1 for {HEADER.size}) <> $1" for name in columns(table))
