"""The operator's commands on a real embedded server: companies, people, migrations, the witness, keys."""

import asyncio
import io
import json
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.audit.seal import seal_all
from domain.execute import execute
from domain.files import read_file
from domain.ids import new_id
from domain.schema import REVISIONS
from infra import cli
from infra.installation import opened
from infra.launch import postgres
from infra.launch.binaries import PostgresError
from infra.launch.cluster import Server
from infra.operate.upgrade import CONTROL_REVISIONS, upgrade_all
from tenants.access import Caller
from tenants.fields import index_of
from tenants.keys import add_master, open_master
from tenants.migrate import head
from tenants.registry import Company
from tenants.settings import Settings
from tenants.signing import SigningKeys
from tests.builders import call, make_partner
from tests.companies import caller_of
from tests.conftest import OPTIONS
from workers.checking import check

pytestmark = pytest.mark.server


@dataclass(frozen=True)
class Operator:
    """At a shell, with an installation of their own."""

    server: Server
    data: Path

    def run(self, *arguments: str, typed: str = "", status: int = 0) -> str:
        """What is said, on both outputs. `huotong` itself, in this process: starting it takes longer than its work."""
        out, err = self.call(arguments, typed, status)
        return out + err

    def json(self, *arguments: str, typed: str = "", status: int = 0) -> Any:
        return json.loads(self.call([*arguments, "--json"], typed, status)[0])

    def call(self, arguments: Sequence[str], typed: str, status: int) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv("HUOTONG_DATA", str(self.data))
            patch.setenv("COLUMNS", "200")
            patch.setattr(sys, "argv", ["huotong", *arguments])
            patch.setattr(sys, "stdin", io.StringIO(typed))
            with pytest.raises(SystemExit) as ended:
                cli.main()
        assert (ended.value.code or 0) == status, out.getvalue() + err.getvalue()
        return out.getvalue(), err.getvalue()

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.owner_url) as connection:
            cursor = connection.execute(query, values)  # pyright: ignore[reportArgumentType]
            return cursor.fetchall() if cursor.description else []

    @property
    def settings(self) -> Settings:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HUOTONG_DATA", str(self.data))
            return Settings.from_environment()


def owner_of(company: Company) -> Caller:
    """Whatever was granted meanwhile."""
    return replace(caller_of(company), epoch=0)


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    data = Path(tempfile.mkdtemp(prefix="huotong-operator-"))
    server = postgres.start(data, options=OPTIONS)
    try:
        upgrade_all(server.owner_url)
        with psycopg.connect(server.owner_url) as connection:
            assert connection.execute("select version_num from control.alembic_version").fetchall() == [
                (head(CONTROL_REVISIONS),)
            ]

        async def first_key() -> None:
            import asyncpg

            owner = await asyncpg.connect(server.owner_url)
            await open_master(f"file:{data / 'master.key'}", owner, create=True)
            await owner.close()

        asyncio.run(first_key())
        yield Operator(server, data)
    finally:
        with suppress(PostgresError):
            postgres.stop(data)
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="module")
def slug(operator: Operator) -> str:
    operator.run("tenants", "create", "north", "北方贸易")
    return "north"


def test_a_company_is_made_listed_suspended_and_let_back_in(operator: Operator) -> None:
    made = operator.json("tenants", "create", "tea-1", "茶叶")
    assert made["status"] == "active"
    [revision] = operator.sql(f"select version_num from {made['schema']}.alembic_version")
    assert operator.sql("select count(*) from control.company_key where company_id = %s", made["id"]) == [(2,)]

    again = operator.run("tenants", "create", "tea-1", "Tea", status=1)
    assert "already" in again
    assert "short name" in operator.run("tenants", "create", "Tea 1", "Tea", status=1)

    operator.run("tenants", "suspend", "tea-1")
    assert {one["slug"]: one["status"] for one in operator.json("tenants", "list")}["tea-1"] == "suspended"
    operator.run("tenants", "resume", "tea-1")
    assert "茶叶" in operator.run("tenants", "list")
    assert "no company 'nowhere'" in operator.run("tenants", "suspend", "nowhere", status=1)
    assert revision


