"""Imports, and documents that take others back."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0008"
down_revision = "0007"

TABLES = """
create table import_job (
 id uuid not null, file_id uuid not null, file_name text not null, actor_id uuid not null, status text not null,
 kind text, source text default 'file' not null, sheet text, heading_row integer, signature text,
 sheets jsonb default '[]' not null, columns jsonb default '[]' not null, samples bytea,
 options jsonb default '{}' not null, round integer default 0 not null, lines integer default 0 not null,
 accepted integer default 0 not null, changed integer default 0 not null, unchanged integer default 0 not null,
 refused integer default 0 not null, proposed integer default 0 not null, code text, details jsonb, report_id uuid,
 job_id uuid, created_at timestamptz default now() not null, finished_at timestamptz,
 constraint import_job_pkey primary key (id),
 constraint import_job_samples_check check (octet_length(samples) >= 33 and get_byte(samples, 0) = 1),
 constraint import_job_status_check check (status in (
  'reading', 'mapping', 'checking', 'checked', 'running', 'paused', 'done', 'undoing', 'undone', 'failed'))
);
create index import_job_created_at_id_idx on import_job (created_at, id);
create index import_job_signature_idx on import_job (signature, created_at) where signature is not null;
create table import_row (
 id uuid not null, import_id uuid not null, line integer not null, status text not null, code text, field text,
 proposed boolean default false not null, corrected boolean default false not null, content bytea not null,
 constraint import_row_pkey primary key (id),
 constraint import_row_content_check check (octet_length(content) >= 33 and get_byte(content, 0) = 1),
 constraint import_row_status_check check (status in ('new', 'changed', 'unchanged', 'refused')),
 constraint import_row_import_id_fkey foreign key (import_id) references import_job (id)
);
create unique index import_row_import_id_line_idx on import_row (import_id, line);
create table import_step (
 command_id uuid not null, import_id uuid not null, made bytea not null, kept bytea,
 recorded_at timestamptz default clock_timestamp() not null,
 constraint import_step_pkey primary key (command_id),
 constraint import_step_kept_check check (octet_length(kept) >= 33 and get_byte(kept, 0) = 1),
 constraint import_step_import_id_fkey foreign key (import_id) references import_job (id)
);
create index import_step_import_id_recorded_at_idx on import_step (import_id, recorded_at);
alter table stock_document add column reverses_id uuid, drop constraint stock_document_kind_check,
 add constraint stock_document_kind_check check (kind in ('opening', 'receipt', 'shipment', 'sales_return',
  'adjustment', 'count', 'transfer', 'reversal'));
create index stock_document_partner_id_idx on stock_document (partner_id) where partner_id is not null;
create index stock_document_reverses_id_idx on stock_document (reverses_id) where reverses_id is not null
"""


def upgrade(op: Operations) -> None:
    op.execute(TABLES)
    role = op.get_bind().scalar(sa.text("select current_schema()"))  # a company's role has its schema's name
    op.execute(f"grant select, insert, update, delete on import_job, import_row, import_step to {role}")
