"""Closed periods against a real database."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.command import business_day
from domain.execute import execute
from domain.ids import new_id
from tests.builders import call, plain
from tests.companies import Instance
from tests.domain.freshness import blocked, paused
from tests.yard import Yard, ago
from workers.reconcile import reconcile


def day(yard: Yard, before: int) -> date:
    """So many days before today, where the company is."""
    return business_day(datetime.now(UTC), yard.company.time_zone) - timedelta(days=before)


async def close(yard: Yard, to: date | None, *, reopen: bool = False) -> Any:
    body = plain({"closed_to": to, "reopen": reopen})
    return await execute(call("inventory.close_period", body), yard.owner)


async def posted(yard: Yard, document: Any) -> tuple[date, datetime]:
    query = """select d.document_on, m.effective_at from stock_document d join stock_move m on m.document_id = d.id
 where d.id = $1"""
    [row] = await yard.rows(yard.company, query, document)
    return row["document_on"], row["effective_at"]


async def test_a_fact_of_a_closed_day_is_posted_on_the_first_open_one(yard: Yard) -> None:
    tea = await yard.goods("10")
    assert (await close(yard, day(yard, 2))).status == "accepted"
    slip = yard.slip(tea, "3")
    sold = await yard.say("sales.record_handover", ago(days=5), **slip)
    first = day(yard, 1)
    begin = datetime.combine(first, datetime.min.time(), ZoneInfo(yard.company.time_zone))
    assert await posted(yard, sold.data["document_id"]) == (first, begin)
    assert await yard.discrepancies() == [("closed_period", 3)]
    assert await yard.stock(tea) == (7, 0)
    later = await yard.say("sales.record_handover", ago(hours=1), **yard.slip(tea, "1"))
    assert (await posted(yard, later.data["document_id"]))[1] > ago(hours=2)
    assert len(await yard.discrepancies()) == 1


async def test_nothing_else_gets_in(yard: Yard) -> None:
    tea = await yard.goods("10")
    await close(yard, day(yard, 2))
    adjust = {"document_id": new_id(), "location_id": yard.place, "reason": "broken", "document_on": day(yard, 2)}
    lines = [{"product_id": tea, "direction": "out", "quantity": "1"}]
    late = await execute(call("inventory.adjust_stock", plain({**adjust, "lines": lines})), yard.owner)
    assert (late.status, late.code, late.field) == ("refused", "period_closed", "document_on")
    assert late.data["closed_to"] == str(day(yard, 2))
    assert (await close(yard, None, reopen=True)).status == "accepted"
    await yard.say("inventory.adjust_stock", **adjust, lines=lines)
    assert await yard.stock(tea) == (9, 0)


async def test_a_count_of_a_closed_day_stands_and_its_difference_is_posted_later(yard: Yard) -> None:
    tea = await yard.goods("10")
    await yard.say("sales.record_handover", ago(days=1), **yard.slip(tea, "4"))
    await close(yard, day(yard, 3))
    counted = await yard.say("inventory.record_count", **yard.count(tea, "9", ago(days=5)))
    assert (await posted(yard, counted.data["document_id"]))[0] == day(yard, 2)
    assert await yard.stock(tea) == (5, 0)
    assert await yard.discrepancies() == [("closed_period", 1)]
    await yard.say("sales.record_handover", ago(days=6), **yard.slip(tea, "2"))  # the count had missed them already
    assert await yard.stock(tea) == (5, 0)


async def test_today_cannot_be_closed(yard: Yard) -> None:
    refused = await close(yard, day(yard, 0))
    assert (refused.status, refused.code, refused.field) == ("refused", "period_not_over", "closed_to")


async def test_of_two_who_close_at_once_none_opens_what_the_other_closed(yard: Yard, instance: Instance) -> None:
    later, earlier = (call("inventory.close_period", plain({"closed_to": day(yard, days)})) for days in (2, 9))
    async with paused(yard.owner, later):
        waiting = asyncio.create_task(execute(earlier, yard.owner))
        await blocked(instance.owner, waiting)
    refused = await waiting
    assert (refused.status, refused.code, refused.field) == ("refused", "period_closed_further", "closed_to")
    assert refused.data["closed_to"] == str(day(yard, 2))
    assert (await close(yard, None)).code == "period_closed_further"
    assert (await close(yard, day(yard, 2))).status == "accepted"  # as it is
    assert (await close(yard, day(yard, 9), reopen=True)).status == "accepted"


async def test_closing_waits_for_what_is_dated_back_and_that_waits_for_closing(yard: Yard, instance: Instance) -> None:
    tea = await yard.goods("10")
    closing = call("inventory.close_period", plain({"closed_to": day(yard, 3)}))
    first = call("sales.record_handover", plain(yard.slip(tea, "3")), at=ago(days=5))
    async with paused(yard.owner, first):
        waiting = asyncio.create_task(execute(closing, yard.owner))
        await blocked(instance.owner, waiting)
    assert (await waiting).status == "accepted"
    assert await yard.discrepancies() == []
    second = call("sales.record_handover", plain(yard.slip(tea, "2")), at=ago(days=5))
    async with paused(yard.owner, call("inventory.close_period", plain({"closed_to": day(yard, 2)}))):
        waiting = asyncio.create_task(execute(second, yard.owner))
        await blocked(instance.owner, waiting)
    assert (await posted(yard, (await waiting).data["document_id"]))[0] == day(yard, 1)
    assert (await reconcile(yard.company)).clean
