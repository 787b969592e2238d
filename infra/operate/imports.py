"""`huotong import`: a CSV file or a workbook into one company."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from infra.console import Json, fail, progress, show
from infra.operate import installed

if TYPE_CHECKING:
    from infra.installation import Installation
    from workers.imports.run import Summary

OPERATOR = UUID(int=0)  # nobody who signs in


class Kind(StrEnum):
    PRODUCTS = "products"
    PARTNERS = "partners"
    PRICE_LIST = "price-list"
    OPENING_STOCK = "opening-stock"
    PURCHASE_ORDERS = "purchase-orders"
    SALES_ORDERS = "sales-orders"
    SALES = "sales"


def import_file(
    kind: Annotated[Kind, typer.Argument(help="What its rows are.")],
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV file, or a workbook (.xlsx, .xls)."),
    ],
    company: Annotated[str, typer.Option("--company", help="The company's short name.")],
    source: Annotated[
        str, typer.Option("--source", help="Whose numbers they are: the same number of one source is one record.")
    ] = "file",
    report: Annotated[
        Path | None, typer.Option("--report", dir_okay=False, help="A CSV with every row and what became of it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring in a file. What is there already stays, so what was cut off is simply called again; exit status 1 if
    something was refused."""
    from domain.errors import Refused

    async def work(here: Installation) -> Summary:
        from tenants.access import PERMISSIONS, Caller
        from workers.imports.run import run, table_of

        table = table_of(kind, file)
        caller = Caller(await here.company(company), OPERATOR, PERMISSIONS)
        with progress(f"{kind}", table.total) as advance:
            return await run(caller, kind, table, source, report, advance)

    try:
        summary = installed(work)
    except Refused as refusal:
        fail(f"{file}: {refusal.code} {' '.join(f'{name}={value}' for name, value in refusal.details.items())}")
    show(as_json, facts(summary), text_of(summary))
    raise typer.Exit(1 if summary.refused else 0)


def facts(summary: Summary) -> dict[str, Any]:
    return {name: getattr(summary, name) for name in summary.__slots__}


def text_of(summary: Summary) -> str:
    counts = ", ".join(f"{getattr(summary, name)} {name}" for name in ("accepted", "changed", "unchanged", "refused"))
    lines = [f"{summary.lines} lines, {summary.records} records: {counts} ({summary.seconds:.1f} s)."]
    lines += [f"  {count} × {code}" for code, count in summary.codes.most_common()]
    if summary.ignored:
        lines.append(f"Columns that mean nothing here: {', '.join(summary.ignored)}")
    return "\n".join(lines)
