"""Users, what they are in which company, and sign-in by e-mail address and password.

A user is one person with one password; a membership lets that person into a company, its roles say what for.
Clients, the programs of partners, are members too (clients.py).
"""

import hashlib
import ipaddress
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from re import compile
from typing import Any, LiteralString
from uuid import UUID, uuid4

import asyncpg

from tenants.access import ROLES, rights_changed
from tenants.passwords import hash_password, is_outdated, is_password
from tenants.registry import Company
from tenants.transaction import Database, control_transaction

LOCALES = ("zh-CN", "en")
WINDOW = timedelta(minutes=15)
TRIES_OF_ACCOUNT = 10  # failed ones within the window; the next is refused unread until the window is over
TRIES_OF_ADDRESS = 100  # an office has one address
is_email = compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*").fullmatch

CREATE: LiteralString = """insert into account (id, email, name, locale, password_hash) values ($1, $2, $3, $4, $5)
on conflict (email) do nothing returning id"""
PASSWORD: LiteralString = """with changed as (update account set password_hash = $2 where email = $1 returning id),
ended as (update session s set revoked_at = now() from membership m, changed
 where m.account_id = changed.id and s.membership_id = m.id and s.revoked_at is null)
select id from changed"""
STATUS: LiteralString = "update account set status = $2 where email = $1 returning id"
USERS: LiteralString = """select a.id, a.email, a.name, a.locale, a.status, c.slug,
 array(select role from binding b where b.membership_id = m.id order by role) as roles, m.party_id
from account a left join membership m on m.account_id = a.id left join company c on c.id = m.company_id
where $1::uuid is null or m.company_id = $1 order by a.email, c.slug"""
JOIN: LiteralString = """with member as (
 select a.id as account_id, null::uuid as client_id from account a where a.email = $3
 union all select null, k.id from client k where k.client_id = $4),
made as (insert into membership (id, company_id, account_id, client_id, party_id)
 select $1, $2, account_id, client_id, $5 from member on conflict do nothing returning id),
joined as (select id from made union all select m.id from membership m join member
 on m.account_id = member.account_id or m.client_id = member.client_id where m.company_id = $2)
select (select count(*) from member) as members, (select id from joined limit 1) as id"""
BIND: LiteralString = """insert into binding (membership_id, role, warehouses) values ($1, $2, $3)
on conflict (membership_id, role) do update set warehouses = excluded.warehouses"""
PARTY: LiteralString = "update membership set party_id = $2 where id = $1"
UNBIND: LiteralString = """with mine as (select m.id from membership m
 left join account a on a.id = m.account_id left join client k on k.id = m.client_id
 where m.company_id = $1 and (a.email = $2 or k.client_id = $3))
delete from binding b using mine where b.membership_id = mine.id and ($4::text is null or b.role = $4)
returning b.role"""
LEAVE: LiteralString = """delete from membership m where m.company_id = $1
 and not exists (select from binding b where b.membership_id = m.id)"""
ATTEMPT: LiteralString = """insert into failed_sign_in as f (subject, count, since) values ($1, 1, now())
on conflict (subject) do update set
 count = case when f.since > now() - $2::interval then f.count + 1 else 1 end,
 since = case when f.since > now() - $2::interval then f.since else now() end
returning count, extract(epoch from since + $2::interval - now())::int as seconds"""
SUCCESS: LiteralString = "delete from failed_sign_in where subject = $1"
NOT_FAILED: LiteralString = "update failed_sign_in set count = count - 1 where subject = $1 and count > 0"
FIND: LiteralString = "select id, email, name, locale, password_hash, status from account where email = $1"
REHASH: LiteralString = "update account set password_hash = $2 where id = $1"
MEMBERSHIPS: LiteralString = """select m.id, c.id as company_id, c.name as company_name
from membership m join company c on c.id = m.company_id join account a on a.id = m.account_id
where m.account_id = $1 and a.status = 'active' and c.status = 'active'
 and exists (select from binding b where b.membership_id = m.id) order by c.name, c.id"""


class AccountError(ValueError):
    """What an operator asked for cannot be done; the message says why."""


class WrongCredentials(Exception):
    """No such account, or another password: nobody is told which."""


