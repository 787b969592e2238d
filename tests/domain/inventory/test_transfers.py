"""Transfers against a real database: sent from the first place, received at the other, in transit in between."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.execute import execute, execute_many
from domain.ids import derived_id, new_id
from domain.masterdata.commands import place_of
from tests.builders import call, make_unit, make_warehouse, plain, refuse
from tests.companies import Instance, caller_of
from tests.yard import Yard, ago
from workers.reconcile import reconcile

D = Decimal


async def transit(yard: Yard) -> UUID:
    """Where goods are that are on their way to the other place."""
    query = """select t.id from location l join location t on t.warehouse_id = l.warehouse_id and t.kind = 'transit'
 where l.id = $1"""
    [row] = await yard.rows(yard.company, query, yard.other)
    return row["id"]


async def everywhere(yard: Yard, product: UUID) -> tuple[Decimal, Decimal, Decimal]:
    """Here, on the way, there."""
    query = "select location_id, on_hand from stock_balance where product_id = $1"
    found = {row["location_id"]: row["on_hand"] for row in await yard.rows(yard.company, query, product)}
    here, way, there = (found.get(place, D(0)) for place in (yard.place, await transit(yard), yard.other))
    return here, way, there


async def sent(yard: Yard, product: UUID, quantity: str, **more: Any) -> UUID:
    body = yard.transfer(product, quantity, **more)
    await yard.say("inventory.send_transfer", **body)
    return body["transfer_id"]


async def status(yard: Yard) -> list[tuple[str, int]]:
    found = await yard.rows(yard.company, "select status, receipts from stock_transfer order by number")
    return [(row["status"], row["receipts"]) for row in found]


async def moves(yard: Yard) -> list[tuple[str, str, Decimal, Decimal]]:
    """After the opening, in order: kinds of the places, quantity, value."""
    found = await yard.rows(
        yard.company,
        """select f.kind as source, t.kind as target, m.quantity, m.value from stock_move m
 join stock_document d on d.id = m.document_id and d.kind <> 'opening'
 join location f on f.id = m.from_location_id join location t on t.id = m.to_location_id
 order by m.recorded_at, d.number, m.position""",
    )
    return [tuple(row) for row in found]


async def test_goods_leave_are_on_the_way_and_arrive(yard: Yard) -> None:
    tea = await yard.goods("10", "2")
    transfer = await sent(yard, tea, "4", note="by van")
    assert await everywhere(yard, tea) == (6, 4, 0)
    part = await yard.say("inventory.receive_transfer", **yard.arrival(transfer, "3"))
    line = str(derived_id(transfer, 1))
    assert part.data["transfer_status"] == "partly_received"
    assert part.data["in_transit"] == [{"line_id": line, "quantity": "1"}]
    assert await everywhere(yard, tea) == (6, 1, 3)
    rest = await yard.say("inventory.receive_transfer", **yard.arrival(transfer, "1"))
    assert (rest.data["transfer_status"], rest.data["in_transit"]) == ("received", [])
    assert await everywhere(yard, tea) == (6, 0, 4)
    assert await yard.pool(tea) == (10, 20)
    assert await moves(yard) == [
        ("storage", "transit", 4, 8), ("transit", "storage", 3, 6), ("transit", "storage", 1, 2),
    ]  # fmt: skip
    [kept] = await yard.rows(yard.company, "select number, note from stock_transfer")
    query = "select number, kind, order_id, location_id from stock_document where order_id = $1 order by number"
    documents = await yard.rows(yard.company, query, transfer)
    assert [tuple(row) for row in documents] == [
        (kept["number"], "transfer", transfer, yard.place),
        (f"{kept['number']}-1", "transfer", transfer, yard.other),
        (f"{kept['number']}-2", "transfer", transfer, yard.other),
    ]
    assert (kept["note"], kept["number"][:3]) == ("by van", "ST-")
    assert await yard.discrepancies() == []


async def test_both_warehouses_hear_of_it(yard: Yard) -> None:
    tea = await yard.goods("10")
    transfer = await sent(yard, tea, "4")
    query = "select distinct bucket from change where entity = $1 and entity_id = $2"
    buckets = await yard.rows(yard.company, query, "transfer", transfer)
    warehouses = await yard.rows(
        yard.company, "select warehouse_id from location where id = any($1)", [yard.place, yard.other]
    )
    both = {f"w:{row['warehouse_id']}" for row in warehouses}
    assert {row["bucket"] for row in buckets} == both
    await yard.say("inventory.receive_transfer", **yard.arrival(transfer, "4"))
    stock = await yard.rows(yard.company, query, "stock", tea)
    assert {row["bucket"] for row in stock} == both


async def test_a_line_is_in_any_unit_and_keeps_its_factor(yard: Yard) -> None:
    dozen = await make_unit(yard.owner, "dozen")
    units = [{"unit_id": dozen, "numerator": "12", "denominator": "1"}]
    tea = await yard.goods("30", units=units)
    body = yard.transfer(tea, "2")
    body["lines"][0]["unit_id"] = dozen
    await yard.say("inventory.send_transfer", **body)
    [line] = await yard.rows(yard.company, "select * from stock_transfer_line")
    assert line["id"] == derived_id(body["transfer_id"], 1)
    assert (line["quantity"], line["sent"], line["numerator"]) == (2, 24, 12)
    arrival = yard.arrival(body["transfer_id"], "1")
    arrival["lines"][0]["unit_id"] = dozen
    await yard.say("inventory.receive_transfer", **arrival)
    assert await everywhere(yard, tea) == (6, 12, 12)


async def test_more_than_is_here_leaves_all_the_same(yard: Yard) -> None:
    """A fact. What the books did not have here is told, and goods promised to an order as well."""
    tea = await yard.goods("3", "2")
    await yard.promised(tea, "2")
    await sent(yard, tea, "5")
    assert await everywhere(yard, tea) == (-2, 5, 0)
    assert await yard.pool(tea) == (3, 6)
    assert sorted(await yard.discrepancies()) == [("negative_stock", 2), ("reserved_short", 2)]


async def test_more_than_was_on_the_way_is_taken_in(yard: Yard) -> None:
    """It comes from where surplus comes from, at today's average."""
    tea = await yard.goods("10", "2")
    transfer = await sent(yard, tea, "4")
    await yard.say("inventory.receive_transfer", **yard.arrival(transfer, "5"))
    assert await everywhere(yard, tea) == (6, 0, 5)
    assert await yard.pool(tea) == (11, 22)
    await yard.say("inventory.receive_transfer", **yard.arrival(transfer, "1"))
    assert await everywhere(yard, tea) == (6, 0, 6)
    assert await yard.discrepancies() == [("transfer_over", 1), ("transfer_over", 1)]
    assert await status(yard) == [("received", 2)]
    [line] = await yard.rows(yard.company, "select sent, received from stock_transfer_line")
    assert tuple(line) == (4, 6)
    [told] = await yard.rows(yard.company, "select distinct location_id, line_id from discrepancy")
    assert tuple(told) == (yard.other, derived_id(transfer, 1))


