"""Connections are shared, transactions are not: nothing of one borrower reaches the next."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text

from tenants.registry import Company, Registry
from tenants.settings import Pools
from tenants.transaction import Database, read_transaction, write_transaction
from tests.companies import Instance


@pytest_asyncio.fixture
async def narrow(instance: Instance) -> AsyncIterator[Registry]:
    """An instance with a single connection of each kind, so that every borrower gets the last one's."""
    database = Database(instance.server.app_url, Pools(write=1, share=1, read=1, control=1))
    yield Registry(database, instance.master)
    await database.close()


async def two_of(instance: Instance, narrow: Registry) -> tuple[Company, Company]:
    made = [await narrow.company((await instance.company()).id) for _ in range(2)]
    assert made[0]
    assert made[1]
    return made[0], made[1]


async def schema_of(company: Company) -> tuple[str, str]:
    async with read_transaction(company) as door:
        row = await door.raw.fetchrow("select current_user::text as role, current_schema()::text as schema")
        assert row
        return row["role"], row["schema"]


async def test_turns_of_two_companies_on_one_connection(instance: Instance, narrow: Registry) -> None:
    a, b = await two_of(instance, narrow)
    for _ in range(20):
        for company, seen in zip((a, b), await asyncio.gather(schema_of(a), schema_of(b)), strict=True):
            assert seen == (company.schema, company.schema)


async def test_core_and_plain_statements_share_the_transaction(company: Company) -> None:
    with pytest.raises(ZeroDivisionError):
        async with write_transaction(company) as door:
            await door.sql.execute(text("update setting set access_epoch = 7"))
            assert await door.raw.fetchval("select access_epoch from setting") == 7
            raise ZeroDivisionError
    async with read_transaction(company) as door:
        assert await door.raw.fetchval("select access_epoch from setting") == 1


async def test_an_error_leaves_a_clean_connection(instance: Instance, narrow: Registry) -> None:
    a, b = await two_of(instance, narrow)
    with pytest.raises(asyncpg.PostgresSyntaxError):
        async with write_transaction(a) as door:
            await door.raw.execute("selec")
    async with write_transaction(b) as door:
        assert await door.raw.fetchval("select access_epoch from setting") == 1


async def test_a_cancelled_borrower_leaves_a_clean_connection(instance: Instance, narrow: Registry) -> None:
    a, b = await two_of(instance, narrow)

    async def sleeper() -> None:
        async with write_transaction(a) as door:
            await door.raw.execute("update setting set access_epoch = 9")
            await door.raw.execute("select pg_sleep(60)")

    task = asyncio.create_task(sleeper())
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with write_transaction(b) as door:
        assert await door.raw.fetchval("select access_epoch from setting") == 1
    async with read_transaction(a) as door:
        assert await door.raw.fetchval("select access_epoch from setting") == 1


async def test_a_session_level_setting_is_noticed(
    instance: Instance, narrow: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    """The connection is not used again, and whoever did that is told."""
    a, b = await two_of(instance, narrow)

    async def pid(company: Company) -> int:
        async with write_transaction(company) as door:
            return int(await door.raw.fetchval("select pg_backend_pid()") or 0)

    async with write_transaction(a) as door:
        await door.raw.execute(f"set search_path to {a.schema}")
        spoilt = await door.raw.fetchval("select pg_backend_pid()")
    assert await pid(b) != spoilt
    assert "last borrower" in caplog.text


async def test_a_borrower_cancelled_while_it_opens_leaves_a_clean_connection(
    instance: Instance, narrow: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    a, b = await two_of(instance, narrow)
    for delay in range(30):
        task = asyncio.create_task(schema_of(a))
        for _ in range(delay):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await schema_of(b) == (b.schema, b.schema)
    assert caplog.text == ""


async def test_a_killed_connection_is_replaced(instance: Instance, narrow: Registry) -> None:
    a, b = await two_of(instance, narrow)
    superuser = await asyncpg.connect(instance.server.superuser_url)
    lost = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)  # by when it notices
    with pytest.raises(lost):
        async with write_transaction(a) as door:
            pid = await door.raw.fetchval("select pg_backend_pid()")
            await superuser.execute("select pg_terminate_backend($1)", pid)
            await door.raw.fetchval("select pg_sleep(5)")
    await superuser.close()
    async with write_transaction(b) as door:
        assert await door.raw.fetchval("select access_epoch from setting") == 1


async def test_a_company_is_served_by_few_connections(instance: Instance) -> None:
    database = Database(instance.server.app_url, Pools(write=6, share=2))
    company = await Registry(database, instance.master).company((await instance.company()).id)
    assert company

    async def pid() -> int:
        async with write_transaction(company) as door:
            await asyncio.sleep(0.01)
            return int(await door.raw.fetchval("select pg_backend_pid()") or 0)

    assert len(set(await asyncio.gather(*[pid() for _ in range(20)]))) == 2
    await database.close()


async def test_prepared_statements_stay_within_the_cache(instance: Instance, narrow: Registry) -> None:
    """Two rounds of the same statements prepare nothing anew."""
    a, _ = await two_of(instance, narrow)

    async def round() -> int:
        async with write_transaction(a) as door:
            for n in range(50):
                await door.raw.fetchval(f"select access_epoch + {n} from setting")
            return int(await door.raw.fetchval("select count(*) from pg_prepared_statements") or 0)

    first = await round()
    assert await round() == first


async def test_plans_are_made_anew_while_long_lists_fill_the_tables(narrow: Registry, company: Company) -> None:
    there = await narrow.company(company.id)
    assert there
    asked: list[str] = []
    anew: list[int] = []
    async with write_transaction(there) as door:
        with door.raw.query_logger(lambda record: asked.append(record.query)):
            for n in range(1, 25):
                before = len(asked)
                await door.plan_anew()
                await asyncio.sleep(0)  # then it is logged
                anew += [n] * (len(asked) - before)
    assert anew == [1, 2, 4, 8, 16, 24]
    assert set(asked) == {"discard plans"}