def test_an_erased_company_leaves_nothing_but_its_id_in_a_list(operator: Operator) -> None:
    made = operator.json("tenants", "create", "gone", "Gone")
    for email, companies in (("only@gone.example", ["gone"]), ("both@gone.example", ["gone", "staying"])):
        if "staying" in companies:
            operator.run("tenants", "create", "staying", "Staying")
        operator.run("users", "create", email, "--name", "Someone")
        for one in companies:
            operator.run("users", "grant", email, "--role", "owner", "--company", one)
    operator.run("clients", "create", "Till", "--company", "gone", "--role", "sales")

    assert "another name" in operator.run("tenants", "erase", "gone", typed="gnoe\n", status=1)
    assert "gone" in {one["slug"] for one in operator.json("tenants", "list")}
    operator.run("tenants", "erase", "gone", typed="gone\n")

    assert "gone" not in {one["slug"] for one in operator.json("tenants", "list")}
    schema, id = made["schema"], made["id"]
    assert operator.sql("select from pg_namespace where nspname = %s", schema) == []
    assert operator.sql("select from pg_roles where rolname = %s", schema) == []
    assert operator.sql("select from control.company_key where company_id = %s", id) == []
    assert operator.json("clients", "list") == []
    assert {one["email"] for one in operator.json("users", "list")} & {"only@gone.example", "both@gone.example"} == {
        "both@gone.example"
    }
    erased = operator.data / "erased.jsonl"
    [line] = [json.loads(line) for line in erased.read_text().splitlines()]
    assert (line["id"], line["schema"]) == (id, schema)
    assert stat.S_IMODE(erased.stat().st_mode) == 0o600
    assert "no company" in operator.run("tenants", "erase", "gone", "--confirm", "gone", status=1)


def test_people_are_let_in_and_out(operator: Operator, slug: str) -> None:
    made = operator.json("users", "create", "li@north.example", "--name", "李", "--company", slug, "--role", "buyer")
    assert len(made["password"]) >= 12
    assert "password" not in operator.json(
        "users", "create", "wang@north.example", "--name", "王", "--password-stdin", typed="correct horse\n"
    )
    assert "already" in operator.run("users", "create", "LI@north.example", "--name", "Li", status=1)
    assert "not an e-mail address" in operator.run("users", "create", "li", "--name", "Li", status=1)
    assert "not one of" in operator.run(
        "users", "create", "x@north.example", "--name", "X", "--company", slug, "--role", "king", status=1
    )
    assert "x@north.example" not in operator.run("users", "list")

    operator.run("users", "grant", "li@north.example", "--role", "keeper", "--company", slug)
    [li] = [one for one in operator.json("users", "list", "--company", slug) if one["email"] == "li@north.example"]
    assert li["roles"] == ["buyer", "keeper"]
    assert "no warehouse" in operator.run(
        "users", "grant", "li@north.example", "--role", "keeper", "--company", slug, "--warehouse", "ATTIC", status=1
    )
    operator.run("users", "revoke", "li@north.example", "--role", "buyer", "--company", slug)
    operator.run("users", "revoke", "li@north.example", "--company", slug)
    assert "no such role" in operator.run("users", "revoke", "li@north.example", "--company", slug, status=1)
    assert operator.json("users", "list", "--company", slug) == []

    assert operator.json("users", "password", "li@north.example")["password"] != made["password"]
    operator.run("users", "disable", "li@north.example")
    statuses = {one["email"]: one["status"] for one in operator.json("users", "list")}
    assert statuses["li@north.example"] == "disabled"
    operator.run("users", "disable", "li@north.example", "--enable")
    assert "has no account" in operator.run("users", "disable", "nobody@north.example", status=1)


