"""Whatever is entered, in whatever order: what is kept to be quick equals the moves."""

import os
from collections import Counter
from random import Random

import pytest

from domain.catalogue import CATALOGUE
from domain.execute import execute, execute_many
from tests.domain.scene import IMPORTED
from tests.invariants.traffic import DRAWN, Traffic
from tests.yard import Yard
from workers.reconcile import reconcile

SEED = int(os.environ.get("HUOTONG_TEST_SEED", "0")) or Random().randrange(1, 10**9)
STEPS = 120


def test_every_command_about_stock_is_drawn() -> None:
    about = {name for name in CATALOGUE if name.startswith(("inventory.", "purchasing.", "sales."))}
    assert about - DRAWN.keys() <= {"inventory.close_discrepancy", "inventory.attach_photo"} | IMPORTED


@pytest.mark.parametrize("seed", [1, 2, SEED])
async def test_one_command_after_the_other(yard: Yard, seed: int) -> None:
    print(f"HUOTONG_TEST_SEED={seed}")
    traffic = Traffic(
        yard, Random(seed), [await yard.goods(reference_cost="3"), await yard.goods("20"), await yard.goods()]
    )
    seen: Counter[str] = Counter()
    for step in range(STEPS):
        call = traffic.draw()
        outcome = await execute(call, yard.owner)
        seen[outcome.code or outcome.status] += 1
        differences = await yard.differences()
        assert differences == [], f"seed {seed}, step {step}: {call.name} {call.body}"
    assert seen["accepted"] > STEPS / 2, seen
    assert set(seen) <= {
        "accepted", "insufficient_stock", "order_not_draft", "order_not_confirmed", "order_cancelled", "order_shipped",
        "nothing_to_ship", "more_than_ordered", "more_than_shipped", "line_not_on_order", "not_found",
        "all_refused", "period_closed",
    }, seen  # fmt: skip
    report = await reconcile(yard.company)
    assert report.clean, report.differences


@pytest.mark.parametrize("seed", [3, SEED])
async def test_many_of_one_name_in_one_transaction(yard: Yard, seed: int) -> None:
    """As a phone sends what it gathered: decided one after the other over one load."""
    print(f"HUOTONG_TEST_SEED={seed}")
    traffic = Traffic(yard, Random(seed), [await yard.goods("30"), await yard.goods()])
    for step in range(25):
        name = traffic.random.choice(list(DRAWN))
        outcomes = await execute_many([traffic.draw([name]) for _ in range(6)], yard.owner)
        assert len(outcomes) == 6
        assert await yard.differences() == [], f"seed {seed}, step {step}: {name}"
