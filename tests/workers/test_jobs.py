"""Jobs in processes of their own: how they end, what people ask of them, and what a kill -9 does to them."""

import os
import signal
import statistics
import time
from pathlib import Path
from subprocess import Popen

import orjson
import pytest

from tenants.registry import Company
from tests.builders import act, refuse
from tests.companies import caller_of
from tests.workers.beginning import Yard
from tests.workers.conftest import until


async def killed(yard: Yard, process: "Popen[bytes]") -> "Popen[bytes]":
    """By its own job; like a supervisor, another one is started."""

    async def ended() -> bool:
        return process.poll() is not None

    await until(ended)
    assert process.returncode == -signal.SIGKILL
    return yard.worker()


async def test_a_job_runs_with_the_rights_of_its_actor_and_tells_how_it_went(
    yard: Yard, company: Company, worker: object, tmp_path: Path
) -> None:
    keeper = await yard.member(company, "keeper")
    id = await yard.begin(keeper, "count", to=5, log=str(tmp_path / "log"))
    done = await yard.is_now(company, id, "done")
    assert (done["done"], done["total"], done["attempts"], done["claim"], done["wanted"]) == (5, 5, 1, None, None)
    assert orjson.loads(done["result"]) == {"counted": 5, "may": sorted(keeper.permissions)}
    assert done["finished_at"] >= done["started_at"]

    async def gone() -> bool:
        return await yard.queued(company) == 0

    await until(gone)


async def test_who_has_left_can_do_nothing_any_more(yard: Yard, company: Company, worker: object) -> None:
    nobody = caller_of(company)
    id = await yard.begin(nobody, "count")
    failed = await yard.is_now(company, id, "failed")
    assert (failed["code"], orjson.loads(failed["details"])) == ("forbidden", {"permission": "job.own"})


async def test_a_refusal_ends_a_job(yard: Yard, company: Company, worker: object) -> None:
    owner = await yard.member(company)
    refused = await yard.begin(owner, "refuse")
    unknown = await yard.begin(owner, "juggle")
    assert (await yard.is_now(company, refused, "failed"))["code"] == "not_found"
    failed = await yard.is_now(company, unknown, "failed")
    assert (failed["code"], orjson.loads(failed["details"])) == ("unknown_kind", {"kind": "juggle"})


async def test_pause_resume_cancel_retry(yard: Yard, company: Company, worker: object, tmp_path: Path) -> None:
    owner, log = await yard.member(company), tmp_path / "log"
    body = {"to": 10, "wait_at": 4, "log": str(log), "go": str(tmp_path / "go")}
    id = await yard.begin(owner, "count", **body)

    async def waits() -> bool:
        return (await yard.state(company, id))["done"] == 4

    await until(waits)
    await act(owner, "jobs.pause_job", job_id=id)
    paused = await yard.is_now(company, id, "paused")
    assert (paused["done"], paused["total"], paused["finished_at"], paused["pausable"]) == (4, 10, None, True)
    await act(owner, "jobs.resume_job", job_id=id)
    await handed(yard, company)
    await yard.is_now(company, id, "running")
    outcome = await act(owner, "jobs.cancel_job", job_id=id)
    assert outcome.data["job_status"] in ("cancel", "cancelled")
    await yard.is_now(company, id, "cancelled")
    (tmp_path / "go").touch()
    await act(owner, "jobs.retry_job", job_id=id)
    await handed(yard, company)
    await yard.is_now(company, id, "done")
    assert log.read_text().split() == [str(n) for n in range(10)]
    refused = await refuse(owner, "jobs.retry_job", job_id=id)
    assert (refused.code, refused.data) == ("job_status", {"status": "done"})


async def handed(yard: Yard, company: Company) -> None:
    from workers.outbox import hand_over

    await hand_over(company, yard.works.hands)


