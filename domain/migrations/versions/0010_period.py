"""Closed periods."""

from alembic.operations import Operations

revision = "0010"
down_revision = "0009"

KINDS = """
alter table setting add closed_to date;
alter table discrepancy drop constraint discrepancy_kind_check;
alter table discrepancy add constraint discrepancy_kind_check check (kind in (
 'closed_period', 'over_receipt', 'negative_stock', 'reserved_short', 'order_closed', 'transfer_over', 'transfer_short',
 'unpriced'))
"""


def upgrade(op: Operations) -> None:
    op.execute(KINDS)
