"""The control schema: what the instance knows beside the companies' own schemas."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

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
    Column("time_zone", Text, nullable=False, server_default="Asia/Shanghai"),  # days are cut by it
    Column("currency", Text, nullable=False, server_default="CNY"),
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


def words(name: str) -> Column:
    return Column(name, Text, nullable=False)


def key(name: str = "id") -> Column:
    return Column(name, Uuid, primary_key=True)


def owned(name: str, parent: str, **options: Any) -> Column:
    """A reference to the row without which this one has no sense."""
    return Column(name, Uuid, ForeignKey(f"{parent}.id", ondelete="CASCADE"), **options)


# ---------------------------------------------------------------------------------------------------------------------
# Who may enter
# ---------------------------------------------------------------------------------------------------------------------

account = Table(
    "account",
    metadata,
    key(),
    Column("email", Text, nullable=False, unique=True),  # case-folded: one spelling
    words("name"),
    Column("locale", Text, nullable=False, server_default="zh-CN"),
    Column("password_hash", Text),  # argon2id; null: no sign-in by password
    Column("status", Text, nullable=False, server_default="active"),
    moment("created_at"),
    one_of("locale", "zh-CN", "en"),
    one_of("status", "active", "disabled"),
)

client = Table(  # the app itself is not here: it is part of the instance (clients.py)
    "client",
    metadata,
    key(),
    Column("client_id", Text, nullable=False, unique=True),
    words("name"),
    words("kind"),
    Column("secret_hash", LargeBinary),  # SHA-256: the secret is 256 random bits
    Column("jwks", JSONB),  # public keys, for private_key_jwt
    Column("redirect_uris", ARRAY(Text), nullable=False, server_default="{}"),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("status", Text, nullable=False, server_default="active"),
    moment("created_at"),
    one_of("kind", "public", "confidential"),
    one_of("status", "active", "disabled"),
    CheckConstraint("num_nonnulls(secret_hash, jwks) = case kind when 'public' then 0 else 1 end", name="proof"),
)

membership = Table(
    "membership",
    metadata,
    key(),
    owned("company_id", "company", nullable=False),
    owned("account_id", "account", nullable=True),
    owned("client_id", "client", nullable=True, unique=True),  # a client works for one company
    Column("party_id", Uuid),  # the partner whose records are all that it sees
    moment("created_at"),
    CheckConstraint("num_nonnulls(account_id, client_id) = 1", name="member"),
    UniqueConstraint("company_id", "account_id"),
    Index(None, "account_id"),
)

binding = Table(  # rights only add: a member may do what any of its roles may
    "binding",
    metadata,
    owned("membership_id", "membership", primary_key=True),
    Column("role", Text, primary_key=True),
    Column("warehouses", ARRAY(Uuid)),  # all that the member sees of the company's; null: no bound by this role
    moment("created_at"),
    CheckConstraint("cardinality(warehouses) > 0", name="warehouses"),
)

authorization_code = Table(
    "authorization_code",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    words("client_id"),
    owned("membership_id", "membership", nullable=False),
    words("redirect_uri"),
    words("scope"),
    Column("nonce", Text),
    words("code_challenge"),  # S256
    moment("signed_in_at"),
    moment("expires_at"),
    Column("session_id", Uuid),  # what it was spent on
    Index(None, "membership_id"),
)

session = Table(  # a family of refresh tokens; the token number n is an HMAC over (id, n) with a key of the company
    "session",
    metadata,
    key(),
    owned("membership_id", "membership", nullable=False),
    words("client_id"),
    words("scope"),
    words("device"),  # User-Agent of who fetched the first token
    Column("n", Integer, nullable=False, server_default="0"),  # the newest token
    moment("signed_in_at"),
    moment("rotated_at"),
    moment("revoked_at", nullable=True),
    Column("lost", Boolean, nullable=False, server_default="false"),  # revoked as a device: what is on it is to go
    moment("seen_at", nullable=True),  # the last pull
    Column("unsent", Integer, nullable=False, server_default="0"),  # commands that waited on the device then
    Index(None, "membership_id"),
)

spent_token = Table(  # revoked access tokens and used client assertions, until they expire by themselves
    "spent_token",
    metadata,
    Column("id", Text, primary_key=True),
    moment("expires_at"),
)

failed_sign_in = Table(
    "failed_sign_in",
    metadata,
    Column("subject", LargeBinary, primary_key=True),  # hash of an e-mail address or of a network address
    Column("count", Integer, nullable=False),
    moment("since"),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", Text, primary_key=True),  # kid
    Column("wrapped", LargeBinary, nullable=False),
    moment("signs_from"),  # published before, so that whoever keeps a copy of the key set knows it in time
)

# ---------------------------------------------------------------------------------------------------------------------
# Work that waits
# ---------------------------------------------------------------------------------------------------------------------

queue = Table(  # jobs that wait or run; what they are is in the company's own row
    "queue",
    metadata,
    owned("company_id", "company", primary_key=True),
    key("job_id"),
    words("kind"),
    Column("priority", Integer, nullable=False),  # the smaller number goes first
    Column("long", Boolean, nullable=False),  # a company has one of these at a time
    Column("event_id", BigInteger, nullable=False),  # that queued it: a later one queues it anew
    moment("queued_at"),
    moment("ready_at"),  # not before
    Column("attempts", Integer, nullable=False, server_default="0"),  # raised before the work
    Column("error", Text),  # why the last attempt failed; null: its process died
    Column("claim", Uuid),  # the attempt that is under way
    Column("claimed_by", Text),
    moment("claimed_until", nullable=True),
    Index("queue_head_idx", "company_id", "long", "priority", "queued_at", "job_id"),
    Index("queue_claimed_idx", "company_id", postgresql_where=text("claimed_until is not null")),
)

turn = Table(  # whose company was served last goes behind the others
    "turn",
    metadata,
    owned("company_id", "company", primary_key=True),
    moment("served_at"),
)

event_attempt = Table(  # events that are being answered: one that kills its worker shows by its count
    "event_attempt",
    metadata,
    owned("company_id", "company", primary_key=True),
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("attempts", Integer, nullable=False),
    moment("begun_at"),
)

schedule = Table(  # what runs by the clock, once for all processes
    "schedule",
    metadata,
    Column("name", Text, primary_key=True),
    key("company_id"),  # nil: of the instance
    moment("next_at"),
    moment("last_at", nullable=True),
    Column("claim", Uuid),
    moment("claimed_until", nullable=True),
    Column("error", Text),  # of the last time
    Index(None, "next_at"),
)
