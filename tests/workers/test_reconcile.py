"""Drift of every kind is found, its first cause is named, and it is repaired on a person's word alone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.audit.causes import Difference
from domain.execute import execute
from domain.ids import new_id
from domain.inventory.places import CUSTOMER
from tenants.settings import Pools
from tenants.signing import SigningKeys
from tenants.transaction import Database, read_transaction
from tests.builders import call
from tests.companies import Instance
from tests.domain.scene import Scene, scene
from tests.yard import Rows, Yard, yard
from workers.certificate import BadCertificate, read
from workers.checking import check
from workers.reconcile import MOMENT, ONE_MOMENT, STATEMENTS, Report, asked, help_out, reconcile

__all__ = ["scene", "yard"]

As = Callable[..., Awaitable[None]]


@pytest.fixture
def as_owner(instance: Instance, yard: Yard) -> As:
    """Past every door, in one transaction."""

    async def act(statement: str, *values: object) -> None:
        async with instance.owner.transaction():
            await instance.owner.execute(f"set local search_path to {yard.company.schema}")
            await instance.owner.execute(statement, *values)

    return act


@pytest.fixture
async def keys(instance: Instance) -> SigningKeys:
    return await SigningKeys.open(instance.database, instance.master)


async def repair(yard: Yard, check_id: UUID, differences: list[Difference]) -> None:
    for one in differences:
        body = {"reconciliation_id": str(check_id), "check": one.check, "keys": [one.key]}
        outcome = await execute(call("reconciliation.repair_stock", body), yard.owner)
        assert outcome.status == "accepted", outcome


DRIFT = {  # what somebody does past the commands → check and columns that differ then
    "on hand": (
        "update stock_balance set on_hand = on_hand + 7 where product_id = $1 and location_id = $2",
        {("balance", "on_hand")},
    ),
    "second quantity": (
        "update stock_balance set quantity2 = 3 where product_id = $1 and location_id = $2", {("balance", "quantity2")},
    ),
    "reserved": (
        "update stock_balance set reserved = reserved + 1 where product_id = $1 and location_id = $2",
        {("reserved", "reserved")},
    ),
    "pool": (
        """update cost_pool set quantity = quantity + 1, value = value + 5 where product_id = $1
 and $2::uuid is not null""",
        {("pool", "quantity"), ("pool", "value")},
    ),
    "value": (
        "update cost_pool set value = value + 0.01 where product_id = $1 and $2::uuid is not null", {("pool", "value")},
    ),
    "shipped": (
        """update sales_order_line set shipped = shipped + 1
 where product_id = $1 and $2::uuid is not null and shipped > 0""",
        {("shipped", "shipped")},
    ),
    "shipped value": (
        """update sales_order_line set shipped_value = shipped_value + 1
 where product_id = $1 and $2::uuid is not null and shipped > 0""",
        {("shipped", "shipped_value")},
    ),
    "received": (
        "update purchase_order_line set received = received + 1 where product_id = $1 and $2::uuid is not null",
        {("received", "received")},
    ),
    "returned": (
        """update sales_order_line set returned = 1, returned_value = 2
 where product_id = $1 and $2::uuid is not null and shipped > 0""",
        {("returned", "returned"), ("returned", "returned_value")},
    ),
    "sent": (
        "update stock_transfer_line set sent = sent + 1 where product_id = $1 and $2::uuid is not null",
        {("transferred", "sent"), ("transferred", "in transit")},
    ),
    "status of a sale": (
        """update sales_order set status = 'partly_shipped' where kind = 'slip' and status = 'shipped'
 and $1::uuid is not null and $2::uuid is not null""",
        {("status", "status")},
    ),
    "status of a purchase": (
        "update purchase_order set status = 'open' where $1::uuid is not null and $2::uuid is not null",
        {("status", "status")},
    ),
    "status of a transfer": (
        "update stock_transfer set status = 'sent' where $1::uuid is not null and $2::uuid is not null",
        {("status", "status")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", DRIFT)
async def test_drift_past_the_commands_is_found_explained_and_repaired(
    scene: Scene, as_owner: As, keys: SigningKeys, how: str
) -> None:
    yard = scene.yard
    assert (await reconcile(yard.company)).clean
    statement, expected = DRIFT[how]
    await as_owner(statement, scene.tea, yard.place)
    report, id = await reconcile(yard.company), new_id()
    assert {(one.check, one.what) for one in report.differences} == expected
    assert sum(report.counts.values()) == len(expected)
    assert {one.cause.kind for one in report.differences} == {"outside"}
    for one in report.differences:  # the last command that had to do with the row, and when that was
        assert one.cause.command_id in report.commands
        assert one.cause.at

    await check(yard.company, id, UUID(int=9), keys)
    once = {(one.check, one.key): one for one in report.differences}
    await repair(yard, id, list(once.values()))
    assert (await reconcile(yard.company)).clean


FORGETFUL = """with said as (
 insert into command_log (id, name, actor_id, door, occurred_at, body_hash)
 values ($1::uuid, 'sales.forgetful', $1::uuid, 'job', now(), '')),
