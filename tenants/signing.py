"""The keys that sign our tokens: kept wrapped by the master key, published before they sign, replaced with an overlap.

A key signs until the next one's turn, and its tokens are accepted for an hour longer, so that a rotation breaks nothing
that is on its way. ES256, because every OpenID client can check it.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import asyncpg
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from joserfc.util import urlsafe_b64decode

from tenants.keys import MasterKey
from tenants.transaction import Database, control_transaction

ALGORITHM = "ES256"
LONGEST = 8192  # characters of a token; more is refused unread
AHEAD = timedelta(minutes=15)  # a new key is published so long before it signs
BEHIND = timedelta(hours=1)  # and an old one accepted so long after
KEPT = 60.0  # seconds between two looks at the table
LEEWAY = 60  # seconds that a clock may be off

LOCK: LiteralString = "select pg_advisory_xact_lock(hashtext('signing_key'))"
SELECT: LiteralString = "select id, wrapped, signs_from from signing_key order by signs_from, id"
INSERT: LiteralString = "insert into signing_key (id, wrapped, signs_from) values ($1, $2, $3)"
REWRAP: LiteralString = "update signing_key set wrapped = $2 where id = $1"
RETIRED: LiteralString = """select k.id, k.wrapped, k.signs_from from signing_key k where exists (
  select from signing_key n where n.signs_from > k.signs_from and n.signs_from < now() - $1::interval)"""


class BadToken(Exception):
    """Not a token of ours, or no longer."""


@dataclass(frozen=True, slots=True)
class Signing:
    key: ECKey
    signs_from: datetime


class SigningKeys:
    """The keys of the instance as this process knows them. `renew` before use; everything else is in memory."""

    def __init__(self, database: Database, master: MasterKey) -> None:
        self.database, self.master = database, master
        self.keys: list[Signing] = []  # oldest first
        self.until = 0.0

    @classmethod
    async def open(cls, database: Database, master: MasterKey) -> "SigningKeys":
        keys = cls(database, master)
        await keys.renew()
        return keys

    async def renew(self) -> None:
        if time.monotonic() < self.until:
            return
        async with control_transaction(self.database) as door:
            rows = await door.raw.fetch(SELECT)
            if not rows:
                await door.raw.execute(LOCK)
                rows = await door.raw.fetch(SELECT)
            if not rows:
                await add(door.raw, self.master, datetime.now(UTC))
                rows = await door.raw.fetch(SELECT)
        self.keys = [Signing(await unwrap(self.master, row), row["signs_from"]) for row in rows]
        self.until = time.monotonic() + KEPT

    @property
    def current(self) -> ECKey:
        now = datetime.now(UTC)
        return next((each.key for each in reversed(self.keys) if each.signs_from <= now), self.keys[0].key)

    def accepted(self) -> list[ECKey]:
        """Keys that sign, will sign, or signed within the last hour."""
        ends = [*(each.signs_from + BEHIND for each in self.keys[1:]), datetime.max.replace(tzinfo=UTC)]
        return [each.key for each, end in zip(self.keys, ends, strict=True) if end > datetime.now(UTC)]

    def known(self) -> dict[str, ECKey]:
        """Every key that ever signed here, by its id: for what is to be checked after years, which no token is."""
        return {str(each.key.kid): each.key for each in self.keys}

    def published(self) -> dict[str, Any]:
        """The JSON Web Key Set."""
        return {"keys": [key.as_dict(private=False) for key in self.accepted()]}

    def sign(self, kind: str, claims: dict[str, Any]) -> str:
        header = {"alg": ALGORITHM, "typ": kind, "kid": self.current.kid}
        return jwt.encode(header, claims, self.current, algorithms=[ALGORITHM])

    def verify(self, token: str, kind: str, issuer: str, audience: str) -> dict[str, Any]:
        """The claims of a token of this kind. Our own header is the only one that there is: nothing that a token says
        about keys, algorithms or extensions is ever followed."""
        if len(token) > LONGEST:
            raise BadToken("too long")
        try:
            header = orjson.loads(urlsafe_b64decode(token.split(".", 1)[0].encode("ascii")))
            key = next(key for key in self.accepted() if header == {"alg": ALGORITHM, "typ": kind, "kid": key.kid})
            claims = jwt.decode(token, KeySet([key]), algorithms=[ALGORITHM]).claims
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": issuer},
                aud={"essential": True, "value": audience},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                jti={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError, StopIteration) as error:
            raise BadToken(str(error)) from error
        return claims


async def rotate(database: Database, master: MasterKey, at_once: bool = False) -> str:
    """A new key that takes over in a quarter of an hour; of keys whose tokens have all run out only the public half is
    kept, which what they signed for longer is checked with.

    At once: after a leak. Processes that have not looked since then refuse its tokens, for a minute at most; the old
    keys go, and with them every access token that is out; refresh tokens bring new ones. Nor is anything else believed
    that they signed.
    """
    async with control_transaction(database) as door:
        await door.raw.execute(LOCK)
        if at_once:
            await door.raw.execute("delete from signing_key")
        kid = await add(door.raw, master, datetime.now(UTC) + (timedelta() if at_once else AHEAD))
        for row in await door.raw.fetch(RETIRED, BEHIND):
            await retire(door.raw, master, row)
    return kid


async def rewrap(database: Database, master: MasterKey) -> int:
    """Wraps the keys with the newest master key, so that an older one may leave."""
    async with control_transaction(database) as door:
        rows = await door.raw.fetch(SELECT)
        for row in rows:
            plain = await master.unwrap(context(row["id"]), row["wrapped"])
            await door.raw.execute(REWRAP, row["id"], await master.wrap(context(row["id"]), plain))
    return len(rows)


def context(kid: str) -> bytes:
    return f"signing key|{kid}".encode()


async def add(connection: asyncpg.Connection, master: MasterKey, signs_from: datetime) -> str:
    kid = secrets.token_urlsafe(9)
    key = ECKey.generate_key("P-256")
    await connection.execute(INSERT, kid, await master.wrap(context(kid), key.as_der(private=True)), signs_from)
    return kid


async def retire(connection: asyncpg.Connection, master: MasterKey, row: asyncpg.Record) -> None:
    public = (await unwrap(master, row)).as_der(private=False)
    await connection.execute(REWRAP, row["id"], await master.wrap(context(row["id"]), public))


async def unwrap(master: MasterKey, row: asyncpg.Record) -> ECKey:
    der = await master.unwrap(context(row["id"]), row["wrapped"])
    return ECKey.import_key(der, {"kid": row["id"], "use": "sig", "alg": ALGORITHM})
