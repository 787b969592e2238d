"""A stored file and what is said of it, as the table that it holds."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.errors import Refused
from domain.files import file_of, read_file
from tenants.registry import Company
from workers.imports import dates
from workers.imports.chunks import Line
from workers.imports.dates import Order
from workers.imports.sheets import rows_of
from workers.imports.table import Column, Detected, body

DATES = ("date", "expected")


@asynccontextmanager
async def opened(company: Company, file_id: UUID) -> AsyncIterator[Path]:
    """Its content in memory, under a path: it is never on a disk in the clear. Refuses: not_found, once it expired."""
    if await file_of(company, file_id) is None:
        raise Refused("not_found", "file_id", id=file_id)
    memory = os.memfd_create("import")
    try:
        async for chunk in read_file(company, file_id):
            await asyncio.to_thread(os.write, memory, chunk)
        yield Path(f"/proc/{os.getpid()}/fd/{memory}")
    finally:
        os.close(memory)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A file with its columns named, what was put right (line → field → value), and the lines that are left out."""

    path: Path
    detected: Detected
    corrections: Mapping[int, Mapping[str, str]]
    left_out: Set[int]

    def lines(self) -> Iterator[Line]:
        values_of = self.detected.reader()
        for row in body(rows_of(self.path, self.detected.sheet or None), self.detected):
            values = values_of(row)
            if right := self.corrections.get(row.line):
                values = corrected(values, right)
            yield Line(row.line, row.cells, values, Refused("left_out") if row.line in self.left_out else None)

    def order(self) -> Order | None:
        """In which order its dates have day and month, as far as they say so."""
        columns = [column.index for column in self.detected.columns if column.field in DATES]
        if not columns:
            return None
        rows = body(rows_of(self.path, self.detected.sheet or None, 10_000), self.detected)
        return dates.order_of(row.cells[i] for row in rows for i in columns if i < len(row.cells) and row.cells[i])


def corrected(values: Mapping[str, str], right: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in {**values, **right}.items() if value}


def mapped(
    path: Path, about: Mapping[str, Any], corrections: Mapping[int, Mapping[str, str]], left_out: Set[int]
) -> Mapped:
    """`about`: the import, as it was said to be."""
    columns = tuple(Column(one["index"], one["heading"], one["field"], 1.0, ()) for one in about["columns"])
    detected = Detected(
        about["kind"], about["source"], about["sheet"] or "", about["heading_row"] or 0, columns, about["lines"]
    )  # fmt: skip
    return Mapped(path, detected, corrections, left_out)
