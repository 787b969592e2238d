"""`huotong migrate`, and what `make up` does first: the control schema and every company at the newest revision."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg
import psycopg

import tenants
from domain.schema import REVISIONS
from tenants.migrate import Migrated, head, migrate
from tenants.provision import create_control

CONTROL_REVISIONS = Path(tenants.__file__).with_name("migrations")
FIRST = "0001"
SCHEMAS = "select schema from control.company order by slug"
STAMPED = "select to_regclass('control.alembic_version') is not null"
STAMP = "create table control.alembic_version (version_num varchar(32) primary key)"


def upgrade_all(
    owner_url: str,
    begun: Callable[[int], None] = lambda _: None,
    done: Callable[[Migrated], None] = lambda _: None,
    revisions: Path = REVISIONS,
    control_revisions: Path = CONTROL_REVISIONS,
) -> Sequence[Migrated]:
    """Control first, since the rest of the code reads it; it is made where it is missing. `begun` is told how many
    schemas there are. Where control fails the companies are left as they are."""
    asyncio.run(make_control(owner_url, head(control_revisions)))
    with psycopg.connect(owner_url) as connection:
        schemas = [row[0] for row in connection.execute(SCHEMAS)]
    begun(1 + len(schemas))
    [control] = migrate(owner_url, control_revisions, ["control"], done)
    if control.error:
        return [control]
    return [control, *migrate(owner_url, revisions, schemas, done)]


async def make_control(owner_url: str, revision: str) -> None:
    """The control schema, stamped. One that has no stamp was made before there was a second revision."""
    owner = await asyncpg.connect(owner_url)
    try:
        async with owner.transaction():
            if not await owner.fetchval("select 1 from pg_namespace where nspname = 'control'"):
                await create_control(owner)
            else:
                revision = FIRST
            if not await owner.fetchval(STAMPED):
                await owner.execute(STAMP)
                await owner.execute("insert into control.alembic_version values ($1)", revision)
    finally:
        await owner.close()
