"""32 at once on one product: nobody is sold what is not there, nobody sees a deadlock, nothing drifts."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from random import Random

import pytest
import pytest_asyncio

from domain.execute import execute, execute_many
from domain.tx import Call, Outcome
from tenants.access import Caller
from tenants.settings import Pools
from tenants.transaction import Database
from tests.builders import call, plain
from tests.companies import Instance
from tests.invariants.traffic import DRAWN, Traffic
from tests.yard import Yard

TASKS = 32
SESSIONS = 16
CALLS = int(os.environ.get("HUOTONG_CROWD", "1000"))  # 12000 keep it up for a minute or more
REQUESTS = {"sales.sell_now", "sales.ship_sales_order", "inventory.adjust_stock"}


@pytest_asyncio.fixture
async def busy(yard: Yard, instance: Instance) -> AsyncIterator[Caller]:
    """The owner, over as many connections as several processes have."""
    database = Database(instance.server.app_url, Pools(write=SESSIONS, share=SESSIONS))
    yield replace(yard.owner, company=replace(yard.company, database=database))
    if bell := database.doorbell.task:
        await bell
    await database.close()


async def crowd(caller: Caller, calls: list[Call]) -> list[Outcome]:
    """Each task takes the next call, half of them together with those that came at the same moment."""
    waiting, outcomes = iter(calls), []

    async def one(together: bool) -> None:
        for one in waiting:
            outcomes.append(await execute(one, caller) if together else (await execute_many([one], caller))[0])

    await asyncio.gather(*(one(task % 2 == 0) for task in range(TASKS)))
    return outcomes


async def test_the_last_hundred_are_sold_once(yard: Yard, busy: Caller) -> None:
    tea = await yard.goods("100", "7.35")
    outcomes = await crowd(busy, [call("sales.sell_now", plain(yard.slip(tea, "1"))) for _ in range(320)])
    assert Counter(outcome.code for outcome in outcomes) == {None: 100, "insufficient_stock": 220}
    assert await yard.stock(tea) == (0, 0)
    assert await yard.pool(tea) == (0, 0)


@pytest.mark.parametrize("products", [1, 40])
async def test_requests_and_facts_of_every_kind(yard: Yard, busy: Caller, products: int) -> None:
    goods = [await yard.goods("100") for _ in range(products)]
    traffic = Traffic(yard, Random(32), goods, late=False)
    for _ in range(6):
        for name in ("purchasing.place_purchase_order", "sales.place_sales_order", "sales.sell_now"):
            await execute(traffic.draw([name]), yard.owner)
    outcomes = await crowd(busy, [traffic.draw(list(DRAWN)) for _ in range(CALLS)])
    assert len(outcomes) == CALLS
    codes = Counter(outcome.code or outcome.status for outcome in outcomes)
    assert codes["accepted"] > CALLS // 3, codes
    assert set(codes) <= {
        "accepted", "insufficient_stock", "order_not_draft", "order_not_confirmed", "order_cancelled", "order_shipped",
        "nothing_to_ship", "more_than_ordered", "more_than_shipped", "line_not_on_order", "not_found",
    }, codes  # fmt: skip
    oversold = await yard.rows(
        yard.company,
        """select distinct c.name from discrepancy d join stock_document s on s.id = d.document_id
 join command_log c on c.id = s.command_id
 join location l on l.id = d.location_id join warehouse w on w.id = l.warehouse_id and w.negative = 'forbid'
 where d.kind in ('negative_stock', 'reserved_short')""",
    )
    assert not {row["name"] for row in oversold} & REQUESTS
    differences = await yard.differences()
    assert differences == []