def test_clients_stand_for_a_partner(operator: Operator, slug: str) -> None:
    async def partner() -> UUID:
        async with opened(operator.settings) as here:
            return await make_partner(owner_of(await here.company(slug)), code="C-7", name="七号超市")

    party_id = asyncio.run(partner())
    assert "no partner with the code" in operator.run(
        "clients", "create", "Shop", "--company", slug, "--party", "C-8", status=1
    )
    assert "needs the party" in operator.run("clients", "create", "Shop", "--company", slug, status=1)
    made = operator.json("clients", "create", "Shop", "--company", slug, "--party", "C-7", "--scope", "sales.read")
    [listed] = operator.json("clients", "list", "--company", slug)
    assert (listed["client_id"], listed["scopes"], listed["roles"], listed["party_id"]) == (
        made["client_id"], ["sales.read"], ["partner"], str(party_id),
    )  # fmt: skip
    renewed = operator.json("clients", "renew-secret", made["client_id"])
    assert renewed["client_secret"] != made["client_secret"]
    operator.run("clients", "disable", made["client_id"])
    assert operator.json("clients", "list", "--company", slug)[0]["status"] == "disabled"
    assert "not known" in operator.run("clients", "disable", "c-nobody", status=1)


def test_migrate_brings_up_what_lags_behind_and_names_what_fails(operator: Operator, slug: str, tmp_path: Path) -> None:
    assert {one["after"] for one in operator.json("migrate")} == {head(REVISIONS), head(CONTROL_REVISIONS)}
    assert "0 of" in operator.run("migrate")

    versions = tmp_path / "versions"
    versions.mkdir()
    for script in (REVISIONS / "versions").glob("*.py"):
        (versions / script.name).write_text(script.read_text())
    (versions / "9999_mark.py").write_text(
        f'revision = "9999"\ndown_revision = "{head(REVISIONS)}"\n'
        'def upgrade(op):\n    op.execute("create table mark (id int primary key)")\n'
    )
    [(broken,)] = operator.sql("select schema from control.company where slug = %s", slug)
    operator.sql(f"create table {broken}.mark (id int primary key)")
    first = {one.schema: one for one in upgrade_all(operator.server.owner_url, revisions=tmp_path)}
    assert [schema for schema, one in first.items() if one.error] == [broken]
    operator.sql(f"drop table {broken}.mark")
    again = upgrade_all(operator.server.owner_url, revisions=tmp_path)
    assert [one.schema for one in again if one.before != one.after] == [broken]

    for one in again:  # back, for the tests that follow
        if one.schema != "control":
            operator.sql(f"drop table {one.schema}.mark")
            operator.sql(f"update {one.schema}.alembic_version set version_num = %s", head(REVISIONS))

    [(_, other)] = operator.sql("select 1, schema from control.company where slug <> %s limit 1", slug)
    operator.sql(f"update {other}.alembic_version set version_num = 'lost'")
    failed = operator.run("migrate", status=1)
    assert "1 failed" in failed
    operator.sql(f"update {other}.alembic_version set version_num = %s", head(REVISIONS))


def test_reconcile_says_what_differs(operator: Operator, slug: str) -> None:
    [report] = operator.json("reconcile", "--company", slug)
    assert report["clean"]
    [(schema,)] = operator.sql("select schema from control.company where slug = %s", slug)
    product, place = UUID(int=41), UUID(int=42)
    operator.sql(f"insert into {schema}.warehouse (id, code, name) values ('{place}', 'W', 'W')")
    operator.sql(
        f"insert into {schema}.location (id, warehouse_id, kind, code, name)"
        f" values ('{place}', '{place}', 'storage', 'W', 'W')"
    )
    operator.sql(f"insert into {schema}.unit (id, name, decimals) values ('{place}', 'u', 0)")
    operator.sql(f"insert into {schema}.product (id, sku, name, unit_id) values ('{product}', 's', 's', '{place}')")
    operator.sql(
        f"insert into {schema}.stock_balance (product_id, lot_id, owner_id, location_id, on_hand)"
        f" values ('{product}', '{UUID(int=0)}', '{UUID(int=0)}', '{place}', 3)"
    )
    [report] = operator.json("reconcile", "--company", slug, status=1)
    assert report["counts"]["balance"] == 1
    assert report["differences"][0]["key"].startswith(str(product))
    shown = operator.run("reconcile", status=1)
    assert "2 differences" in shown
    assert str(product)[:20] in shown
    operator.sql(f"delete from {schema}.stock_balance")
    assert "no differences" in operator.run("reconcile")


