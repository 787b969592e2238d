"""Every handler that moves or reads stock, against a command that is committed while it waits."""

import pytest

from domain import sql
from domain.catalogue import CATALOGUE
from domain.entry import Entry
from domain.execute import Run
from domain.inventory import stock
from domain.tx import Tx
from tests.builders import call, plain
from tests.companies import Instance
from tests.domain import freshness
from tests.domain.scene import BODIES, IMPORTED, Scene
from tests.yard import ago

FIRST = [
    "purchasing.record_receipt", "inventory.record_count", "inventory.send_transfer", "inventory.receive_transfer",
    "sales.confirm_sales_order", "sales.ship_sales_order", "sales.cancel_sales_order", "sales.sell_now",
    "sales.record_return",
]  # fmt: skip


def test_every_command_about_stock_is_here() -> None:
    about = {name for name in CATALOGUE if name.startswith(("inventory.", "purchasing.", "sales."))}
    elsewhere = {"inventory.close_discrepancy", "inventory.close_period", "inventory.attach_photo"}
    assert about - BODIES.keys() <= elsewhere | IMPORTED


RELEASE = "sales.release_short_reservations"
PAIRS = [(first, second) for second in BODIES for first in FIRST]
IN_VAIN = [(first, RELEASE) for first in ("sales.ship_sales_order", "sales.cancel_sales_order")]


@pytest.mark.parametrize(("first", "second"), [pair for pair in PAIRS if pair not in IN_VAIN])
async def test_what_is_decided_on_is_fresh(scene: Scene, instance: Instance, first: str, second: str) -> None:
    calls = [call(name, plain(BODIES[name](scene))) for name in (first, second)]
    assert await freshness.stale(instance.owner, scene.yard.owner, *calls) == {}


@pytest.mark.parametrize(("first", "second"), IN_VAIN)
async def test_an_order_that_gave_back_what_it_held_is_locked_in_vain(
    scene: Scene, instance: Instance, first: str, second: str
) -> None:
    """Its lines are read fresh, and there are none: nothing is decided about it."""
    calls = [call(name, plain(BODIES[name](scene))) for name in (first, second)]
    assert set(await freshness.stale(instance.owner, scene.yard.owner, *calls)) == {"orders"}


LATE = [name for name in BODIES if name.startswith(("inventory.", "purchasing.record", "sales.rec", "sales.sell"))]


@pytest.mark.parametrize("second", [*LATE, "sales.ship_sales_order"])
async def test_a_count_that_was_posted_meanwhile_is_seen(scene: Scene, instance: Instance, second: str) -> None:
    """What happened a day ago comes before the count that is being committed."""
    count = call("inventory.record_count", plain(scene.yard.count(scene.tea, "90", ago(hours=1))))
    body = BODIES[second](scene)
    if second == "inventory.record_count":
        body = scene.yard.count(scene.tea, "95", ago(days=1))
    late = call(second, plain(body), at=ago(days=1))
    assert await freshness.stale(instance.owner, scene.yard.owner, count, late) == {}


async def test_a_discrepancy_that_was_closed_meanwhile_is_closed(scene: Scene, instance: Instance) -> None:
    calls = [
        call("inventory.close_discrepancy", plain({"discrepancy_id": scene.discrepancy, "note": note}))
        for note in ("one", "two")
    ]
    assert await freshness.stale(instance.owner, scene.yard.owner, *calls) == {}


async def test_a_sum_in_the_statement_that_locks_is_noticed(
    scene: Scene, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What these tests are there to find: it reads the moves before it has waited."""
    moved = sql.rows("moved", "select sum(m.quantity)::text as quantity from stock_move m")
    careless = sql.statement(*stock.shelf(), moved)

    async def handler(tx: Tx) -> None:
        run: Run = tx.runs[0]
        places = [{"product_id": line.product_id, "location_id": run.cmd.location_id} for line in run.cmd.lines]
        await tx.load(careless, {"places": places})

    name = "sales.place_sales_order"
    entry = CATALOGUE[name]
    monkeypatch.setitem(CATALOGUE, name, Entry(entry.command, handler, entry.kind, entry.permission, name=name))
    calls = [call(one, plain(BODIES[one](scene))) for one in ("sales.sell_now", name)]
    assert set(await freshness.stale(instance.owner, scene.yard.owner, *calls)) == {"moved"}
