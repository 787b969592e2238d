"""Makes a company: role, schema, tables, grants, keys and its row in the registry, in one transaction."""

import secrets
from typing import LiteralString, NewType
from uuid import UUID

import asyncpg
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from tenants.keys import MasterKey, create_keys
from tenants.tables import metadata

Script = NewType("Script", str)  # DDL rendered from declarations, with {role} where the company's role is named

CONTROL_ROLE: LiteralString = "huotong_control"
APP_ROLE: LiteralString = "huotong_app"


async def create_control(owner: asyncpg.Connection) -> None:
    """The control schema with its role, on an empty database."""
    made = dialect()
    async with owner.transaction():
        await create_role(owner, CONTROL_ROLE)
        await owner.execute(f"create schema control; grant usage on schema control to {CONTROL_ROLE}")
        for table in metadata.sorted_tables:
            await owner.execute(str(CreateTable(table).compile(dialect=made)))
            for index in table.indexes:
                await owner.execute(str(CreateIndex(index).compile(dialect=made)))
            await owner.execute(f"grant select, insert, update, delete on control.{table.name} to {CONTROL_ROLE}")


async def create_role(owner: asyncpg.Connection, role: str) -> None:
    """A role that nobody logs in as: the app sets it for one transaction."""
    if not await owner.fetchval("select 1 from pg_roles where rolname = $1", role):
        await owner.execute(f"create role {role} nologin")
    await owner.execute(f"grant {role} to {APP_ROLE} with inherit false, set true")


async def create_company(
    owner: asyncpg.Connection, company_id: UUID, slug: str, name: str, script: Script, revision: str, master: MasterKey
) -> str:
    """Returns the name of the new schema. All or nothing: a failure leaves no role, schema, key or row behind."""
    schema = f"t_{secrets.token_hex(8)}"
    async with owner.transaction():
        await create_role(owner, schema)
        await owner.execute(f"create schema {schema}; grant usage on schema {schema} to {schema}")
        await owner.execute(f"set local search_path to {schema}")
        await owner.execute(script.replace("{role}", schema))
        await owner.execute("create table alembic_version (version_num varchar(32) primary key)")
        await owner.execute("insert into alembic_version values ($1)", revision)
        await owner.execute("set local search_path to control")
        await owner.execute(
            "insert into company (id, slug, name, schema) values ($1, $2, $3, $4)", company_id, slug, name, schema
        )
        await create_keys(owner, company_id, master)
    return schema
