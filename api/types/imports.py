"""Imports: files on their way into the company's tables."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Integer, Text, cast, column, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import JSONB

from api.read.declare import CLOSED, OPEN, Computed, Many, One, Pages, Type, Value
from api.read.scalars import BOOL, DOCUMENT, ID, INT, TEXT, TIME, enum_of
from domain.imports import tables
from domain.imports.kinds import KINDS

STATUS = enum_of("ImportStatus", *tables.STATUSES)
KIND = enum_of("ImportKind", *KINDS)
ROW = enum_of("ImportRowStatus", *tables.ROW_STATUSES)
JOB = tables.import_job.c


def listed(of: Any, *more: Any, **values: Any) -> Any:
    """A row for each element of a list that an import keeps, with its place."""
    elements = func.jsonb_array_elements(of).table_valued(
        column("value", JSONB), with_ordinality="place", name="element"
    )
    element = elements.render_derived()
    shown = [cast(element.c.value[name].astext, kind).label(name) for name, kind in values.items()]
    place = cast(element.c.place, Integer).label("place")
    return select(JOB.id.label("import_id"), place, *shown, *more).select_from(tables.import_job, element)


SHEETS = listed(JOB.sheets, name=Text, rows=Integer)
COLUMNS = listed(JOB.columns, JOB.samples, index=Integer, heading=Text, field=Text, guessed=Text)
FIELDS = union_all(
    *(
        select(literal(kind).label("kind"), literal(place).label("place"), literal(name).label("name"),
               literal(required).label("required"))
        for kind, what in KINDS.items()
        for place, (name, required) in enumerate(what.fields.items())
    )
).subquery()  # fmt: skip


def samples(caller: Any, value: bytes | None, import_id: str, place: str) -> list[str]:
    """The first cells of one column."""
    if value is None:
        return []
    text = caller.company.keys.decrypt("import_job", "samples", UUID(import_id), value)
    return orjson.loads(text)[int(place) - 1]


def opened(name: str) -> Any:
    """A part of what is kept of a row."""

    def part(caller: Any, value: bytes, id: str) -> Any:
        return orjson.loads(caller.company.keys.decrypt("import_row", "content", UUID(id), value)).get(name)

    return part


def content(name: str, description: str | None = None) -> Computed:
    return Computed(DOCUMENT, ("content", "id"), opened(name), description=description)


TYPES = [
    Type(
        "Import",
        tables.import_job,
        {
            "id": Value(ID, sort=True),
            "file_id": Value(ID),
            "file_name": Value(TEXT),
            "actor_id": Value(ID),
            "status": Value(STATUS, group=True),
            "kind": Value(KIND, group=True, description="What its rows are."),
            "source": Value(TEXT, description="Whose numbers they are."),
            "sheet": Value(TEXT),
            "heading_row": Value(INT, description="Its line; 0: there are no headings."),
            "sheets": Many("ImportSheet", "import_id", order=("place",)),
            "columns": Many("ImportColumn", "import_id", order=("place",), at_most=500),
            "fields": Many("ImportField", lambda row, to: to.c.kind == row.c.kind, order=("place",)),
            "options": Value(DOCUMENT, find=False),
            "lines": Value(INT),
            "accepted": Value(INT, description="Records that are new, or, checked, would be."),
            "changed": Value(INT),
            "unchanged": Value(INT),
            "refused": Value(INT),
            "proposed": Value(INT, description="Rows that may be the same as something that is there."),
            "left_out": Value(
                DOCUMENT, find=False, description="How many rows are titles, units, headings, totals, notes."
            ),
            "code": Value(TEXT, description="Why it failed: as refusals."),
            "details": Value(DOCUMENT, find=False),
            "report_id": Value(ID, description="The file with the reason beside each row, for GET /downloads/{id}."),
            "job_id": Value(ID),
            "job": One("Job", "job_id"),
            "rows": Pages("ImportRow", "import_id"),
            "created_at": Value(TIME, sort=True),
            "finished_at": Value(TIME),
        },
        permission="import.run",
        warehouse=OPEN,  # the rows themselves are decided with the rights of whoever runs them
        party=CLOSED,
    ),
    Type(
        "ImportSheet",
        SHEETS,
        {"place": Value(INT, null=False), "name": Value(TEXT), "rows": Value(INT)},
        permission="import.run",
        warehouse=OPEN,
        party=CLOSED,
        key=("import_id", "place"),
    ),
    Type(
        "ImportColumn",
        COLUMNS,
        {
            "index": Value(INT, description="What commands call it by."),
            "heading": Value(TEXT),
            "samples": Computed(DOCUMENT, ("samples", "import_id", "place"), samples, description="Its first cells."),
            "field": Value(TEXT, description="Which field it fills; none: it means nothing here."),
            "guessed": Value(TEXT, description="Which field it was taken for, before anybody said so."),
        },
        permission="import.run",
        warehouse=OPEN,
        party=CLOSED,
        key=("import_id", "place"),
    ),
    Type(
        "ImportField",
        select(FIELDS),
        {"name": Value(TEXT, null=False), "required": Value(BOOL, null=False)},
        permission="import.run",
        warehouse=OPEN,
        party=CLOSED,
        key=("kind", "place"),
        description="What rows of an import's kind may have.",
    ),
    Type(
        "ImportRow",
        tables.import_row,
        {
            "id": Value(ID, sort=True),
            "import_id": Value(ID),
            "line": Value(INT, sort=True),
            "status": Value(ROW, group=True),
            "code": Value(TEXT, group=True, description="Why it is refused, or what is odd about it."),
            "field": Value(TEXT),
            "proposed": Value(BOOL, description="It may be the same as something that is there."),
            "corrected": Value(BOOL, description="Somebody has put it right, and it was not run since."),
            "values": content("values", "By field, as they stand in the file."),
            "cells": content("cells", "In the order of the file's columns."),
            "corrections": content("corrections", "By field, what was put right."),
            "details": content("details"),
            "warnings": content("warnings"),
            "changes": content("changes", "By field: what is there, and what it would become."),
            "proposals": content("proposals", "What it may be the same as: id, code, name, why; or the line."),
            "choice": content("choice", "What somebody said it is: an id, or `new`."),
        },
        permission="import.run",
        warehouse=OPEN,
        party=CLOSED,
        description="A row that somebody has to look at; those that were fine are not kept.",
    ),
]

ROOTS = {"imports": Pages("Import"), "import": One("Import"), "import_rows": Pages("ImportRow")}
