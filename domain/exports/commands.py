"""Asks for a list as a file. A worker writes it (workers/exports), as whoever asked may see it then."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from annotated_types import Len
from pydantic import StringConstraints

from domain import sql
from domain.command import STORABLE, Name, command
from domain.errors import Refused
from domain.exports.lists import LISTS
from domain.jobs.commands import JOB, SOON, enqueue
from domain.tx import Run, Tx

Json = Annotated[str, StringConstraints(max_length=10_000, pattern=STORABLE)]


@command
class ExportList:
    """Write a list into a CSV file or a workbook. Filter (as JSON) and order are those of a query."""

    job_id: UUID
    list: Name  # the root field of a query
    columns: Annotated[tuple[Name, ...], Len(0, 200)] = ()  # paths of fields, such as partner.name; none: the usual
    filter: Json = ""
    order: Annotated[tuple[Name, ...], Len(0, 3)] = ()
    format: Literal["xlsx", "csv"] = "xlsx"
    language: Literal["zh", "en"] = "zh"
    keys: bool = False  # for programs: headings are those paths, and choices are named as in GraphQL


WRITE = sql.statement(JOB)
NOTHING = sql.statement()


async def export_list(tx: Tx) -> None:
    await tx.load(NOTHING, None)

    def one(run: Run) -> Mapping[str, Any]:
        """Refuses: unknown_list, forbidden. What may be seen of the list is asked when it is written."""
        wanted: ExportList = run.cmd
        permissions = LISTS.get(wanted.list)
        if permissions is None:
            raise Refused("unknown_list", "list", list=wanted.list)
        if run.caller.permissions.isdisjoint(permissions):
            raise Refused("forbidden", "list", permission=permissions[0])
        body = {
            "list": wanted.list, "columns": wanted.columns, "filter": wanted.filter, "order": wanted.order,
            "format": wanted.format, "language": wanted.language, "keys": wanted.keys,
        }  # fmt: skip
        enqueue(tx, run, id=wanted.job_id, kind="export", label=wanted.list, body=body, priority=SOON)
        return {"job_id": wanted.job_id}

    tx.decide(one)
    tx.write(WRITE, {})
