"""Two people at one import: the second sees what the first did, and an import has one job at a time."""

import asyncio

import pytest

from domain.execute import execute
from tests.builders import act, call, make_partner, plain
from tests.companies import Instance
from tests.domain.freshness import blocked, paused
from tests.workers.imports.desk import Desk

PARTNERS = "编码,名称\n1,林记（贸易）\n2,别人\n"
BODIES = {
    "map_import": {"kind": "partners"},
    "check_import": {},
    "run_import": {},
    "undo_import": {},
    "correct_import_rows": {"rows": [{"line": 2, "values": [{"field": "name", "value": "Others"}]}]},
    "choose_duplicates": {"rows": [{"line": 2, "leave_out": True}]},
}


@pytest.mark.parametrize("second", BODIES)
@pytest.mark.parametrize("first", [name for name in BODIES if name != "map_import"])
async def test_the_second_waits_and_is_told_that_there_is_work(instance: Instance, company, first, second) -> None:
    desk = await Desk.of(instance, company)
    await make_partner(desk.who, code="C1", name="林记贸易有限公司")
    import_id = await desk.begin(PARTNERS, "customers.csv")
    await desk.ask("check_import", import_id)
    calls = [
        call(f"imports.{name}", plain({"import_id": import_id, **BODIES[name]})) for name in (first, second)
    ]  # fmt: skip
    async with paused(desk.who, calls[0]):
        waiting = asyncio.create_task(execute(calls[1], desk.who))
        await blocked(instance.owner, waiting)
    refused = await waiting
    assert (refused.status, refused.code) == ("refused", "import_busy")
    await desk.work()
    assert (await desk.now(import_id))["status"] in ("checked", "done", "undone")


async def test_a_job_that_was_left_behind_touches_nothing_when_it_is_tried_again(instance: Instance, company, rows):
    desk = await Desk.of(instance, company)
    import_id = await desk.begin(PARTNERS, "customers.csv")
    left = await act(desk.who, "imports.check_import", import_id=import_id)
    await act(desk.who, "jobs.cancel_job", job_id=left.data["job_id"])
    done = await desk.ask("check_import", import_id)
    await act(desk.who, "jobs.retry_job", job_id=left.data["job_id"])
    await desk.work()
    assert await desk.now(import_id) == done
    [job] = await rows(company, f"select status, code from job where id = '{left.data['job_id']}'")
    assert tuple(job) == ("failed", "import_status")
