"""The control schema: what the instance knows beside the companies' own schemas."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)

NAMING = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
}
metadata = MetaData(schema="control", naming_convention=NAMING)


def moment(name: str, nullable: bool = False) -> Column:
    default = None if nullable else text("now()")
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=default)


def one_of(column: str, *values: str) -> CheckConstraint:
    """Text with a CHECK: an ENUM type would be another type in each schema."""
    return CheckConstraint(f"{column} in ({', '.join(repr(value) for value in values)})", name=column)


company = Table(
    "company",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("schema", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False, server_default="active"),
    moment("created_at"),
    one_of("status", "active", "suspended"),
    CheckConstraint("schema ~ '^t_[0-9a-f]+$'", name="schema"),
)

company_key = Table(
    "company_key",
    metadata,
    Column("company_id", Uuid, primary_key=True),  # no foreign key: keys live and die apart from the rows
    Column("kind", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("master", Text, nullable=False),  # which master key wrapped it
    moment("created_at"),
    one_of("kind", "data", "index"),
)

doorbell = Table(
    "doorbell",
    metadata,
    Column("company_id", Uuid, ForeignKey("company.id", ondelete="CASCADE"), primary_key=True),
    moment("rung_at"),
)