async def test_what_will_not_come_any_more_is_lost(yard: Yard) -> None:
    tea = await yard.goods("10", "2")
    transfer = await sent(yard, tea, "4")
    closed = await yard.say("inventory.receive_transfer", **yard.arrival(transfer, "3", close=True))
    assert closed.data["transfer_status"] == "received"
    assert await everywhere(yard, tea) == (6, 0, 3)
    assert await yard.pool(tea) == (9, 18)
    assert await yard.discrepancies() == [("transfer_short", 1)]
    late = await yard.say("inventory.receive_transfer", **yard.arrival(transfer, "1"))  # found behind the seat
    assert late.data["transfer_status"] == "received"
    assert await everywhere(yard, tea) == (6, 0, 4)
    assert await yard.pool(tea) == (10, 20)


async def test_nothing_at_all_arrived(yard: Yard) -> None:
    tea, cup = await yard.goods("10"), await yard.goods("10")
    body = yard.transfer(tea, "4")
    body["lines"].append({"product_id": cup, "quantity": "1"})
    await yard.say("inventory.send_transfer", **body)
    open_ = await refuse(yard.owner, "inventory.receive_transfer", **yard.arrival(body["transfer_id"]))
    assert (open_.code, open_.field) == ("malformed", "lines")
    await yard.say("inventory.receive_transfer", **yard.arrival(body["transfer_id"], close=True))
    assert await everywhere(yard, tea) == (6, 0, 0)
    assert await everywhere(yard, cup) == (9, 0, 0)
    assert sorted(await yard.discrepancies()) == [("transfer_short", 1), ("transfer_short", 4)]


