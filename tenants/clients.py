"""Programs that ask for tokens: the app itself, apps that act for a user, and partners that act for themselves."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tenants.access import ROLES, rights_changed
from tenants.accounts import AccountError, bind
from tenants.registry import Company
from tenants.transaction import Database, control_transaction

APP = "huotong-pwa"
SIGNED_IN = "/signed-in"  # where the app takes up its code
IDENTITY = ("openid", "profile", "email", "offline_access")
LOCAL = ("127.0.0.1", "localhost", "[::1]")

FIND: LiteralString = """select k.id, k.client_id, k.name, k.secret_hash, k.jwks::text, k.redirect_uris, k.scopes,
 m.id as membership_id, m.company_id
from client k left join membership m on m.client_id = k.id where k.client_id = $1 and k.status = 'active'"""
INSERT: LiteralString = """insert into client (id, client_id, name, kind, secret_hash, jwks, redirect_uris, scopes)
values ($1, $2, $3, $4, $5, $6, $7, $8)"""
SECRET: LiteralString = """update client set secret_hash = $2
where client_id = $1 and secret_hash is not null returning id"""
DISABLE: LiteralString = """with changed as (
 update client set status = 'disabled' where client_id = $1 returning id, client_id),
ended as (update session s set revoked_at = now() from changed
 where s.client_id = changed.client_id and s.revoked_at is null)
select m.company_id from changed left join membership m on m.client_id = changed.id"""
CLIENTS: LiteralString = """select k.client_id, k.name, k.kind, k.status, k.scopes, k.redirect_uris, c.slug,
 array(select role from binding b where b.membership_id = m.id order by role) as roles, m.party_id
