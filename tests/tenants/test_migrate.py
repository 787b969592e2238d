"""A schema that was provisioned is what the declarations say; one that lags behind is brought up and stamped."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import domain.schema
from domain.base import metadata
from tenants.migrate import head, migrate
from tests.companies import Instance

SCRIPTS = domain.schema.REVISIONS


def differences(instance: Instance, schema: str) -> list[object]:
    engine = sa.create_engine(instance.server.owner_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        connection.execute(sa.text(f"set search_path to {schema}"))
        connection.dialect.default_schema_name = schema
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, metadata)
    engine.dispose()
    return [one for one in found if not (one[0] == "remove_table" and one[1].name == "alembic_version")]


async def test_a_provisioned_schema_is_what_is_declared(instance: Instance) -> None:
    company = await instance.company()
    assert differences(instance, company.schema) == []


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The real revisions and one more, which only this test knows."""
    versions = tmp_path / "versions"
    versions.mkdir()
    for script in (SCRIPTS / "versions").glob("*.py"):
        (versions / script.name).write_text(script.read_text())
    newest = head(SCRIPTS)
    (versions / "9999_colour.py").write_text(
        f'''"""A colour."""
import sqlalchemy as sa
revision = "9999"
down_revision = "{newest}"
def upgrade(op) -> None:
    op.add_column("product", sa.Column("colour", sa.Text))
'''
    )
    return tmp_path


async def test_companies_are_migrated_one_by_one_and_once(instance: Instance, scripts: Path) -> None:
    companies = [await instance.company() for _ in range(3)]
    schemas = [company.schema for company in companies]
    broken = companies[1].schema
    await instance.owner.execute(f"alter table {broken}.product add column colour integer")

    first = {one.schema: one for one in migrate(instance.server.owner_url, scripts, schemas)}
    assert [bool(first[schema].error) for schema in schemas] == [False, True, False]
    assert "colour" in (first[broken].error or "")

    await instance.owner.execute(f"alter table {broken}.product drop column colour")
    again = {one.schema: one for one in migrate(instance.server.owner_url, scripts, schemas)}
    assert [(again[schema].before, again[schema].after) for schema in schemas] == [
        ("9999", "9999"), (head(SCRIPTS), "9999"), ("9999", "9999"),
    ]  # fmt: skip
    for schema in schemas:
        assert await instance.owner.fetchval(f"select count(colour) from {schema}.product") == 0


async def test_a_company_of_an_older_release_becomes_what_is_declared(instance: Instance) -> None:
    company = await instance.company()
    await instance.owner.execute(
        f"""alter table {company.schema}.product drop column origin;
        alter table {company.schema}.change drop column at;
        alter table {company.schema}.feed_head drop column pruned;
        alter table {company.schema}.setting drop column closed_to;
        drop table {company.schema}.seal, {company.schema}.seal_head;
        drop table {company.schema}.reconciliation_difference, {company.schema}.reconciliation;
        drop table {company.schema}.import_row, {company.schema}.import_step, {company.schema}.import_job;
        drop index {company.schema}.stock_document_partner_id_idx;
        alter table {company.schema}.stock_document drop column reverses_id;
        drop table {company.schema}.job, {company.schema}.stored_chunk, {company.schema}.stored_file;
        drop table {company.schema}.attachment, {company.schema}.waiting_call;
        drop table {company.schema}.stock_transfer_line, {company.schema}.stock_transfer;
        alter table {company.schema}.discrepancy drop constraint discrepancy_kind_check;
        alter table {company.schema}.discrepancy add constraint discrepancy_kind_check check (kind <> 'unpriced');
        update {company.schema}.alembic_version set version_num = '0001'"""
    )
    [migrated] = migrate(instance.server.owner_url, SCRIPTS, [company.schema])
    assert (migrated.before, migrated.after) == ("0001", head(SCRIPTS))
    assert differences(instance, company.schema) == []
    fresh = await instance.company()
    assert await granted(instance, company.schema) == await granted(instance, fresh.schema)
    assert await checks(instance, company.schema) == await checks(instance, fresh.schema)


async def granted(instance: Instance, schema: str) -> list[tuple[str, str]]:
    """What the company's role may do with which table."""
    query = """select table_name, privilege_type from information_schema.role_table_grants
 where grantee = $1 and table_schema = $1 order by 1, 2"""
    return [tuple(row) for row in await instance.owner.fetch(query, schema)]


async def checks(instance: Instance, schema: str) -> list[tuple[str, str]]:
    query = """select conname, pg_get_constraintdef(oid) from pg_constraint
 where connamespace = $1::regnamespace and contype = 'c' order by 1"""
    return [tuple(row) for row in await instance.owner.fetch(query, schema)]
