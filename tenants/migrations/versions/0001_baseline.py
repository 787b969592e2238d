"""The first revision: the control schema as it is provisioned from its declarations."""

from alembic.operations import Operations

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """Nothing to do: provisioning makes every table and stamps the newest revision."""
