"""Brings schemas up to date, each in its own transaction, several at once, resumable: what is done is stamped.

It runs the revisions it is handed. Old and new code both run meanwhile, so a revision expands first and contracts in
a later release. A revision's `upgrade(op)` takes Alembic's operations as an argument: the global `alembic.op` cannot
serve several companies at once.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from tenants.registry import is_schema

AT_ONCE = 4  # twice the cores: more wait for each other in the catalog


@dataclass(frozen=True, slots=True)
class Migrated:
    schema: str
    before: str | None
    after: str
    error: str | None = None


def head(scripts: Path) -> str:
    found = ScriptDirectory(str(scripts)).get_current_head()
    if found is None:
        raise ValueError(f"no revisions in {scripts}")
    return found


def migrate(
    owner_url: str, scripts: Path, schemas: Sequence[str], done: Callable[[Migrated], None] = lambda _: None
) -> list[Migrated]:
    """Upgrade each schema to the newest revision. A schema that fails stays as it was and is named in the answer."""
    engine = create_engine(owner_url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    results: list[Migrated] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        waiting = {threads.submit(upgrade, engine.connect, scripts, schema): schema for schema in schemas}
        for future in as_completed(waiting):
            try:
                result = future.result()
            except Exception as error:
                result = Migrated(waiting[future], None, "", error=str(error))
            results.append(result)
            done(result)
    return results


def upgrade(connect: Callable[[], Connection], scripts: Path, schema: str) -> Migrated:
    if schema != "control" and not is_schema(schema):
        raise ValueError(f"not a schema of ours: {schema!r}")
    directory = ScriptDirectory(str(scripts))
    target = head(scripts)
    with connect() as connection, connection.begin():
        connection.execute(text(f"set local search_path to {schema}"))
        connection.execute(text("set local lock_timeout to '2s'"))
        context = MigrationContext.configure(connection, opts={"version_table_schema": schema})
        before = context.get_current_revision()
        for step in reversed(list(directory.iterate_revisions(target, before)) if before != target else []):
            step.module.upgrade(Operations(context))
            connection.execute(text("update alembic_version set version_num = :r"), {"r": step.revision})
        return Migrated(schema, before, target)
