"""Authorization codes, and the sessions that grow out of them: families of refresh tokens, one family a device.

A refresh token is its session's id, its number n, and an HMAC over both with a key of the company: nothing secret is
stored, and the same token can be made again. The newest n is the family's one good token. The one before it gets the
newest again for a minute, if the same device asks: its answer was lost on the way. Anything older was stolen, or its
copy was, and ends the family.
"""

import base64
import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, LiteralString
from uuid import UUID

import asyncpg

from tenants.keys import CompanyKeys
from tenants.transaction import Database, control_transaction

CODE_LASTS = timedelta(seconds=60)
GRACE = timedelta(seconds=60)
IDLE = timedelta(days=30)  # without a sign of life
LONGEST = timedelta(days=180)  # then the password is asked for again
KEPT = timedelta(days=90)  # ended sessions, for who wants to know what happened
PURPOSE = "refresh token"
TOKEN = struct.Struct(">16sI32s")

PERSON: LiteralString = """m.company_id, a.id as account_id, a.name, a.email, a.locale"""
LIVING: LiteralString = """join membership m on m.id = t.membership_id
join company c on c.id = m.company_id and c.status = 'active'
join account a on a.id = m.account_id and a.status = 'active'"""
SAVE_CODE: LiteralString = """insert into authorization_code
 (hash, client_id, membership_id, redirect_uri, scope, nonce, code_challenge, signed_in_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""
FIND_CODE: LiteralString = (
    "select t.client_id, t.membership_id, t.redirect_uri, t.scope, t.nonce, t.code_challenge, "
    "t.signed_in_at, t.expires_at, t.session_id, "
    + PERSON
    + " from authorization_code t "
    + LIVING
    + " where hash = $1"
)
SPEND_CODE: LiteralString = """with spent as (update authorization_code set session_id = $2
 where hash = $1 and session_id is null returning membership_id, client_id, scope, signed_in_at)
insert into session (id, membership_id, client_id, scope, device, signed_in_at)
select $2, membership_id, client_id, scope, $3, signed_in_at from spent returning id"""
FIND_SESSION: LiteralString = (
    "select t.id, t.client_id, t.membership_id, t.scope, t.device, t.n, t.signed_in_at, t.rotated_at, t.revoked_at, "
    "t.lost, " + PERSON + " from session t " + LIVING + " where t.id = $1"
)
ROTATE: LiteralString = """update session set n = n + 1, rotated_at = now()
where id = $1 and n = $2 and revoked_at is null returning n"""
REVOKE: LiteralString = "update session set revoked_at = now() where id = $1 and revoked_at is null returning id"
SPEND: LiteralString = "insert into spent_token (id, expires_at) values ($1, $2) on conflict do nothing returning id"
IS_SPENT: LiteralString = "select exists (select from spent_token where id = $1)"
DEVICES: LiteralString = """select s.id, s.client_id, s.device, s.signed_in_at, s.rotated_at, s.seen_at, s.unsent,
 c.slug, a.id as account_id, a.name
from session s join membership m on m.id = s.membership_id join company c on c.id = m.company_id
join account a on a.id = m.account_id
where ($1::uuid is null or m.account_id = $1) and ($2::uuid is null or m.company_id = $2)
 and s.revoked_at is null and s.rotated_at > now() - $3::interval order by s.rotated_at desc"""
LOSE: LiteralString = """update session s set revoked_at = now(), lost = true from membership m
where s.id = $1 and m.id = s.membership_id and m.company_id = $2 and ($3::uuid is null or m.account_id = $3)
 and s.revoked_at is null returning s.id"""
LOST: LiteralString = """select m.company_id, m.account_id, a.name from session s
join membership m on m.id = s.membership_id join account a on a.id = m.account_id
where s.id = $1 and (s.lost or a.status = 'disabled')"""
SEEN: LiteralString = """update session set seen_at = now(), unsent = $2
where id = $1 and (unsent <> $2 or seen_at is null or seen_at < now() - interval '1 minute')"""
SWEEP: LiteralString = """with codes as (delete from authorization_code where expires_at < now() - interval '1 day'),
tokens as (delete from spent_token where expires_at < now() - interval '1 hour'),
failures as (delete from failed_sign_in where since < now() - interval '1 day')
delete from session where coalesce(revoked_at, rotated_at + $2::interval) < now() - $1::interval"""


@dataclass(frozen=True, slots=True)
class Person:
    """The user in whose name a code or a session speaks."""

    account_id: UUID
    name: str
    email: str
    locale: str


@dataclass(frozen=True, slots=True)
class Code:
    client_id: str
    membership_id: UUID
    company_id: UUID
    person: Person
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    signed_in_at: datetime
    expires_at: datetime
    session_id: UUID | None  # what it was spent on


@dataclass(frozen=True, slots=True)
class Session:
    id: UUID
    client_id: str
    membership_id: UUID
    company_id: UUID
    person: Person
    scope: str
    device: str
    n: int
    signed_in_at: datetime
    rotated_at: datetime
    revoked_at: datetime | None
    lost: bool  # revoked as a device: what is on it is to go

    def ended(self, now: datetime) -> bool:
        return self.revoked_at is not None or now > self.rotated_at + IDLE or now > self.signed_in_at + LONGEST

    def answer(self, n: int, device: str, now: datetime) -> Literal["rotate", "repeat", "revoke"]:
        """What the family's token number n gets."""
        if n == self.n:
            return "rotate"
        if n == self.n - 1 and device == self.device and now <= self.rotated_at + GRACE:
            return "repeat"
        return "revoke"


