"""Jobs: what works in the background, and what became of it."""

from sqlalchemy import Uuid, cast

from api.read.declare import CLOSED, OPEN, One, Pages, Type, Value
from api.read.scalars import BOOL, DOCUMENT, ID, INT, TEXT, TIME, enum_of
from domain.jobs import tables

STATUS = enum_of("JobStatus", *tables.STATUSES)
WANTED = enum_of("JobWanted", "pause", "cancel")

TYPES = [
    Type(
        "Job",
        tables.job,
        {
            "id": Value(ID, sort=True),
            "kind": Value(TEXT, group=True),
            "label": Value(TEXT, description="What it works on, such as the name of a file."),
            "status": Value(STATUS, group=True),
            "actor_id": Value(ID),
            "actor_name": Value(TEXT),
            "done": Value(INT, description="Of `total`, in whatever unit the kind counts."),
            "total": Value(INT),
            "result": Value(DOCUMENT, find=False),
            "file_id": Value(
                ID,
                lambda row: cast(row.c.result["file_id"].astext, Uuid),
                description="What it made, for GET /downloads/{id}.",
            ),
            "code": Value(TEXT, description="Why it failed, or is in quarantine: as refusals."),
            "field": Value(TEXT),
            "details": Value(DOCUMENT, find=False),
            "attempts": Value(INT),
            "wanted": Value(WANTED, description="What somebody has asked of it, until it has done so."),
            "pausable": Value(BOOL),
            "created_at": Value(TIME, sort=True),
            "started_at": Value(TIME),
            "finished_at": Value(TIME),
        },
        permission="job.own",
        warehouse=OPEN,  # of his own, whatever he is bound to
        party=CLOSED,
        own=("actor_id", "job.manage"),
    ),
]

ROOTS = {"jobs": Pages("Job"), "job": One("Job")}
