"""The database itself refuses one company's data to another, and history to everybody."""

import asyncpg
import pytest

import domain.schema  # noqa: F401  (declares every table)
from domain.base import metadata
from tenants.registry import Company
from tenants.transaction import control_transaction, read_transaction, write_transaction
from tests.companies import Instance

TABLES = sorted(metadata.tables)
DENIED = asyncpg.InsufficientPrivilegeError
APPEND_ONLY = ("stock_move", "stock_document", "command_log", "revaluation", "stock_count_line", "seal")


@pytest.fixture
async def two(instance: Instance) -> tuple[Company, Company]:
    return await instance.company(), await instance.company()


@pytest.mark.parametrize("table", TABLES)
async def test_no_company_reads_or_writes_a_table_of_another(two: tuple[Company, Company], table: str) -> None:
    mine, other = two
    column = next(iter(metadata.tables[table].columns)).name
    for statement in (
        f"select {column} from {other.schema}.{table}",
        f"delete from {other.schema}.{table}",
        f"insert into {other.schema}.{table} default values",
        f"truncate {other.schema}.{table}",
    ):
        with pytest.raises(DENIED):
            async with write_transaction(mine) as door:
                await door.raw.execute(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_history_is_neither_changed_nor_deleted(company: Company, table: str) -> None:
    column = next(iter(metadata.tables[table].columns)).name
    for statement in (f"update {table} set {column} = {column}", f"delete from {table}", f"truncate {table}"):
        with pytest.raises(DENIED):
            async with write_transaction(company) as door:
                await door.raw.execute(statement)


async def test_a_company_makes_and_drops_nothing(company: Company) -> None:
    for statement in ("create table mine (id int)", "drop table product", "alter table product add column x int"):
        with pytest.raises(DENIED):
            async with write_transaction(company) as door:
                await door.raw.execute(statement)


async def test_a_reader_does_not_write(company: Company) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with read_transaction(company) as door:
            await door.raw.execute("update setting set access_epoch = 2")


async def test_a_company_sees_nothing_of_the_control_schema_nor_control_of_a_company(
    instance: Instance, company: Company
) -> None:
    with pytest.raises(DENIED):
        async with write_transaction(company) as door:
            await door.raw.fetch("select id from control.company")
    with pytest.raises(DENIED):
        async with control_transaction(instance.database) as door:
            await door.raw.fetch(f"select id from {company.schema}.product")


async def test_the_login_role_alone_may_nothing(instance: Instance, company: Company) -> None:
    connection = await asyncpg.connect(instance.server.app_url)
    try:
        for statement in (f"select id from {company.schema}.product", "select id from control.company"):
            with pytest.raises(DENIED):
                await connection.fetch(statement)
        assert await connection.fetchval("show search_path") in ("", '""')
    finally:
        await connection.close()
