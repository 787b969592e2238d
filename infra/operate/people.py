"""`huotong users` and `huotong clients`: who may enter, people and programs."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.console import Json, fail, show, show_rows
from infra.operate import installed

if TYPE_CHECKING:
    from infra.installation import Installation
    from tenants.clients import Credentials

users = typer.Typer(no_args_is_help=True, help="People who sign in.")
clients = typer.Typer(no_args_is_help=True, help="Programs of partners, which sign in by themselves.")

Email = Annotated[str, typer.Argument()]
Slug = Annotated[str, typer.Option("--company", help="The company's short name.")]
MaybeSlug = Annotated[str | None, typer.Option("--company", help="Only those of this company.")]
Role = Annotated[str, typer.Option(help="owner, manager, buyer, sales, keeper or partner")]
Party = Annotated[str | None, typer.Option("--party", help="The code of the partner whose records are all it sees.")]
Warehouses = Annotated[
    list[str] | None, typer.Option("--warehouse", help="Only there, by its code; several times for several.")
]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="The password is the first line of the input.")]


# ---------------------------------------------------------------------------------------------------------------------
# Users
# ---------------------------------------------------------------------------------------------------------------------


@users.command("create")
def create_user(
    email: Email,
    name: Annotated[str, typer.Option(help="As colleagues call them.")],
    company: MaybeSlug = None,
    role: Annotated[str | None, typer.Option(help="What they are in that company.")] = None,
    locale: Annotated[str, typer.Option(help="zh-CN or en")] = "zh-CN",
    from_input: FromInput = False,
    as_json: Json = False,
) -> None:
    """An account, with a password that is made up and shown once if none is given; and its first role."""
    if (company is None) != (role is None):
        fail("--company and --role go together")
    password = chosen(from_input)

    async def work(here: Installation) -> None:
        from tenants import accounts
        from tenants.access import ROLES

        joined = await here.company(company) if company else None
        if role and (role not in ROLES or role == "partner"):
            fail(f"{role!r} is not one of {', '.join(sorted(ROLES.keys() - {'partner'}))}")
        await accounts.create_user(here.database, email, name, password, locale)
        if joined and role:
            await accounts.grant(joined, role, email=email)

    installed(work)
    tell(as_json, {"email": email}, f"{email} has an account.", None if from_input else password)


@users.command("list")
def list_users(company: MaybeSlug = None, as_json: Json = False) -> None:
    """One line for each person and company."""

    async def work(here: Installation) -> list[dict[str, Any]]:
        from tenants import accounts

        return await accounts.users(here.database, await here.company(company) if company else None)

    show_rows(as_json, installed(work), ("email", "name", "status", "slug", "roles"), "There is nobody yet.")


@users.command("grant")
def grant(
    email: Email, role: Role, company: Slug, party: Party = None, warehouses: Warehouses = None, as_json: Json = False
) -> None:
    """Give a person a role in a company; again with other warehouses, or without any, to change where."""

    async def work(here: Installation) -> None:
        from tenants import accounts

        joined = await here.company(company)
        bound = await here.warehouses(joined, warehouses)
        await accounts.grant(joined, role, email=email, party_id=await here.party(joined, party), warehouses=bound)

    installed(work)
    show(as_json, {"email": email, "role": role, "company": company}, f"{email} is {role} of {company}.")


@users.command("revoke")
def revoke(
    email: Email,
    company: Slug,
    role: Annotated[str | None, typer.Option(help="Only this one; without it the person is out.")] = None,
    as_json: Json = False,
) -> None:
    """Take a role away, or all of them."""

    async def work(here: Installation) -> list[str]:
        from tenants import accounts

        return await accounts.revoke(await here.company(company), role, email=email)

    if not (taken := installed(work)):
        fail(f"{email} had no such role in {company}")
    show(as_json, {"email": email, "revoked": taken}, f"{email} is no longer {', '.join(taken)} of {company}.")


@users.command("password")
def password(email: Email, from_input: FromInput = False, as_json: Json = False) -> None:
    """A new password; every session of the person ends."""
    new = chosen(from_input)

    async def work(here: Installation) -> None:
        from tenants import accounts

        await accounts.set_password(here.database, email, new)

    installed(work)
    tell(as_json, {"email": email}, f"{email} has a new password.", None if from_input else new)


@users.command("disable")
def disable_user(
    email: Email,
    enable: Annotated[bool, typer.Option("--enable", help="Let them in again.")] = False,
    as_json: Json = False,
) -> None:
    """Keep a person out, within a minute; the account and what it did stay."""

    async def work(here: Installation) -> None:
        from tenants import accounts

        await accounts.disable_user(here.database, email, disabled=not enable)

    installed(work)
    status = "active" if enable else "disabled"
    show(as_json, {"email": email, "status": status}, f"{email} is {status}.")


def chosen(from_input: bool) -> str:
    if not from_input:
        return secrets.token_urlsafe(12)
    return sys.stdin.readline().rstrip("\r\n") or fail("there is no password on the input")


def tell(as_json: bool, answer: dict[str, Any], text: str, made_up: str | None) -> None:
    """With the password only where nobody knows it yet."""
    shown = {"password": made_up} if made_up else {}
    show(as_json, {**answer, **shown}, f"{text} Password: {made_up}" if made_up else text)


# ---------------------------------------------------------------------------------------------------------------------
# Clients
# ---------------------------------------------------------------------------------------------------------------------


@clients.command("create")
def create_client(
    name: Annotated[str, typer.Argument(help="Whose program it is.")],
    company: Slug,
    role: Role = "partner",
    party: Party = None,
    scopes: Annotated[list[str] | None, typer.Option("--scope", help="Only these permissions of the role.")] = None,
    as_json: Json = False,
) -> None:
    """Client id and secret for one company; the secret is shown once."""

    async def work(here: Installation) -> Credentials:
        from tenants import clients

        owner = await here.company(company)
        party_id = await here.party(owner, party)
        return await clients.create_client(owner, name, role, party_id=party_id, scopes=scopes or None)

    show_secret(as_json, installed(work))


@clients.command("list")
def list_clients(company: MaybeSlug = None, as_json: Json = False) -> None:
    """All of them, or those of one company."""

    async def work(here: Installation) -> list[dict[str, Any]]:
        from tenants import clients

        return await clients.clients(here.database, await here.company(company) if company else None)

    columns = ("client_id", "name", "kind", "status", "slug", "roles", "scopes")
    show_rows(as_json, installed(work), columns, "There is no client yet.")


@clients.command("disable")
def disable_client(client_id: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
    """It gets no more tokens; those it has stop within a minute."""

    async def work(here: Installation) -> None:
        from tenants import clients

        await clients.disable_client(here.database, client_id)

    installed(work)
    show(as_json, {"client_id": client_id, "status": "disabled"}, f"{client_id} is disabled.")


@clients.command("renew-secret")
def renew_secret(client_id: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
    """A new secret in place of the old one, which stops at once."""

    async def work(here: Installation) -> Credentials:
        from tenants import clients

        return await clients.renew_secret(here.database, client_id)

    show_secret(as_json, installed(work))


def show_secret(as_json: bool, made: Credentials) -> None:
    answer = {"client_id": made.client_id, "client_secret": made.client_secret}
    show(as_json, answer, f"client_id {made.client_id}\nclient_secret {made.client_secret}")
