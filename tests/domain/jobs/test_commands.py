"""What people ask of jobs."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from domain.ids import new_id
from tenants.registry import Company
from tests.builders import act, refuse
from tests.companies import Instance, caller_of
from tests.workers.beginning import NAME, beginnable

COMMANDS = ("cancel_job", "pause_job", "resume_job", "retry_job")
# status, wanted, pausable → what each command makes of it: (status, wanted), or the code of its refusal
TABLE = {
    ("queued", None, False): (("cancelled", None), ("paused", None), ("queued", None), "job_status"),
    ("running", None, True): (("running", "cancel"), ("running", "pause"), ("running", None), "job_status"),
    ("running", None, False): (("running", "cancel"), "not_pausable", ("running", None), "job_status"),
    ("running", "pause", True): (("running", "cancel"), ("running", "pause"), ("running", None), "job_status"),
    ("running", "cancel", True): (("running", "cancel"), "job_status", "job_status", "job_status"),
    ("paused", None, True): (("cancelled", None), ("paused", None), ("queued", None), "job_status"),
    ("done", None, True): ("job_status", "job_status", "job_status", "job_status"),
    ("failed", None, True): ("job_status", "job_status", "job_status", ("queued", None)),
    ("cancelled", None, True): (("cancelled", None), "job_status", "job_status", ("queued", None)),
    ("quarantined", None, True): ("job_status", "job_status", "job_status", ("queued", None)),
}  # fmt: skip


@pytest.fixture(autouse=True)
def begun() -> Iterator[None]:
    with beginnable():
        yield


async def begin(company: Company, actor: UUID | None = None) -> UUID:
    id = new_id()
    await act(caller_of(company, "keeper", actor), NAME, job_id=id, kind="count", body={"to": 3})
    return id


@pytest.mark.parametrize("state", TABLE, ids=str)
async def test_what_becomes_of_a_job(instance: Instance, company: Company, state: tuple[str, str | None, bool]) -> None:
    status, wanted, pausable = state
    for name, expected in zip(COMMANDS, TABLE[state], strict=True):
        id = await begin(company)
        set_ = f"""update {company.schema}.job set status = $2, wanted = $3, pausable = $4, attempts = 3, code = 'x',
 finished_at = case when $2 in ('queued', 'running', 'paused') then null else now() end where id = $1"""
        await instance.owner.execute(set_, id, status, wanted, pausable)
        events = f"select count(*) from {company.schema}.outbox where body ->> 'job_id' = $1"
        if isinstance(expected, str):
            assert (await refuse(caller_of(company), f"jobs.{name}", job_id=id)).code == expected
            continue
        outcome = await act(caller_of(company), f"jobs.{name}", job_id=id)
        row = await instance.owner.fetchrow(
            f"select status, wanted, attempts, code, finished_at from {company.schema}.job where id = $1", id
        )
        assert row
        assert (row["status"], row["wanted"]) == expected
        assert outcome.data == {"job_id": str(id), "job_status": row["wanted"] or row["status"]}
        queued_anew = expected[0] == "queued" != status
        assert await instance.owner.fetchval(events, str(id)) == 1 + queued_anew
        assert (row["finished_at"] is None) == (expected[0] in ("queued", "running", "paused"))
        if name == "retry_job":
            assert (row["attempts"], row["code"]) == (0, None)


async def test_a_job_tells_workers_and_the_devices_of_its_actor(instance: Instance, company: Company) -> None:
    actor = new_id()
    id = await begin(company, actor)
    body = await instance.owner.fetchval(f"select body::text from {company.schema}.outbox where event = 'job_queued'")
    assert f'"job_id": "{id}"' in (body or "")
    query = f"select bucket from {company.schema}.change where entity = 'job' and entity_id = $1"
    assert await instance.owner.fetchval(query, id) == f"u:{actor}"


async def test_only_its_actor_and_who_manages_jobs_may_steer_it(company: Company) -> None:
    actor, other = new_id(), new_id()
    id = await begin(company, actor)
    for name in COMMANDS:
        refused = await refuse(caller_of(company, "keeper", other), f"jobs.{name}", job_id=id)
        assert (refused.code, refused.data) == ("forbidden", {"permission": "job.manage"})
    assert (await refuse(caller_of(company, "keeper", actor), "jobs.cancel_job", job_id=new_id())).code == "not_found"
    await act(caller_of(company, "keeper", actor), "jobs.pause_job", job_id=id)
    await act(caller_of(company, "manager", other), "jobs.resume_job", job_id=id)
