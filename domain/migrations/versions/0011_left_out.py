"""Rows of a file that are no data."""

from alembic.operations import Operations

revision = "0011"
down_revision = "0010"


def upgrade(op: Operations) -> None:
    op.execute("alter table import_job add left_out jsonb default '{}' not null")