async def test_arrivals_of_one_transaction_are_decided_one_after_the_other(yard: Yard) -> None:
    tea = await yard.goods("10")
    transfer = await sent(yard, tea, "4")
    calls = [call("inventory.receive_transfer", plain(yard.arrival(transfer, "3"))) for _ in range(2)]
    outcomes = await execute_many(calls, yard.owner)
    assert [outcome.data["transfer_status"] for outcome in outcomes] == ["partly_received", "received"]
    assert await yard.discrepancies() == [("transfer_over", 2)]
    assert await everywhere(yard, tea) == (6, 0, 6)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"from_location_id": new_id()}, "not_found", "from_location_id"),
        ({"to_location_id": new_id()}, "not_found", "to_location_id"),
        ({"to_location_id": UUID(int=2)}, "not_found", "to_location_id"),
        ({"lines": []}, "malformed", "lines"),
        ({"lines": [{"product_id": new_id(), "quantity": "1"}]}, "not_found", "lines.0.product_id"),
        ({"document_on": "2999-01-01"}, "future_date", "document_on"),
    ],
)
async def test_what_cannot_be_read_is_not_sent(yard: Yard, change: dict[str, Any], code: str, field: str) -> None:
    outcome = await refuse(
        yard.owner, "inventory.send_transfer", **{**yard.transfer(await yard.goods("10"), "1"), **change}
    )
    assert (outcome.code, outcome.field) == (code, field)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "0"}, "quantity_not_positive"),
        ({"quantity": "0.5"}, "quantity_not_whole"),
        ({"unit_id": new_id()}, "unknown_unit"),
    ],
)
async def test_a_quantity_that_is_none(yard: Yard, change: dict[str, Any], code: str) -> None:
    tea = await yard.goods("10")
    body = yard.transfer(tea, "1")
    body["lines"][0] |= change
    assert (await refuse(yard.owner, "inventory.send_transfer", **body)).code == code
    arrival = yard.arrival(await sent(yard, tea, "1"), "1")
    arrival["lines"][0] |= change
    assert (await refuse(yard.owner, "inventory.receive_transfer", **arrival)).code == code


async def test_to_where_they_are_and_what_is_not_stocked(yard: Yard) -> None:
    tea, freight = await yard.goods("10"), await yard.goods(kind="service")
    there = await refuse(
        yard.owner, "inventory.send_transfer", **yard.transfer(tea, "1", to_location_id=yard.place)
    )  # fmt: skip
    assert (there.code, there.field) == ("same_place", "to_location_id")
    assert (await refuse(yard.owner, "inventory.send_transfer", **yard.transfer(freight, "1"))).code == "not_stocked"


async def test_an_arrival_that_nobody_knows(yard: Yard) -> None:
    tea = await yard.goods("10")
    one, other = await sent(yard, tea, "1"), await sent(yard, tea, "1")
    unknown = await refuse(yard.owner, "inventory.receive_transfer", **yard.arrival(new_id(), "1"))
    assert (unknown.code, unknown.field) == ("not_found", "transfer_id")
    body = yard.arrival(one, "1")
    body["lines"][0]["line_id"] = derived_id(other, 1)
    stray = await refuse(yard.owner, "inventory.receive_transfer", **body)
    assert (stray.code, stray.field) == ("line_not_on_transfer", "lines.0.line_id")


async def test_a_place_of_another_company_is_no_place(yard: Yard, instance: Instance) -> None:
    theirs = await make_warehouse(caller_of(await instance.company()))
    tea = await yard.goods("10")
    outcome = await refuse(yard.owner, "inventory.send_transfer", **yard.transfer(tea, "1", to_location_id=theirs))
    assert (outcome.code, outcome.field) == ("not_found", "to_location_id")


async def test_transit_is_no_place_to_work_in(yard: Yard) -> None:
    """Only transfers put goods there and take them away."""
    id = new_id()
    await make_warehouse(yard.owner, id=id)
    way, tea = place_of(id, "transit"), await yard.goods("10")
    bodies = {
        "inventory.record_count": yard.count(tea, "1", place=way),
        "inventory.send_transfer": yard.transfer(tea, "1", to_location_id=way),
        "sales.record_handover": yard.slip(tea, "1", location_id=way),
    }
    for name, body in bodies.items():
        assert (await refuse(yard.owner, name, **body)).code == "not_found", name


# --- a posted count is an anchor, at both ends ---


