"""Where a product comes from."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    op.add_column("product", sa.Column("origin", sa.Text, nullable=False, server_default=""))
