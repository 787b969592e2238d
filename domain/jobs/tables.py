"""Work that nobody waits for, and the files that it reads and makes."""

from sqlalchemy import ARRAY, Column, Index, Text
from sqlalchemy.dialects.postgresql import JSONB

from domain.base import check, flag, key, moment, number, one_of, ref, table, words
from tenants.fields import encrypted

STATUSES = ("queued", "running", "paused", "done", "failed", "cancelled", "quarantined")

job = table(
    "job",
    key(),
    words("kind"),
    words("label"),
    words("status", server_default="queued"),
    ref("actor_id"),
    words("actor_name"),
    Column("scope", ARRAY(Text)),  # permissions that the starter's token was narrowed to; null: all of his
    number("priority"),
    flag("long", "true"),  # a company has one of these at a time
    Column("body", JSONB, nullable=False),
    number("done", default="0"),
    number("total", null=True),
    Column("result", JSONB),
    words("code", null=True),  # why it failed or is in quarantine
    words("field", null=True),
    Column("details", JSONB),
    number("attempts", default="0"),
    words("wanted", null=True),
    flag("pausable"),  # what runs says so as it begins
    ref("claim", null=True),  # the attempt that may write here
    moment("created_at", default="now()"),
    moment("started_at", null=True),
    moment("finished_at", null=True),
    ref("command_id", null=True),
    one_of("status", *STATUSES),
    one_of("wanted", "pause", "cancel"),
    Index(None, "created_at", "id"),
    grants="select, insert, update",
    busy=True,
)

stored_file = table(
    "stored_file",
    key(),
    words("name"),
    words("media_type"),
    number("size", null=True),  # null: not whole yet
    words("purpose"),
    words("permission"),  # what it takes to fetch it; nothing: only whoever made it may
    ref("actor_id"),
    moment("created_at", default="now()"),
    moment("expires_at", null=True),
    one_of("purpose", "upload", "report", "export", "certificate"),
    check("size", "size >= 0"),
    Index("stored_file_expires_at_idx", "expires_at"),
)

stored_chunk = table(
    "stored_chunk",
    key(),  # derived from file and place, so that no chunk stands in for another
    ref("file_id", "stored_file.id"),
    number("n"),
    encrypted("content", null=False),
    Index(None, "file_id", "n", unique=True),
)