class Throttled(Exception):
    """Too many failed sign-ins for this account or from this network address."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many failed sign-ins, try again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Membership:
    id: UUID
    company_id: UUID
    company_name: str


# ---------------------------------------------------------------------------------------------------------------------
# Users
# ---------------------------------------------------------------------------------------------------------------------


async def create_user(
    database: Database, email: str, name: str, password: str | None = None, locale: str = "zh-CN"
) -> UUID:
    address = normal_email(email)
    if locale not in LOCALES:
        raise AccountError(f"{locale!r} is not one of {', '.join(LOCALES)}")
    hashed = await hash_password(password) if password is not None else None
    async with control_transaction(database) as door:
        if id := await door.raw.fetchval(CREATE, uuid4(), address, name.strip(), locale, hashed):
            return id
    raise AccountError(f"{address} has an account already")


async def set_password(database: Database, email: str, password: str) -> None:
    """Also ends every session of the account."""
    hashed = await hash_password(password)
    async with control_transaction(database) as door:
        if not await door.raw.fetchval(PASSWORD, normal_email(email), hashed):
            raise AccountError(f"{email} has no account")


async def disable_user(database: Database, email: str, disabled: bool = True) -> None:
    """Takes effect within a minute; the account and what it did stay."""
    async with control_transaction(database) as door:
        if not await door.raw.fetchval(STATUS, normal_email(email), "disabled" if disabled else "active"):
            raise AccountError(f"{email} has no account")


async def users(database: Database, company: Company | None = None) -> list[dict[str, Any]]:
    """One row for each user and company: id, email, name, locale, status, slug, roles, party_id."""
    async with control_transaction(database) as door:
        return [dict(row) for row in await door.raw.fetch(USERS, company and company.id)]


def normal_email(text: str) -> str:
    address = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(address) > 254 or not is_email(address):
        raise AccountError(f"{text!r} is not an e-mail address")
    return address


# ---------------------------------------------------------------------------------------------------------------------
# What they are in a company
# ---------------------------------------------------------------------------------------------------------------------


async def grant(
    company: Company,
    role: str,
    *,
    email: str | None = None,
    client_id: str | None = None,
    party_id: UUID | None = None,
    warehouses: Sequence[UUID] | None = None,
) -> UUID:
    """Gives a user or a client a role in the company; returns the membership. A partner is bound to a party.

    `warehouses`: all that the member sees and works at; granting again without them takes the bound away.
    """
    if role not in ROLES:
        raise AccountError(f"{role!r} is not one of {', '.join(ROLES)}")
    if role == "partner" and party_id is None:
        raise AccountError("the role partner needs the party whose records may be seen")
    async with control_transaction(company.database) as door:
        membership_id = await bind(
            door.raw, company, role, email and normal_email(email), client_id, party_id, warehouses
        )
    await rights_changed(company)
    return membership_id


async def bind(
    connection: asyncpg.Connection,
    company: Company,
    role: str,
    email: str | None,
    client_id: str | None,
    party_id: UUID | None,
    warehouses: Sequence[UUID] | None = None,
) -> UUID:
    found = await connection.fetchrow(JOIN, uuid4(), company.id, email, client_id, party_id)
    assert found
    if not found["members"]:
        raise AccountError(f"{email or client_id} is not known")
    if not found["id"]:
        raise AccountError(f"{client_id} works for another company")
    await connection.execute(BIND, found["id"], role, warehouses)
    if party_id:
        await connection.execute(PARTY, found["id"], party_id)
    return found["id"]


async def revoke(
    company: Company, role: str | None = None, *, email: str | None = None, client_id: str | None = None
) -> list[str]:
    """Takes one role away, or all; returns which. Without a role the member is out and its sessions end."""
    async with control_transaction(company.database) as door:
        taken = await door.raw.fetch(UNBIND, company.id, email and normal_email(email), client_id, role)
        await door.raw.execute(LEAVE, company.id)
    await rights_changed(company)
    return [row["role"] for row in taken]


async def memberships(database: Database, account_id: UUID) -> list[Membership]:
    """The companies that this user may enter now."""
    async with control_transaction(database) as door:
        return [Membership(**row) for row in await door.raw.fetch(MEMBERSHIPS, account_id)]


# ---------------------------------------------------------------------------------------------------------------------
# Sign-in
# ---------------------------------------------------------------------------------------------------------------------


async def sign_in(database: Database, email: str, password: str, address: str) -> UUID:
    """The account's id. Raises WrongCredentials or Throttled; neither their answers nor their times tell whether there
    is such an account.

    An attempt counts as failed from its start, so that many at once cannot get past the limit.
    """
    try:
        email = normal_email(email)
    except AccountError:
        email = ""  # goes the same way as an unknown one
    of_account, of_address = subject("account", email), subject("address", network(address))
    async with control_transaction(database) as door:
        tries = await door.raw.fetchrow(ATTEMPT, of_account, WINDOW)
        all_tries = await door.raw.fetchrow(ATTEMPT, of_address, WINDOW)
        account = await door.raw.fetchrow(FIND, email)
    assert tries
    assert all_tries
    if tries["count"] > TRIES_OF_ACCOUNT:
        raise Throttled(tries["seconds"])
    if all_tries["count"] > TRIES_OF_ADDRESS:
        raise Throttled(all_tries["seconds"])
    stored = account and account["password_hash"]
    if not await is_password(password, stored) or not account or account["status"] != "active":
        raise WrongCredentials
    renewed = await hash_password(password) if is_outdated(account["password_hash"]) else None
    async with control_transaction(database) as door:
        await door.raw.execute(SUCCESS, of_account)
        await door.raw.execute(NOT_FAILED, of_address)
        if renewed:
            await door.raw.execute(REHASH, account["id"], renewed)
    return account["id"]


def subject(kind: str, value: str) -> bytes:
    """A hash, for people type passwords into the wrong field."""
    return hashlib.sha256(f"{kind}:{value}".encode()).digest()


def network(address: str) -> str:
    """Whoever has one IPv6 address has a /64 of them."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else address
