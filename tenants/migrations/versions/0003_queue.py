"""Jobs that wait, and what runs by the clock."""

from alembic.operations import Operations

revision = "0003"
down_revision = "0002"

TABLES = """
create table queue (
 company_id uuid not null, job_id uuid not null, kind text not null, priority integer not null, long boolean not null,
 event_id bigint not null, queued_at timestamptz default now() not null, ready_at timestamptz default now() not null,
 attempts integer default 0 not null, error text, claim uuid, claimed_by text, claimed_until timestamptz,
 constraint queue_pkey primary key (company_id, job_id),
 constraint queue_company_id_fkey foreign key (company_id) references company (id) on delete cascade
);
create index queue_head_idx on queue (company_id, long, priority, queued_at, job_id);
create index queue_claimed_idx on queue (company_id) where claimed_until is not null;
create table turn (
 company_id uuid not null, served_at timestamptz default now() not null,
 constraint turn_pkey primary key (company_id),
 constraint turn_company_id_fkey foreign key (company_id) references company (id) on delete cascade
);
create table event_attempt (
 company_id uuid not null, event_id bigint not null, attempts integer not null,
 begun_at timestamptz default now() not null,
 constraint event_attempt_pkey primary key (company_id, event_id),
 constraint event_attempt_company_id_fkey foreign key (company_id) references company (id) on delete cascade
);
create table schedule (
 name text not null, company_id uuid not null, next_at timestamptz default now() not null, last_at timestamptz,
 claim uuid, claimed_until timestamptz, error text,
 constraint schedule_pkey primary key (name, company_id)
);
create index schedule_next_at_idx on schedule (next_at);
grant select, insert, update, delete on queue, turn, event_attempt, schedule to huotong_control
"""


def upgrade(op: Operations) -> None:
    op.execute(TABLES)
