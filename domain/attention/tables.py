"""What waits for a person's word."""

from sqlalchemy import Column, Index, LargeBinary

from domain.base import key, moment, one_of, ref, table, words
from tenants.fields import encrypted

waiting_call = table(
    "waiting_call",
    key(),  # the call's own id: once accepted, it runs under it
    words("name"),
    ref("actor_id"),
    words("actor_name"),
    moment("occurred_at"),
    moment("kept_at", default="now()"),
    Column("body_hash", LargeBinary, nullable=False),
    encrypted("body", null=False),
    words("reason"),  # the code that a request would have been refused with
    words("status", server_default="waiting"),
    words("note", server_default=""),
    moment("decided_at", null=True),
    ref("decided_by", null=True),
    one_of("status", "waiting", "accepted", "discarded"),
    Index(None, "kept_at", "id"),
    grants="select, insert, update",
)