async def test_goods_that_a_count_had_missed_were_on_their_way(yard: Yard) -> None:
    """Counted 6 of 10 in the evening: 4 are lost. Then the transfer of the morning is entered."""
    tea = await yard.goods("10", "2")
    await yard.say("inventory.record_count", **yard.count(tea, "6", ago(hours=1)))
    assert await yard.pool(tea) == (6, 12)
    await yard.say("inventory.send_transfer", ago(hours=5), **yard.transfer(tea, "4"))
    assert await everywhere(yard, tea) == (6, 4, 0)
    assert await yard.pool(tea) == (10, 20)
    assert sorted(await moves(yard)) == [
        ("loss", "storage", 4, 8), ("storage", "loss", 4, 8), ("storage", "transit", 4, 8),
    ]  # fmt: skip
    assert await yard.discrepancies() == []


async def test_goods_that_a_count_had_found_had_arrived(yard: Yard) -> None:
    """Counted 4 where the books had nothing; then the arrival of the morning is entered."""
    tea = await yard.goods("10", "2")
    body = yard.transfer(tea, "4")
    await yard.say("inventory.send_transfer", ago(days=1), **body)
    await yard.say("inventory.record_count", **yard.count(tea, "4", ago(hours=1), place=yard.other))
    assert await yard.pool(tea) == (14, 28)
    await yard.say("inventory.receive_transfer", ago(hours=5), **yard.arrival(body["transfer_id"], "4"))
    assert await everywhere(yard, tea) == (6, 0, 4)
    assert await yard.pool(tea) == (10, 20)


async def test_counted_at_both_ends_before_the_transfer_was_entered(yard: Yard) -> None:
    tea = await yard.goods("10", "2")
    for place, counted in ((yard.place, "6"), (yard.other, "4")):
        await yard.say("inventory.record_count", **yard.count(tea, counted, ago(hours=1), place=place))
    body = yard.transfer(tea, "4")
    await yard.say("inventory.send_transfer", ago(hours=5), **body)
    await yard.say("inventory.receive_transfer", ago(hours=4), **yard.arrival(body["transfer_id"], "4"))
    assert await everywhere(yard, tea) == (6, 0, 4)
    assert await yard.pool(tea) == (10, 20)


async def test_more_than_was_sent_that_a_count_had_found(yard: Yard) -> None:
    tea = await yard.goods("10", "2")
    body = yard.transfer(tea, "4")
    await yard.say("inventory.send_transfer", ago(days=1), **body)
    await yard.say("inventory.record_count", **yard.count(tea, "5", ago(hours=1), place=yard.other))
    await yard.say("inventory.receive_transfer", ago(hours=5), **yard.arrival(body["transfer_id"], "5"))
    assert await everywhere(yard, tea) == (6, 0, 5)
    assert await yard.pool(tea) == (11, 22)


async def test_a_pool_that_is_short_and_a_count_in_the_way(yard: Yard) -> None:
    """Six were sold of nothing, then four counted here and lost: entered late, they were elsewhere."""
    tea = await yard.goods(reference_cost="3")
    await yard.say("sales.record_handover", ago(hours=9), **yard.slip(tea, "6"))
    await yard.say("inventory.record_count", **yard.count(tea, "0", ago(hours=1)))
    await yard.say("inventory.send_transfer", ago(hours=5), **yard.transfer(tea, "4"))
    assert await everywhere(yard, tea) == (0, 4, 0)
    assert (await yard.pool(tea))[0] == 4


# --- the witness ---


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("update stock_transfer_line set sent = sent + 1", "transferred"),
        ("update stock_transfer_line set received = received + 1", "transferred"),
        ("update stock_transfer set status = 'received'", "transferred"),
    ],
)
async def test_the_witness_knows_transfers(yard: Yard, instance: Instance, change: str, check: str) -> None:
    tea = await yard.goods("10")
    await yard.say("inventory.receive_transfer", **yard.arrival(await sent(yard, tea, "4"), "1"))
    assert (await reconcile(yard.company)).clean
    await instance.owner.execute(f"set search_path to {yard.company.schema}")
    changed = await instance.owner.fetch(f"{change} returning id")
    assert len(changed) == 1
    counts = (await reconcile(yard.company)).counts
    assert {name for name, count in counts.items() if count} == {check}
    undone = {"sent": "sent - 1", "received": "received - 1"}
    for column, was in undone.items():
        if f"set {column}" in change:
            await instance.owner.execute(f"update stock_transfer_line set {column} = {was}")
    if "status" in change:
        await instance.owner.execute("update stock_transfer set status = 'partly_received'")


async def test_who_may(yard: Yard) -> None:
    tea = await yard.goods("10")
    stranger = caller_of(yard.company, "sales")
    outcome = await execute(call("inventory.send_transfer", plain(yard.transfer(tea, "1"))), stranger)
    assert (outcome.code, outcome.data["permission"]) == ("forbidden", "stock.transfer")
