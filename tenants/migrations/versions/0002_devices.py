"""Members bound to warehouses; what is known of a device."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    op.add_column("binding", sa.Column("warehouses", ARRAY(sa.Uuid)))
    op.create_check_constraint("binding_warehouses_check", "binding", "cardinality(warehouses) > 0")
    op.add_column("session", sa.Column("lost", sa.Boolean, nullable=False, server_default="false"))
    op.add_column("session", sa.Column("seen_at", sa.DateTime(timezone=True)))
    op.add_column("session", sa.Column("unsent", sa.Integer, nullable=False, server_default="0"))
