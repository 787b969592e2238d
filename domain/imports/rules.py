"""Decides what may be done with an import, and whether a mapping will do. No database, no clock."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.errors import Refused
from domain.imports.kinds import KINDS

ALIVE = ("queued", "running", "paused")  # of the job that works on it
READ = ("mapping", "checked", "done", "undone")
CHECKED = ("checked", "running", "paused", "done")  # the middle two: of a job that did not live to say more
BEGUN = (*CHECKED, "undoing", "failed")


def free(job: Mapping[str, Any], allowed: Sequence[str] | None = None) -> None:
    """Refuses: import_busy, import_status."""
    if job["working"] in ALIVE:
        raise Refused("import_busy", "import_id", status=job["status"])
    if allowed is not None and job["status"] not in allowed:
        raise Refused("import_status", "import_id", status=job["status"])


def mapped(kind: str, columns: Iterable[tuple[int, str | None]], known: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The columns of the file with the field that each one fills. `known`: what was read of them.

    Refuses: not_found, unknown_field, field_twice, columns_missing.
    """
    what = KINDS[kind]
    said = dict(columns)
    places = {column["index"] for column in known}
    for index, field in said.items():
        if index not in places:
            raise Refused("not_found", "columns", id=index)
        if field is not None and field not in what.fields:
            raise Refused("unknown_field", "columns", value=field)
    filled = Counter(field for field in said.values() if field)
    if twice := [field for field, count in filled.items() if count > 1 and field not in what.twice]:
        raise Refused("field_twice", "columns", columns=twice)
    if missing := [field for field in what.required if field not in filled]:
        raise Refused("columns_missing", "columns", columns=missing)
    return [{**column, "field": said.get(column["index"])} for column in known]
