import asyncpg

from infra.launch.postgres import Server


async def test_each_worker_has_a_database_of_its_own(postgres: Server, worker_id: str) -> None:
    connection = await asyncpg.connect(postgres.owner_url)
    assert await connection.fetchval("select current_database()") == f"test_{worker_id}"
    assert await connection.fetchval("select current_setting('fsync')") == "off"
    await connection.close()