from client k left join membership m on m.client_id = k.id left join company c on c.id = m.company_id
where $1::uuid is null or m.company_id = $1 order by k.name, k.client_id"""


@dataclass(frozen=True, slots=True)
class Client:
    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]
    secret_hash: bytes | None = None
    jwks: Mapping[str, Any] | None = None
    membership_id: UUID | None = None  # the company it works for
    company_id: UUID | None = None

    @property
    def is_app(self) -> bool:
        """The app: part of this instance, its refresh token in a cookie, not narrowed by scopes."""
        return self.client_id == APP

    def has_secret(self, secret: str) -> bool:
        return self.secret_hash is not None and secrets.compare_digest(digest(secret), self.secret_hash)


@dataclass(frozen=True, slots=True)
class Credentials:
    client_id: str
    client_secret: str | None  # shown once, kept as a hash


def the_app(public_url: str) -> Client:
    """Comes back to its own address only; a machine's own app may be called by either of the machine's names."""
    address = urlsplit(public_url)
    hosts = LOCAL if address.scheme == "http" and is_local(public_url) else (None,)
    port = f":{address.port}" if address.port else ""
    uris = tuple(f"http://{host}{port}{SIGNED_IN}" if host else f"{public_url}{SIGNED_IN}" for host in hosts)
    return Client(APP, "Huotong", uris, frozenset(IDENTITY))


async def find_client(connection: asyncpg.Connection, client_id: str) -> Client | None:
    row = await connection.fetchrow(FIND, client_id)
    if row is None:
        return None
    return Client(
        row["client_id"],
        row["name"],
        tuple(row["redirect_uris"]),
        frozenset(row["scopes"]),
        row["secret_hash"],
        orjson.loads(row["jwks"]) if row["jwks"] else None,
        row["membership_id"],
        row["company_id"],
    )


async def create_client(
    company: Company,
    name: str,
    role: str = "partner",
    *,
    party_id: UUID | None = None,
    scopes: Collection[str] | None = None,
    jwks: Mapping[str, Any] | None = None,
) -> Credentials:
    """A program that works for one company by itself (client credentials). It proves who it is by a secret, which is
    returned here and never again, or by a key of its own, of which only the public part comes here.
    """
    if role not in ROLES:
        raise AccountError(f"{role!r} is not one of {', '.join(ROLES)}")
    if role == "partner" and party_id is None:
        raise AccountError("the role partner needs the party whose records may be seen")
    allowed = ROLES[role] if scopes is None else frozenset(scopes)
    if beyond := allowed - ROLES[role]:
        raise AccountError(f"{', '.join(sorted(beyond))} is more than the role {role} has")
    credentials = new_credentials(with_secret=jwks is None)
    async with control_transaction(company.database) as door:
        await insert(door.raw, credentials, name, "confidential", jwks, (), allowed)
        await bind(door.raw, company, role, None, credentials.client_id, party_id)
    await rights_changed(company)
    return credentials


async def create_app(
    database: Database, name: str, redirect_uris: Sequence[str], scopes: Collection[str], *, public: bool = False
) -> Credentials:
    """A program that acts for users who sign in here (authorization code). It gets what both it and they may."""
    for uri in redirect_uris:
        check_redirect_uri(uri)
    credentials = new_credentials(with_secret=not public)
    kind = "public" if public else "confidential"
    async with control_transaction(database) as door:
        await insert(door.raw, credentials, name, kind, None, redirect_uris, frozenset(scopes))
    return credentials


async def insert(
    connection: asyncpg.Connection,
    credentials: Credentials,
    name: str,
    kind: str,
    jwks: Mapping[str, Any] | None,
    redirect_uris: Sequence[str],
    scopes: frozenset[str],
) -> None:
    if unknown := scopes - ROLES["owner"] - set(IDENTITY):
        raise AccountError(f"no such scope: {', '.join(sorted(unknown))}")
    secret_hash = digest(credentials.client_secret) if credentials.client_secret else None
    keys = orjson.dumps(public_part(jwks)).decode() if jwks else None
    id, uris = uuid4(), list(redirect_uris)
    await connection.execute(INSERT, id, credentials.client_id, name, kind, secret_hash, keys, uris, sorted(scopes))


async def renew_secret(database: Database, client_id: str) -> Credentials:
    """A new secret in place of the old one, which stops at once."""
    credentials = Credentials(client_id, secrets.token_urlsafe(32))
    assert credentials.client_secret
    async with control_transaction(database) as door:
        if not await door.raw.fetchval(SECRET, client_id, digest(credentials.client_secret)):
            raise AccountError(f"{client_id} is no client with a secret")
    return credentials


async def disable_client(database: Database, client_id: str) -> None:
    """It gets no more tokens; those that it has stop within a minute."""
    async with control_transaction(database) as door:
        if not await door.raw.fetch(DISABLE, client_id):
            raise AccountError(f"{client_id} is not known")


async def clients(database: Database, company: Company | None = None) -> list[dict[str, Any]]:
    """One row for each client: client_id, name, kind, status, scopes, redirect_uris, slug, roles, party_id."""
    async with control_transaction(database) as door:
        return [dict(row) for row in await door.raw.fetch(CLIENTS, company and company.id)]


def new_credentials(with_secret: bool) -> Credentials:
    return Credentials(f"c-{secrets.token_hex(10)}", secrets.token_urlsafe(32) if with_secret else None)


def digest(secret: str) -> bytes:
    """A plain hash is enough: the secret is 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def public_part(jwks: Mapping[str, Any]) -> dict[str, Any]:
    try:
        keys = KeySet.import_key_set({"keys": list(jwks["keys"])}).keys
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise AccountError(f"not a JSON Web Key Set: {error}") from error
    if not keys or any(key.key_type == "oct" for key in keys):
        raise AccountError("the key set needs public keys, and only them")
    return {"keys": [key.as_dict(private=False) for key in keys]}


def check_redirect_uri(uri: str) -> None:
    """An address of its own that is compared as it stands: https, or the user's own machine."""
    parts = urlsplit(uri)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local(uri)):
        raise AccountError(f"{uri} is neither https nor on the user's own machine")
    if not parts.hostname or parts.fragment or parts.username or "*" in uri or "#" in uri:
        raise AccountError(f"{uri} is not an address to come back to: no fragment, no user, no wildcard")


def is_local(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
