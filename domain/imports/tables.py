"""Files on their way into the company's tables, and what it takes to take them back."""

from sqlalchemy import Column, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.base import flag, key, moment, number, one_of, ref, table, words
from tenants.fields import encrypted

STATUSES = ("reading", "mapping", "checking", "checked", "running", "paused", "done", "undoing", "undone", "failed")
ROW_STATUSES = ("new", "changed", "unchanged", "refused")


def listed(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default="[]")


import_job = table(
    "import_job",
    key(),
    ref("file_id"),
    words("file_name"),
    ref("actor_id"),
    words("status"),
    words("kind", null=True),  # what its rows are, such as products; guessed, then said
    words("source", server_default="file"),  # whose numbers they are: the same number of one source is one record
    words("sheet", null=True),
    number("heading_row", null=True),
    words("signature", null=True),  # of the headings: the next file with the same ones is mapped as this one was
    listed("sheets"),  # name, rows
    listed("columns"),  # index, heading, field, guessed
    encrypted("samples"),  # the first cells of each column
    Column("options", JSONB, nullable=False, server_default="{}"),
    number("round", default="0"),  # how many runs there were: a row that was corrected is another attempt
    *(number(name, default="0") for name in ("lines", "accepted", "changed", "unchanged", "refused", "proposed")),
    Column("left_out", JSONB, nullable=False, server_default="{}"),  # rows that are no data: of what sort, how many
    words("code", null=True),  # why it failed
    Column("details", JSONB),
    ref("report_id", null=True),
    ref("job_id", null=True),  # that works on it now, or did last
    moment("created_at", default="now()"),
    moment("finished_at", null=True),
    one_of("status", *STATUSES),
    Index(None, "created_at", "id"),
    Index("import_job_signature_idx", "signature", "created_at", postgresql_where=text("signature is not null")),
)

import_row = table(
    "import_row",  # only rows that somebody has to look at
    key(),  # derived from import and line
    ref("import_id", "import_job.id"),
    number("line"),
    words("status"),
    words("code", null=True),
    words("field", null=True),
    flag("proposed"),  # it may be the same as something that is there
    flag("corrected"),  # and not yet run again
    encrypted("content", null=False),  # what stands in the file and was put right, details, differences, proposals
    one_of("status", *ROW_STATUSES),
    Index(None, "import_id", "line", unique=True),
)

import_step = table(
    "import_step",  # what one command of an import made and changed, as long as it can be taken back
    key("command_id"),
    ref("import_id", "import_job.id"),
    Column("made", LargeBinary, nullable=False),  # domain/steps.py
    encrypted("kept"),  # how things were before
    moment("recorded_at", default="clock_timestamp()"),
    Index(None, "import_id", "recorded_at"),
)
