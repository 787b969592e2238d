"""`huotong jobs`: what works in the background, and what is to become of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, LiteralString
from uuid import UUID

import typer

from infra.console import Json, fail, show, show_rows
from infra.operate import installed

if TYPE_CHECKING:
    from domain.tx import Outcome
    from infra.installation import Installation

app = typer.Typer(no_args_is_help=True, help="Work in the background.")
OPERATOR = UUID(int=0)  # nobody who signs in
LISTED: LiteralString = """select id, kind, label, status, done, total, attempts, code, created_at from job
where $1::text is null or status = $1 order by created_at desc, id desc limit $2"""
COLUMNS = ("company", "id", "kind", "label", "status", "done", "total", "code")

Slug = Annotated[str, typer.Option("--company", help="The company's short name.")]
Id = Annotated[UUID, typer.Argument(help="The job's id.")]


@app.command("list")
def list_(
    company: Annotated[str | None, typer.Option("--company", help="Only of this one.")] = None,
    status: Annotated[str | None, typer.Option(help="Only those, such as quarantined.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Of each company, the newest.")] = 20,
    as_json: Json = False,
) -> None:
    """The newest jobs of each company."""

    async def work(here: Installation) -> list[dict[str, Any]]:
        from tenants.transaction import read_transaction

        rows: list[dict[str, Any]] = []
        for one in [await here.company(company)] if company else await here.registry.find():
            async with read_transaction(one) as door:
                found = await door.raw.fetch(LISTED, status, limit)
            rows += [{"company": one.slug, **row} for row in found]
        return rows

    show_rows(as_json, installed(work), COLUMNS, "There is no such job.")


@app.command()
def retry(id: Id, company: Slug, as_json: Json = False) -> None:
    """One that failed, was cancelled or is in quarantine begins again."""
    steer("jobs.retry_job", id, company, as_json)


@app.command()
def cancel(id: Id, company: Slug, as_json: Json = False) -> None:
    """It ends at its next step; what it has done so far stays as its kind leaves it."""
    steer("jobs.cancel_job", id, company, as_json)


def steer(name: str, id: UUID, slug: str, as_json: bool) -> None:
    async def work(here: Installation) -> Outcome:
        from datetime import UTC, datetime

        from domain.execute import execute
        from domain.ids import new_id
        from domain.tx import Call
        from tenants.access import Caller

        caller = Caller(await here.company(slug), OPERATOR, frozenset({"job.own", "job.manage"}))
        return await execute(Call(new_id(), name, {"job_id": str(id)}, datetime.now(UTC), "job"), caller)

    outcome = installed(work)
    if outcome.status == "refused":
        facts = " ".join(f"{key}={value}" for key, value in outcome.data.items())
        fail(f"{id}: {outcome.code} {facts}".rstrip())
    show(as_json, outcome.data, f"{id}: {outcome.data['job_status']}")