document as (
 insert into stock_document (id, number, kind, document_on, effective_at, command_id)
 values ($2::uuid, 'F', 'adjustment', current_date, now(), $1)),
changed as (
 insert into change (entity, entity_id, bucket) values ('stock_document', $2, 'common'))
insert into stock_move (document_id, position, product_id, lot_id, owner_id, from_location_id, to_location_id, quantity,
 value, effective_at, command_id)
select $2, 3, $3, nil, nil, $4, $5, $6::numeric, $6::numeric * 2, now(), $1
from (values ('00000000-0000-0000-0000-000000000000'::uuid)) n(nil)"""


async def forgetful(as_owner: As, product: UUID, place: UUID, quantity: str) -> tuple[UUID, UUID]:
    """A command whose handler writes its moves and forgets balance and pool."""
    command_id, document_id = new_id(), new_id()
    await as_owner(FORGETFUL, command_id, document_id, product, place, CUSTOMER, quantity)
    return command_id, document_id


async def test_a_command_that_forgot_its_balance_is_named_with_line_and_time(
    yard: Yard, as_owner: As, keys: Any
) -> None:
    tea = await yard.goods("100")
    await yard.say("sales.sell_now", **yard.slip(tea, "4"))
    command_id, document_id = await forgetful(as_owner, tea, yard.place, "9")
    await yard.say("sales.sell_now", **yard.slip(tea, "5"))
    report, id = await reconcile(yard.company), new_id()
    assert {(one.check, one.what, one.expected, one.found) for one in report.differences} == {
        ("balance", "on_hand", "82", "91"), ("pool", "quantity", "82", "91"), ("pool", "value", "164", "182"),
    }  # fmt: skip
    for one in report.differences:
        cause = one.cause
        assert (cause.kind, cause.command_id, cause.document_id, cause.line) == ("missing", command_id, document_id, 3)
        assert cause.candidates == 1
        assert cause.at
    assert report.commands[command_id]["name"] == "sales.forgetful"
    await check(yard.company, id, UUID(int=9), keys)
    await repair(yard, id, [one for one in report.differences if one.what != "value"])
    assert (await reconcile(yard.company)).clean


async def test_what_an_earlier_check_found_right_narrows_the_cause(yard: Yard, as_owner: As, keys: Any) -> None:
    tea = await yard.goods("100")
    await yard.say("sales.sell_now", **yard.slip(tea, "9"))  # would explain it as well
    assert (await check(yard.company, new_id(), UUID(int=9), keys))["differences"] == 0
    command_id, _ = await forgetful(as_owner, tea, yard.place, "9")
    await yard.say("sales.sell_now", **yard.slip(tea, "1"))
    id = new_id()
    await check(yard.company, id, UUID(int=9), keys)
    report = await reconcile(yard.company)
    for one in report.differences:
        assert (one.cause.kind, one.cause.command_id, one.cause.candidates) == ("missing", command_id, 1)
        assert one.cause.since
    await repair(yard, id, [one for one in report.differences if one.what != "value"])


async def test_a_document_without_its_command_or_its_change_row_is_named(
    yard: Yard, as_owner: As, keys: Any, rows: Rows
) -> None:
    tea = await yard.goods("10")
    slip = yard.slip(tea, "1")
    outcome = await yard.say("sales.sell_now", **slip)
    [document] = await rows(
        yard.company, "select id, command_id from stock_document where order_id = $1", slip["order_id"]
    )
    await as_owner("delete from change where entity_id = $1", document["id"])
    await as_owner("delete from command_log where id = $1", document["command_id"])
    report = await reconcile(yard.company)
    assert outcome.status == "accepted"
    assert {(one.check, one.cause.kind, one.cause.command_id) for one in report.differences} == {
        ("change", "named", document["command_id"]), ("log", "named", document["command_id"]),
    }  # fmt: skip


async def test_an_altered_log_row_is_a_difference_of_the_check(
    yard: Yard, as_owner: As, keys: SigningKeys, rows: Rows
) -> None:
    await yard.goods("10")
    await check(yard.company, new_id(), UUID(int=9), keys)
    await as_owner("update command_log set actor_id = $1 where id = (select id from seal where n = 2)", new_id())
    id = new_id()
    assert (await check(yard.company, id, UUID(int=9), keys))["differences"] == 1
    [row] = await rows(yard.company, "select * from reconciliation_difference where reconciliation_id = $1", id)
    [sealed] = await rows(yard.company, "select id from seal where n = 2")
    assert (row["check"], row["what"], row["command_id"]) == ("chain", "altered", sealed["id"])


async def test_a_repair_of_what_has_changed_meanwhile_is_refused(yard: Yard, as_owner: As, keys: Any) -> None:
    tea = await yard.goods("10")
    more = "update stock_balance set on_hand = on_hand + 1 where product_id = $1"
    await as_owner(more, tea)
    id = new_id()
    await check(yard.company, id, UUID(int=9), keys)
    [one] = (await reconcile(yard.company)).differences
    await as_owner(more, tea)
    body = {"reconciliation_id": str(id), "check": "balance", "keys": [one.key]}
    outcome = await execute(call("reconciliation.repair_stock", body), yard.owner)
    assert outcome.records[0].code == "difference_changed"
    assert outcome.records[0].details == {"what": "on_hand", "expected": "10", "found": "12"}

    again = new_id()
    await check(yard.company, again, UUID(int=9), keys)
    for code in (None, None):  # once repaired, nothing is left to do
        outcome = await execute(
            call("reconciliation.repair_stock", {**body, "reconciliation_id": str(again)}), yard.owner
        )
        assert outcome.records[0].code == code
    unknown = await execute(call("reconciliation.repair_stock", {**body, "keys": ["nothing"]}), yard.owner)
    assert unknown.records[0].code == "not_found"


async def test_balances_that_are_missing_or_without_moves(yard: Yard, as_owner: As, keys: Any) -> None:
    tea, cup = await yard.goods("10"), await yard.goods()
    await as_owner("delete from stock_balance where product_id = $1", tea)
    await as_owner(
        """insert into stock_balance (product_id, lot_id, owner_id, location_id, on_hand)
 select $1, n, n, $2, 3 from (values ('00000000-0000-0000-0000-000000000000'::uuid)) v(n)""",
        cup,
        yard.place,
    )
    id = new_id()
    await check(yard.company, id, UUID(int=9), keys)
    differences = [one for one in (await reconcile(yard.company)).differences if one.check == "balance"]
    assert {(one.expected, one.found) for one in differences} == {("10", "0"), ("0", "3")}
    await repair(yard, id, differences)
    assert await yard.stock(tea) == (10, 0)
    assert await yard.stock(cup) == (0, 0)


async def test_the_certificate_is_what_this_instance_signed(yard: Yard, keys: SigningKeys, rows: Rows) -> None:
    from domain.files import file_of, read_file

    await yard.goods("10")
    found = await check(yard.company, new_id(), UUID(int=9), keys)
    file = await file_of(yard.company, UUID(str(found["file_id"])))
    assert file
    assert (file.purpose, file.permission, file.media_type) == ("certificate", "audit.read", "application/json")
    content = b"".join([chunk async for chunk in read_file(yard.company, file.id)])
    certificate = read(content, keys.known())
    [head] = await rows(yard.company, "select n, chain from seal_head")
    assert (certificate.anchor.n, certificate.anchor.chain) == (head["n"], head["chain"])
    assert certificate.said["clean"]
    assert certificate.company_id == yard.company.id
    for forged in (
        content.replace(b'"moves": 1', b'"moves": 2'), content.replace(b'"n": ', b'"n": 1'), content[:-9], b"[]", b"{}",
        content.replace(b"true", b"false"), content.replace(b"..", b".e30."),
    ):  # fmt: skip
        assert forged != content
        with pytest.raises(BadCertificate):
            read(forged, keys.known())
    with pytest.raises(BadCertificate, match="does not know the key"):
        read(content, {})


TWICE = """insert into stock_move (document_id, position, product_id, lot_id, owner_id, from_location_id,
 to_location_id, quantity, value, effective_at, line_id, command_id)
