"""The seal of the log, and what the witness finds."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0009"
down_revision = "0008"

TABLES = """
create table seal (
 n bigint not null, id uuid not null, outcome_hash bytea, chain bytea not null,
 constraint seal_pkey primary key (n),
 constraint seal_id_key unique (id)
);
create table seal_head (
 single boolean default true not null, n bigint default '0' not null, chain bytea default '' not null,
 last_at timestamptz,
 constraint seal_head_pkey primary key (single),
 constraint seal_head_single_check check (single)
);
insert into seal_head default values;
create table reconciliation (
 id uuid not null, checked_at timestamptz not null, finished_at timestamptz default now() not null,
 actor_id uuid not null, moves bigint not null, counts jsonb not null, differences bigint not null,
 feed bigint not null, log_n bigint not null, log_chain bytea not null, file_id uuid not null,
 constraint reconciliation_pkey primary key (id)
);
create index reconciliation_checked_at_id_idx on reconciliation (checked_at, id);
create table reconciliation_difference (
 id uuid not null, reconciliation_id uuid not null, position integer not null, "check" text not null,
 key text not null, what text not null, expected text not null, found text not null, cause text not null,
 command_id uuid, command text, actor_id uuid, document_id uuid, line integer, at timestamptz, since timestamptz,
 candidates integer default '0' not null,
 constraint reconciliation_difference_pkey primary key (id),
 constraint reconciliation_difference_reconciliation_id_fkey
  foreign key (reconciliation_id) references reconciliation (id),
 constraint reconciliation_difference_cause_check
  check (cause in ('missing', 'twice', 'behind', 'outside', 'window', 'named'))
);
create unique index reconciliation_difference_reconciliation_id_position_idx
 on reconciliation_difference (reconciliation_id, position)
"""


def upgrade(op: Operations) -> None:
    op.execute(TABLES)
    role = op.get_bind().scalar(sa.text("select current_schema()"))  # a company's role has its schema's name
    op.execute(f"grant select, insert on seal, reconciliation, reconciliation_difference to {role}")
    op.execute(f"grant select, update on seal_head to {role}")
