"""When a change was written, and up to where tombstones are gone."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    now = sa.text("now()")
    op.add_column("change", sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=now))
    op.add_column("feed_head", sa.Column("pruned", sa.BigInteger, nullable=False, server_default="0"))