# ---------------------------------------------------------------------------------------------------------------------
# Refresh tokens
# ---------------------------------------------------------------------------------------------------------------------


def refresh_token(keys: CompanyKeys, session_id: UUID, n: int) -> str:
    mac = keys.digest(PURPOSE, session_id.bytes + n.to_bytes(4))
    return base64.urlsafe_b64encode(TOKEN.pack(session_id.bytes, n, mac)).rstrip(b"=").decode()


def read_refresh_token(token: str) -> tuple[UUID, int, bytes] | None:
    """Session, number and proof, not yet checked. None: nothing that we ever gave out."""
    try:
        session, n, mac = TOKEN.unpack(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, struct.error):
        return None
    return UUID(bytes=session), n, mac


def is_refresh_token(keys: CompanyKeys, session_id: UUID, n: int, mac: bytes) -> bool:
    return keys.is_digest(PURPOSE, session_id.bytes + n.to_bytes(4), mac)


# ---------------------------------------------------------------------------------------------------------------------
# Their rows
# ---------------------------------------------------------------------------------------------------------------------


def code_hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


async def save_code(
    connection: asyncpg.Connection,
    code: str,
    *,
    client_id: str,
    membership_id: UUID,
    redirect_uri: str,
    scope: str,
    nonce: str | None,
    code_challenge: str,
) -> None:
    now = datetime.now(UTC)
    await connection.execute(
        SAVE_CODE, code_hash(code), client_id, membership_id, redirect_uri, scope, nonce, code_challenge,
        now, now + CODE_LASTS,
    )  # fmt: skip


async def find_code(connection: asyncpg.Connection, code: str) -> Code | None:
    row = await connection.fetchrow(FIND_CODE, code_hash(code))
    return Code(**with_person(row)) if row else None


async def spend_code(connection: asyncpg.Connection, code: str, session_id: UUID, device: str) -> bool:
    """Begins the session. False: somebody else has spent the code meanwhile."""
    return await connection.fetchval(SPEND_CODE, code_hash(code), session_id, device) is not None


async def find_session(connection: asyncpg.Connection, session_id: UUID) -> Session | None:
    row = await connection.fetchrow(FIND_SESSION, session_id)
    return Session(**with_person(row)) if row else None


async def rotate(connection: asyncpg.Connection, session_id: UUID, n: int) -> bool:
    """From token n to the next. False: it is no longer the newest, or the session has ended."""
    return await connection.fetchval(ROTATE, session_id, n) is not None


async def revoke_session(connection: asyncpg.Connection, session_id: UUID) -> bool:
    """Its refresh tokens stop at once, its access tokens within a minute."""
    return await connection.fetchval(REVOKE, session_id) is not None


async def spend_token(connection: asyncpg.Connection, token_id: str, expires_at: datetime) -> bool:
    """False: it was spent before."""
    return await connection.fetchval(SPEND, token_id, expires_at) is not None


async def is_spent(connection: asyncpg.Connection, token_id: str) -> bool:
    return bool(await connection.fetchval(IS_SPENT, token_id))


async def devices(
    database: Database, account_id: UUID | None = None, company_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Where this user, or everybody of this company, is signed in, the last used first: id, client_id, device,
    signed_in_at, rotated_at, seen_at (its last pull), unsent (what waited on it then), slug, account_id, name."""
    async with control_transaction(database) as door:
        return [dict(row) for row in await door.raw.fetch(DEVICES, account_id, company_id, IDLE)]


async def lose(database: Database, session_id: UUID, company_id: UUID, account_id: UUID | None = None) -> bool:
    """Ends a device of this company, or of this user in it; the app on it deletes what it holds. False: there is no
    such device."""
    async with control_transaction(database) as door:
        return await door.raw.fetchval(LOSE, session_id, company_id, account_id) is not None


@dataclass(frozen=True, slots=True)
class Lost:
    """Whose device it was."""

    company_id: UUID
    account_id: UUID
    name: str


async def find_lost(database: Database, session_id: UUID) -> Lost | None:
    """A device that may no longer act: it was lost, or its user is disabled."""
    async with control_transaction(database) as door:
        row = await door.raw.fetchrow(LOST, session_id)
    return Lost(**row) if row else None


async def seen(database: Database, session_id: UUID, unsent: int) -> None:
    """The device has pulled, with so many commands still on it."""
    async with control_transaction(database) as door:
        await door.raw.execute(SEEN, session_id, unsent)


async def sweep(database: Database) -> None:
    """Forgets what has ended long ago; for a scheduled job."""
    async with control_transaction(database) as door:
        await door.raw.execute(SWEEP, KEPT, IDLE)


def with_person(row: asyncpg.Record) -> dict[str, Any]:
    values = dict(row)
    person = Person(*(values.pop(name) for name in ("account_id", "name", "email", "locale")))
    return {**values, "person": person}