select document_id, position + 1000, product_id, lot_id, owner_id, from_location_id,
 to_location_id, quantity, value, effective_at, line_id, command_id from stock_move where line_id = $1"""
MORE = "update stock_balance set on_hand = on_hand + $2::numeric where product_id = $1"


async def test_a_line_whose_move_is_there_twice_is_found_beside_one_that_lost_its_own(yard: Yard, as_owner: As) -> None:
    """Each of the two moves says what the line says, and there are as many moves as lines."""
    tea, cup = await yard.goods("10"), await yard.goods("10")
    for product in (tea, cup):
        await yard.say("sales.sell_now", **yard.slip(product, "4"))
    ids = "select id from sales_order_line where product_id = $1"
    [[twice]], [[lost]] = await yard.rows(yard.company, ids, tea), await yard.rows(yard.company, ids, cup)
    await as_owner(TWICE, twice)
    await as_owner("update stock_move set line_id = null where line_id = $1", lost)
    differences = [one for one in (await reconcile(yard.company)).differences if one.check == "shipped"]
    assert {(one.key, one.what, one.expected, one.found) for one in differences} == {
        (str(twice), "shipped", "8", "4"), (str(twice), "shipped_value", "16", "8"),
        (str(lost), "shipped", "0", "4"), (str(lost), "shipped_value", "0", "8"),
    }  # fmt: skip
    await as_owner("delete from stock_move where line_id = $1 and position > 1000", twice)
    await as_owner(
        "update stock_move set line_id = $1 where product_id = $2 and to_location_id = $3", lost, cup, CUSTOMER
    )


@pytest.mark.parametrize(("connections", "used"), [(1, 1), (2, 1), (3, 2)])
async def test_a_check_takes_a_second_connection_that_nobody_lacks(
    scene: Scene, instance: Instance, as_owner: As, connections: int, used: int
) -> None:
    await as_owner(MORE, scene.tea, "7")
    database = Database(instance.server.app_url, Pools(read=connections, share=connections))
    company = replace(scene.yard.company, database=database)
    try:
        report = await reconcile(company)
        assert sum(door is not None for door in database.read.doors) == used
        several = await asyncio.gather(*(reconcile(company) for _ in range(4)))  # none waits for another's second one
    finally:
        await database.close()
    alone = await reconcile(scene.yard.company)
    assert report.counts["balance"]
    for one in (alone, *several):
        assert (one.counts, one.differences, one.moves) == (report.counts, report.differences, report.moves)
    await as_owner(MORE, scene.tea, "-7")


async def test_the_second_connection_sees_the_moment_of_the_first(scene: Scene, as_owner: As) -> None:
    company, answers = scene.yard.company, [[] for _ in STATEMENTS]
    async with read_transaction(company) as door:
        await door.raw.execute(ONE_MOMENT)
        moment = await door.raw.fetchrow(MOMENT)
        assert moment
        await as_owner(MORE, scene.tea, "7")
        await help_out(company, moment["snapshot"], iter(enumerate(STATEMENTS)), answers)
    *differences, [[moves]] = answers
    assert (moves > 0, any(differences)) == (True, False)
    assert not (await reconcile(company)).clean
    await as_owner(MORE, scene.tea, "-7")


async def test_what_goes_wrong_on_the_second_connection_rises_as_it_is(scene: Scene) -> None:
    """An outage is known by its type, and the job goes on later."""
    async with read_transaction(scene.yard.company) as door:
        with pytest.raises(asyncpg.PostgresError, match="snapshot"):
            await asked(scene.yard.company, door.raw, "00000000-00000000-1")


async def test_a_clean_report_says_what_it_compared(scene: Scene) -> None:
    report: Report = await reconcile(scene.yard.company)
    assert report.clean
    assert report.moves > 5
    assert set(report.counts) >= {"balance", "pool", "reserved", "status", "chain"}
