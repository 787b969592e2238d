"""Calls that wait for a manager."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0005"
down_revision = "0004"

TABLE = """
create table waiting_call (
 id uuid not null, name text not null, actor_id uuid not null, actor_name text not null,
 occurred_at timestamptz not null, kept_at timestamptz default now() not null, body_hash bytea not null,
 body bytea not null, reason text not null, status text default 'waiting' not null, note text default '' not null,
 decided_at timestamptz, decided_by uuid,
 constraint waiting_call_pkey primary key (id),
 constraint waiting_call_body_check check (octet_length(body) >= 33 and get_byte(body, 0) = 1),
 constraint waiting_call_status_check check (status in ('waiting', 'accepted', 'discarded'))
);
create index waiting_call_kept_at_id_idx on waiting_call (kept_at, id)
"""


def upgrade(op: Operations) -> None:
    op.execute(TABLE)
    role = op.get_bind().scalar(sa.text("select current_schema()"))  # a company's role has its schema's name
    op.execute(f"grant select, insert, update on waiting_call to {role}")
