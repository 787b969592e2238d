"""How the command line speaks: answers on standard output, progress and remarks on standard error."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn, Protocol

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

console = Console()
remarks = Console(stderr=True)

LINE_SECONDS = 10.0

Json = Annotated[bool, typer.Option("--json", help="The answer as JSON on standard output.")]


def show(as_json: bool, answer: Any, text: str) -> None:
    if as_json:
        sys.stdout.write(orjson.dumps(answer, default=str).decode() + "\n")
    else:
        console.print(text, soft_wrap=True, markup=False)


def show_rows(as_json: bool, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], none: str) -> None:
    """`none` is said where there is no row."""
    if as_json or not rows:
        show(as_json, list(rows), none)
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(as_text(row[column]) for column in columns))
    console.print(table)


def as_text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def fail(why: str) -> NoReturn:
    remarks.print(why, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


class Advance(Protocol):
    """Call it with the number of steps that were done, and with their total once it is known."""

    def __call__(self, steps: int, total: int | None = None, /) -> None: ...


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Advance]:
    """A bar on standard error; where that is no terminal, a line now and then."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=remarks, disable=not remarks.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        due = time.monotonic() + LINE_SECONDS

        def advance(steps: int, total: int | None = None) -> None:
            nonlocal due
            bar.update(task, advance=steps, total=total)
            if bar.disable and time.monotonic() > due:
                due = time.monotonic() + LINE_SECONDS
                now = bar.tasks[task]
                remarks.print(f"{title}: {now.completed:,.0f} of {now.total or 0:,.0f}", markup=False)

        yield advance
