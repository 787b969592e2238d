"""What every company's tables are made of, and the tables that belong to no topic: log, outbox, feed, numbers.

The tables of a company carry no schema: each company has its own, found by search_path. Columns of a reference that
may be absent and still belong to a key (`lot_id`, `owner_id`, `scope_id`) hold NIL instead of NULL.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from tenants.fields import encrypted

NIL = UUID(int=0)  # no lot, our own, the company's one cost pool of a product

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)


def table(name: str, *parts: Any, grants: str = "select, insert, update, delete", busy: bool = False) -> Table:
    """`grants`: what the company's role may do with it. `busy`: rows are updated all the time, so pages keep room."""
    options: dict[str, Any] = {"postgresql_with": {"fillfactor": 70}} if busy else {}
    return Table(name, metadata, *parts, info={"grants": grants}, **options)


def key(name: str = "id", references: str | None = None) -> Column[UUID]:
    return Column(name, Uuid, *([ForeignKey(references)] if references else []), primary_key=True)


def ref(name: str, references: str | None = None, null: bool = False) -> Column[UUID]:
    """A reference. Without a foreign key where the row referred to is never deleted and the load has just read it."""
    return Column(name, Uuid, *([ForeignKey(references)] if references else []), nullable=null)


def words(name: str, null: bool = False, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=null, **options)


def quantity(name: str, null: bool = False, default: str | None = None) -> Column[Decimal]:
    return Column(name, Numeric(18, 6), nullable=null, server_default=default)


def money(name: str, null: bool = False, default: str | None = None) -> Column[Decimal]:
    return Column(name, Numeric(20, 4), nullable=null, server_default=default)


def price(name: str, null: bool = False) -> Column[Decimal]:
    return Column(name, Numeric(20, 8), nullable=null)


def factor() -> Sequence[Column[Decimal]]:
    """The exact factor of a unit, kept on each line: quantity × numerator ÷ denominator is in stock units."""
    return (
        Column("numerator", Numeric(18, 6), nullable=False),
        Column("denominator", Numeric(18, 6), nullable=False),
    )


def moment(name: str, null: bool = False, default: str | None = None) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=null, server_default=text(default) if default else None)


def day(name: str, null: bool = False) -> Column[Any]:
    return Column(name, Date, nullable=null)


def number(name: str, null: bool = False, default: str | None = None) -> Column[int]:
    return Column(name, Integer, nullable=null, server_default=default)


def flag(name: str, default: str = "false") -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text(default))


def version() -> Column[int]:
    """Raised by every save; a save that names another one is refused as stale."""
    return Column("version", Integer, nullable=False, server_default="1")


def check(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=name)


def one_of(column: str, *values: str) -> CheckConstraint:
    """Text with a CHECK: an ENUM would be another type in each schema, and pooled statements would break."""
    return CheckConstraint(f"{column} in ({', '.join(repr(value) for value in values)})", name=column)


setting = table(
    "setting",
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("access_epoch", BigInteger, nullable=False, server_default="1"),
    Column("closed_to", Date),  # the last day of the books that are closed
    check("single", "single"),
    grants="select, update",
)

command_log = table(
    "command_log",
    key(),
    words("name"),
    ref("actor_id"),
    words("door"),
    moment("occurred_at"),
    moment("recorded_at", default="now()"),
    Column("body_hash", LargeBinary, nullable=False),  # HMAC over the canonical command as sent
    encrypted("body"),  # null once a person in it was erased
    encrypted("outcome"),
    Index(None, "recorded_at", "id"),
    one_of("door", "graphql", "sync", "import", "webhook", "job"),
    grants="select, insert",
)

outbox = table(
    "outbox",
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    words("event"),
    Column("body", JSONB, nullable=False),
    moment("created_at", default="now()"),
    moment("handed_at", null=True),
    Index("outbox_waiting_idx", "id", postgresql_where=text("handed_at is null")),
)

change = table(
    "change",
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    words("entity"),
    ref("entity_id"),
    words("bucket"),  # common, w:<warehouse>, u:<actor> or party:<id>
    flag("gone"),
    Column("seq", BigInteger),
    moment("at", default="now()"),
    Index("change_seq_idx", "seq", postgresql_where=text("seq > 0")),  # none that numbering could take for entities
    Index("change_new_idx", "id", postgresql_where=text("seq is null")),
    Index("change_entity_idx", "entity_id", "entity", "bucket", postgresql_where=text("seq is not null")),
)

feed_head = table(
    "feed_head",
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("last", BigInteger, nullable=False, server_default="0"),
    Column("pruned", BigInteger, nullable=False, server_default="0"),  # up to here, what is gone has left no trace
    check("single", "single"),
    grants="select, update",
)

number_series = table(
    "number_series",
    Column("name", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
    grants="select, insert, update",
    busy=True,
)

import_record = table(
    "import_record",
    key(),  # uuid5(company, source, kind, external number): one outside record, however often it is uploaded
    Column("hash", LargeBinary, nullable=False),
    words("entity"),
    ref("entity_id"),
    ref("command_id"),
    moment("recorded_at", default="now()"),
)
