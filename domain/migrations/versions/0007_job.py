"""Jobs, and the files that they read and make."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0007"
down_revision = "0006"

TABLES = """
create table job (
 id uuid not null, kind text not null, label text not null, status text default 'queued' not null,
 actor_id uuid not null, actor_name text not null, scope text[], priority integer not null,
 long boolean default true not null, body jsonb not null, done integer default 0 not null, total integer, result jsonb,
 code text, field text, details jsonb, attempts integer default 0 not null, wanted text,
 pausable boolean default false not null, claim uuid, created_at timestamptz default now() not null,
 started_at timestamptz, finished_at timestamptz, command_id uuid,
 constraint job_pkey primary key (id),
 constraint job_status_check
  check (status in ('queued', 'running', 'paused', 'done', 'failed', 'cancelled', 'quarantined')),
 constraint job_wanted_check check (wanted in ('pause', 'cancel'))
) with (fillfactor = 70);
create index job_created_at_id_idx on job (created_at, id);
create table stored_file (
 id uuid not null, name text not null, media_type text not null, size integer, purpose text not null,
 permission text not null, actor_id uuid not null, created_at timestamptz default now() not null,
 expires_at timestamptz,
 constraint stored_file_pkey primary key (id),
 constraint stored_file_purpose_check check (purpose in ('upload', 'report', 'export', 'certificate')),
 constraint stored_file_size_check check (size >= 0)
);
create index stored_file_expires_at_idx on stored_file (expires_at);
create table stored_chunk (
 id uuid not null, file_id uuid not null, n integer not null, content bytea not null,
 constraint stored_chunk_pkey primary key (id),
 constraint stored_chunk_content_check check (octet_length(content) >= 33 and get_byte(content, 0) = 1),
 constraint stored_chunk_file_id_fkey foreign key (file_id) references stored_file (id)
);
create unique index stored_chunk_file_id_n_idx on stored_chunk (file_id, n)
"""


def upgrade(op: Operations) -> None:
    op.execute(TABLES)
    role = op.get_bind().scalar(sa.text("select current_schema()"))  # a company's role has its schema's name
    op.execute(f"grant select, insert, update on job to {role}")
    op.execute(f"grant select, insert, update, delete on stored_file, stored_chunk to {role}")
