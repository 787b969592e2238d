"""An export as a job of its own process: what is asked for is what is in the file, with the rights of that moment."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
from python_calamine import CalamineWorkbook

from domain.files import StoredFile, file_of, read_file
from domain.ids import new_id
from tenants.access import Caller
from tenants.people import members
from tenants.registry import Company
from tests.api.filling import fill
from tests.builders import act, refuse
from tests.companies import Instance
from tests.workers.beginning import Yard
from workers.exports import run
from workers.outbox import hand_over

ROWS = 2_345
PATIENCE = 60.0  # seconds: the process begins, and makes its schema with the first export


@pytest.fixture
async def full(instance: Instance, company: Company) -> Company:
    await fill(instance.owner, company.schema, ROWS)
    return company


async def begin(yard: Yard, caller: Caller, **asked: Any) -> UUID:
    id = new_id()
    await act(caller, "exports.export_list", job_id=id, **asked)
    await hand_over(caller.company, yard.works.hands)
    return id


async def made(yard: Yard, company: Company, id: UUID) -> tuple[dict[str, Any], StoredFile, bytes]:
    """What the job tells, and the file."""
    done = await yard.is_now(company, id, "done", PATIENCE)
    result = orjson.loads(done["result"])
    file = await file_of(company, UUID(result["file_id"]))
    assert file
    content = b"".join([chunk async for chunk in read_file(company, file.id)])
    assert (file.size, result["size"], done["done"], done["total"]) == (
        len(content),
        len(content),
        *[result["rows"]] * 2,
    )
    return result, file, content


async def test_both_formats_hold_the_whole_list(yard: Yard, full: Company, worker: object, tmp_path: Path) -> None:
    owner = await yard.member(full)
    asked = {
        "list": "products",
        "columns": ["sku", "price", "unit.name", "barcodes.code"],
        "order": ["SKU_ASC"],
        "language": "en",
    }
    table, book = [await begin(yard, owner, **asked, format=format) for format in ("csv", "xlsx")]
    result, file, content = await made(yard, full, table)
    head, *rows = csv.reader(io.StringIO(content.decode().removeprefix("\ufeff"), newline=""))
    assert head == ["SKU", "Price", "Unit", "Barcodes"]
    assert (len(rows), result["rows"], result["unreadable"]) == (ROWS, ROWS, 0)
    assert rows == sorted(rows)
    assert rows[0] == ["SKU-1", "11", "unit 1", "6900000000001"]
    assert file.name.startswith("Products-")
    assert (file.purpose, file.permission, file.actor_id) == ("export", "", owner.actor_id)
    assert file.expires_at
    assert timedelta(days=6) < file.expires_at - datetime.now(UTC) < timedelta(days=8)
    result, file, content = await made(yard, full, book)
    (tmp_path / "list.xlsx").write_bytes(content)
    head, *cells = CalamineWorkbook.from_path(str(tmp_path / "list.xlsx")).get_sheet_by_name("Products").to_python()
    assert cells == [[sku, float(price), unit, code] for sku, price, unit, code in rows]
    assert (result["rows"], result["shortened"]) == (ROWS, 0)


async def test_the_log_names_who_did_what(yard: Yard, full: Company, worker: object) -> None:
    owner = await yard.member(full)
    await begin(yard, owner, list="partners", columns=["code"], format="csv")  # a call that the log has
    ids = await begin(yard, owner, list="logEntries", format="csv", keys=True)
    names = await begin(yard, owner, list="logEntries", format="csv", language="en")
    _, _, content = await made(yard, full, ids)
    head, *rows = csv.reader(io.StringIO(content.decode().removeprefix("\ufeff"), newline=""))
    actors = {row[head.index("actorId")] for row in rows}
    assert str(owner.actor_id) in actors
    _, _, content = await made(yard, full, names)
    head, *rows = csv.reader(io.StringIO(content.decode().removeprefix("\ufeff"), newline=""))
    people = {row[head.index("Person")] for row in rows}
    assert str(owner.actor_id) not in people
    assert {one.name for one in await members(full) if one.id == owner.actor_id} <= people


async def test_rights_are_those_of_the_moment_it_runs(yard: Yard, full: Company, instance: Instance) -> None:
    """He might still export when he asked."""
    caller = await yard.member(full)
    id = await begin(yard, caller, list="products")
    await instance.owner.execute(
        """update control.binding b set role = 'buyer' from control.membership m
 where m.id = b.membership_id and m.client_id = $1""",
        caller.actor_id,
    )
    worker = yard.worker()
    try:
        failed = await yard.is_now(full, id, "failed")
    finally:
        worker.kill()
        worker.wait()
    assert (failed["code"], orjson.loads(failed["details"])) == ("forbidden", {"permission": "export.run"})


async def test_a_token_without_cost_exports_none(yard: Yard, full: Company, worker: object) -> None:
    owner = await yard.member(full)
    assert owner.token
    narrow = replace(owner, token=replace(owner.token, scope=owner.permissions - {"product.cost", "stock.value"}))
    cost = await begin(yard, narrow, list="products", columns=["sku", "referenceCost"])
    usual = await begin(yard, narrow, list="products", format="csv", keys=True)
    failed = await yard.is_now(full, cost, "failed")
    assert (failed["code"], orjson.loads(failed["details"])) == ("unknown_column", {"column": "referenceCost"})
    _, _, content = await made(yard, full, usual)
    head = content.decode().removeprefix("\ufeff").splitlines()[0].split(",")
    assert {"sku", "price", "onHand"} <= {*head}
    assert {"referenceCost", "averageCost", "stockValue"}.isdisjoint(head)


async def test_a_kill_in_the_middle_is_made_up_for(yard: Yard, full: Company, instance: Instance) -> None:
    """The list is locked while the first worker asks for it, so that it dies with nothing done."""
    owner = await yard.member(full)
    blocker = await asyncpg.connect(instance.server.owner_url)
    transaction = blocker.transaction()
    await transaction.start()
    await blocker.execute(f"lock table {full.schema}.product in access exclusive mode")
    first = yard.worker()
    id = await begin(yard, owner, list="products", columns=["sku"], order=["SKU_ASC"], format="csv", keys=True)
    await yard.is_now(full, id, "running")
    first.kill()
    first.wait()
    await transaction.rollback()
    await blocker.close()
    second = yard.worker()
    try:
        _, _, content = await made(yard, full, id)
    finally:
        second.kill()
        second.wait()
    head, *skus = content.decode().removeprefix("\ufeff").split()
    assert (head, len(skus), skus) == ("sku", ROWS, sorted(skus))


async def test_what_is_not_his_to_ask_for(yard: Yard, full: Company) -> None:
    owner = await yard.member(full)
    blind = replace(owner, permissions=owner.permissions - {"product.read"})
    refused = await refuse(blind, "exports.export_list", job_id=new_id(), list="products")
    assert (refused.code, refused.field, refused.data) == ("forbidden", "list", {"permission": "product.read"})
    refused = await refuse(owner, "exports.export_list", job_id=new_id(), list="secrets")
    assert (refused.code, refused.data) == ("unknown_list", {"list": "secrets"})


async def test_what_cannot_be_made_says_why(yard: Yard, full: Company, worker: object) -> None:
    owner = await yard.member(full)
    id = await begin(yard, owner, list="products", columns=["sku"], filter='{"nothing": 1}')
    failed = await yard.is_now(full, id, "failed")
    assert failed["code"] == "filter_unreadable"
    assert "nothing" in orjson.loads(failed["details"])["reason"]


def test_scratch_is_gone_afterwards_and_after_a_kill(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"{run.SCRATCH}mine").mkdir()
    (tmp_path / f"{run.SCRATCH}mine" / "left").touch()
    with run.scratch("mine") as folder:
        assert not list(folder.iterdir())
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "new").touch()
    assert not folder.exists()