def test_the_log_is_verified_against_a_certificate_and_redacted(operator: Operator, slug: str, tmp_path: Path) -> None:
    async def checked() -> tuple[bytes, UUID]:
        async with opened(operator.settings) as here:
            company = await here.company(slug)
            await make_partner(replace(caller_of(company), epoch=0))  # rights of it were changed by others
            keys = await SigningKeys.open(here.database, here.master)
            found = await check(company, new_id(), UUID(int=0), keys)
            content = [chunk async for chunk in read_file(company, UUID(str(found["file_id"])))]
            return b"".join(content), company.id

    content, id = asyncio.run(checked())
    file = tmp_path / "certificate.json"
    file.write_bytes(content)
    answer = operator.json("verify-certificate", str(file))
    assert answer["certificate"]["company"]["id"] == str(id)
    assert "no differences" in operator.run("verify-certificate", str(file))
    file.write_bytes(content.replace(b"true", b"false"))
    assert "not as it was signed" in operator.run("verify-certificate", str(file), status=1)
    file.write_bytes(content)

    verify = ("verify-log", "--company", slug, "--bodies", "--certificate", str(file))
    [verdict] = operator.json(*verify)
    assert verdict["clean"]
    assert (verdict["anchors"], verdict["bodies"]) == (2, verdict["rows"])
    [(schema,)] = operator.sql("select schema from control.company where slug = %s", slug)
    [(call_id,)] = operator.sql(f"select id from {schema}.seal where n = 1")
    assert "1 calls were erased" in operator.run("redact", str(call_id), "--company", slug)
    assert operator.json("redact", str(UUID(int=1)), "--company", slug) == {"redacted": 0}
    assert f"row 1 was erased: masterdata.save_partners {call_id}" in operator.run(*verify, status=1)  # not sealed yet

    async def seal() -> None:
        async with opened(operator.settings) as here:
            await seal_all(await here.company(slug))

    asyncio.run(seal())
    assert "as they were sealed, 2 certificates agree" in operator.run(*verify)
    operator.sql(f"delete from {schema}.seal where n > 1")
    assert "was removed" in operator.run(*verify, status=1)