async def test_a_kill_in_the_middle_is_made_up_for(
    yard: Yard, company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owner, log = await yard.member(company), tmp_path / "log"
    body = {"to": 10, "wait_at": 6, "log": str(log), "go": str(tmp_path / "go")}
    first = yard.worker()
    id = await yard.begin(owner, "count", **body)

    async def waits() -> bool:
        return (await yard.state(company, id))["done"] == 6

    await until(waits)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    killed_at = time.monotonic()
    (tmp_path / "go").touch()
    second = yard.worker()
    try:
        done = await yard.is_now(company, id, "done")
        with capsys.disabled():
            print(f"\nkilled, and done {time.monotonic() - killed_at:.1f} s later")
    finally:
        second.kill()
        second.wait()
    assert log.read_text().split() == [str(n) for n in range(10)]
    assert done["attempts"] == 2 or done["attempts"] == 1  # it had got further than ever before


async def test_what_kills_its_worker_three_times_is_put_aside_and_its_neighbours_finish(
    yard: Yard, company: Company, tmp_path: Path
) -> None:
    other = await yard.instance.company()
    owner, neighbour = await yard.member(company), await yard.member(other)
    deaths = tmp_path / "deaths"
    id = await yard.begin(owner, "die", log=str(deaths))
    ids = [await yard.begin(neighbour, "count", to=3, log=str(tmp_path / f"log{n}")) for n in range(3)]
    ids_here = [await yard.begin(owner, "count", to=3, log=str(tmp_path / f"here{n}")) for n in range(3)]
    process = yard.worker()
    try:
        for _ in range(3):
            process = await killed(yard, process)
        found = await yard.is_now(company, id, "quarantined")
        assert (found["code"], orjson.loads(found["details"]), found["attempts"]) == ("worker_died", {"attempts": 3}, 3)
        assert len(set(deaths.read_text().split())) == 3
        for one in ids:
            await yard.is_now(other, one, "done")
        for one in ids_here:
            await yard.is_now(company, one, "done")

        await act(owner, "jobs.retry_job", job_id=id)
        await handed(yard, company)
        for _ in range(3):
            process = await killed(yard, process)
        await yard.is_now(company, id, "quarantined")
        assert len(set(deaths.read_text().split())) == 6
    finally:
        process.kill()
        process.wait()


async def test_who_happens_to_stand_by_is_not_counted_dead(yard: Yard, company: Company, tmp_path: Path) -> None:
    """It waits and gets no further while they die together; then each is alone, and what was innocent lives."""
    other = await yard.instance.company()
    owner, bystander = await yard.member(company), await yard.member(other)
    waiting = {"to": 1, "wait_at": 0, "log": str(tmp_path / "log"), "go": str(tmp_path / "go")}
    id = await yard.begin(bystander, "count", **waiting)
    deadly = await yard.begin(owner, "die_beside", log=str(tmp_path / "deaths"), other=waiting["log"])
    process = yard.worker()
    try:
        for _ in range(2):
            process = await killed(yard, process)
        (tmp_path / "go").touch()

        async def both_are_over() -> bool:
            nonlocal process
            if process.poll() is not None:
                process = yard.worker()
            found = await yard.state(company, deadly), await yard.state(other, id)
            return [one["status"] for one in found] == ["quarantined", "done"]

        await until(both_are_over, 60)
    finally:
        process.kill()
        process.wait()


async def test_a_job_that_gets_further_each_time_is_not_put_aside(yard: Yard, company: Company, tmp_path: Path) -> None:
    owner = await yard.member(company)
    id = await yard.begin(owner, "die_further", to=5, log=str(tmp_path / "deaths"))
    process = yard.worker()
    try:
        for _ in range(5):
            process = await killed(yard, process)
        done = await yard.is_now(company, id, "done")
        assert orjson.loads(done["result"]) == {"deaths": 5}
    finally:
        process.kill()
        process.wait()


async def test_one_that_floods_makes_nobody_wait(
    yard: Yard, company: Company, worker: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From command to beginning, another's job takes at most twice as long as where nothing else is to be done."""
    other = await yard.instance.company()
    flooding, patient = await yard.member(company), await yard.member(other)

    async def waited(times: int, name: str) -> float:
        waits: list[float] = []
        for n in range(times):
            id = await yard.begin(patient, "count", to=1, log=str(tmp_path / f"{name}{n}"))
            row = await yard.is_now(other, id, "done")
            waits.append((row["started_at"] - row["created_at"]).total_seconds())
        return statistics.median(waits)

    await waited(1, "first")  # until the process is there
    idle = await waited(7, "idle")
    go = tmp_path / "go"
    body = {"to": 2, "wait_at": 1, "go": str(go)}
    ids = [await yard.begin(flooding, "count", **body, log=str(tmp_path / f"flood{n}")) for n in range(40)]
    await yard.is_now(company, ids[0], "running")
    flooded = await waited(7, "flooded")
    with capsys.disabled():
        print(f"\nfrom command to beginning: {idle * 1000:.0f} ms alone, {flooded * 1000:.0f} ms beside 40 of another")
    assert flooded <= 2 * max(idle, 0.1)
    go.touch()
    await yard.is_now(company, ids[-1], "done", 120)


async def test_a_process_that_is_stopped_gives_its_jobs_back(yard: Yard, company: Company, tmp_path: Path) -> None:
    owner = await yard.member(company)
    id = await yard.begin(owner, "count", to=5, wait_at=2, log=str(tmp_path / "log"), go=str(tmp_path / "go"))
    for _ in range(4):  # one more than a job may die
        process = yard.worker()

        async def waits() -> bool:
            query = "select claimed_by is not null from control.queue where job_id = $1"
            return bool(await yard.instance.owner.fetchval(query, id))

        await until(waits)
        process.terminate()
        assert process.wait(20) == 0
        assert await yard.instance.owner.fetchval("select attempts from control.queue where job_id = $1", id) == 0
    (tmp_path / "go").touch()
    process = yard.worker()
    try:
        assert (await yard.is_now(company, id, "done"))["attempts"] == 1
    finally:
        process.kill()
        process.wait()
