"""The index of the feed serves its readers alone."""

from alembic.operations import Operations

revision = "0012"
down_revision = "0011"


def upgrade(op: Operations) -> None:
    op.execute("drop index change_seq_idx")
    op.execute("create index change_seq_idx on change (seq) where seq > 0")