def test_keys_are_rotated_layer_by_layer(operator: Operator, slug: str) -> None:
    async def phone_of(partner_id: UUID) -> tuple[int, str, bytes | None, bytes | None]:
        from domain.masterdata.tables import partner
        from tenants.transaction import read_transaction

        async with opened(operator.settings) as here:
            company = await here.company(slug)
            query = "select phone, phone_index from partner where id = $1"
            async with read_transaction(company) as door:
                row = await door.raw.fetchrow(query, partner_id)
            assert row
            plain = company.keys.decrypt_text("partner", "phone", partner_id, row["phone"])
            wanted = index_of(company.keys, partner, "phone_index", "13800138000")
            return int.from_bytes(row["phone"][1:5]), plain, row["phone_index"], wanted

    once = call("masterdata.save_partners", {"records": [{"id": str(UUID(int=77)), "code": "P", "name": "P",
                                                          "is_customer": True, "phone": "138 0013 8000"}]})  # fmt: skip

    async def say_it() -> str:
        async with opened(operator.settings) as here:
            outcome = await execute(once, owner_of(await here.company(slug)))
            return outcome.status

    assert asyncio.run(say_it()) == "accepted"
    partner_id = UUID(int=77)
    version, plain, found, wanted = asyncio.run(phone_of(partner_id))
    assert (version, plain, found) == (1, "138 0013 8000", wanted)

    add_master(operator.data / "master.key")
    [(before,)] = operator.sql("select count(distinct master) from control.company_key")
    answer = operator.json("rotate-keys")
    assert before == 1
    assert answer["wrapped"] >= 2
    newest = operator.sql("select distinct master from control.company_key")
    old = (operator.data / "master.key").read_text().splitlines()
    (operator.data / "master.key").write_text(old[0] + "\n")  # the old one may leave now
    assert len(newest) == 1

    [(schema,)] = operator.sql("select schema from control.company where slug = %s", slug)
    answer = operator.json("rotate-keys", "--data", "--company", slug, "--wait", "0")
    assert answer["rows"] >= 2
    version, plain, found, wanted = asyncio.run(phone_of(partner_id))
    assert (version, plain, found) == (2, "138 0013 8000", wanted)
    left = f"select count(*) from {schema}.command_log where substring(body from 1 for 5) <> '\\x0100000002'"
    assert operator.sql(left) == [(0,)]
    assert asyncio.run(say_it()) == "accepted"  # a repeat still gets its first answer


def test_a_lost_master_key_is_said_and_nothing_is_made_in_its_place(operator: Operator, slug: str) -> None:
    key = operator.data / "master.key"
    key.rename(operator.data / "away")
    try:
        said = operator.run("tenants", "list", status=1)
        assert "master key" in said
        assert "put the file back" in said
        assert not key.exists()
    finally:
        (operator.data / "away").rename(key)


def test_jobs_are_listed_retried_and_cancelled(operator: Operator, slug: str) -> None:
    [(schema,)] = operator.sql("select schema from control.company where slug = %s", slug)
    ids = ["01a20000-0000-7000-8000-000000000001", "01a20000-0000-7000-8000-000000000002"]
    for id, status in zip(ids, ("quarantined", "done"), strict=True):
        operator.sql(
            f"""insert into {schema}.job (id, kind, label, status, actor_id, actor_name, priority, body, code)
 values (%s, 'export', 'products', %s, gen_random_uuid(), 'Li', 5, '{{}}', 'worker_died')""",
            id,
            status,
        )
    found = operator.json("jobs", "list", "--company", slug, "--status", "quarantined")
    assert [(one["company"], one["id"], one["code"]) for one in found] == [(slug, ids[0], "worker_died")]
    assert {one["id"] for one in operator.json("jobs", "list")} >= set(ids)
    assert operator.json("jobs", "retry", ids[0], "--company", slug)["job_status"] == "queued"
    assert operator.json("jobs", "cancel", ids[0], "--company", slug)["job_status"] == "cancelled"
    why = operator.run("jobs", "cancel", ids[1], "--company", slug, status=1)
    assert "job_status status=done" in why


def test_control_of_an_older_release_becomes_what_is_declared(operator: Operator) -> None:
    def shape() -> list[tuple[Any, ...]]:
        return operator.sql(
            """select c.table_name, c.column_name, c.data_type, c.is_nullable, c.column_default,
 array(select privilege_type::text from information_schema.role_table_grants g
  where g.grantee = 'huotong_control' and g.table_schema = 'control' and g.table_name = c.table_name order by 1),
 array(select indexdef from pg_indexes i where i.schemaname = 'control' and i.tablename = c.table_name order by 1)
from information_schema.columns c where c.table_schema = 'control' order by 1, 2"""
        )

    declared = shape()
    operator.sql("drop table control.queue, control.turn, control.event_attempt, control.schedule")
    operator.sql("update control.alembic_version set version_num = '0002'")
    upgrade_all(operator.server.owner_url)
    assert shape() == declared
