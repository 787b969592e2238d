"""`huotong tenants`: companies made, listed, suspended and erased."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.console import Json, fail, show, show_rows
from infra.operate import installed

if TYPE_CHECKING:
    from infra.installation import Installation
    from tenants.registry import Company

app = typer.Typer(no_args_is_help=True, help="Companies on this instance.")
is_slug = re.compile(r"[a-z0-9][a-z0-9-]{0,39}").fullmatch

Slug = Annotated[str, typer.Argument(help="The company's short name: lower-case letters, digits and hyphens.")]


@app.command()
def create(slug: Slug, name: Annotated[str, typer.Argument(help="As people call it.")], as_json: Json = False) -> None:
    """Schema, role, tables and keys, at the newest revision."""
    if not is_slug(slug):
        fail(f"{slug!r} is not a short name: lower-case letters, digits and hyphens, at most 40")

    async def work(here: Installation) -> Company:
        if await here.registry.find(slug=slug):
            fail(f"there is a company {slug!r} already")
        return await here.create(slug, name)

    company = installed(work)
    show(as_json, facts(company), f"{name} ({slug}) is there, in the schema {company.schema}.")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """All companies, suspended ones too."""

    async def work(here: Installation) -> list[Company]:
        return await here.registry.find()

    companies = [facts(company) for company in installed(work)]
    show_rows(as_json, companies, ("slug", "name", "status", "schema"), "There is no company yet.")


@app.command()
def suspend(slug: Slug, as_json: Json = False) -> None:
    """Nobody enters any more, within a minute; its data stays."""

    async def work(here: Installation) -> None:
        from tenants import erase

        await erase.suspend(here.owner, await here.company(slug))

    installed(work)
    show(as_json, {"slug": slug, "status": "suspended"}, f"{slug} is suspended.")


@app.command()
def resume(slug: Slug, as_json: Json = False) -> None:
    """Let a suspended company back in."""

    async def work(here: Installation) -> None:
        from tenants import erase

        await erase.resume(here.owner, await here.company(slug))

    installed(work)
    show(as_json, {"slug": slug, "status": "active"}, f"{slug} is active.")


@app.command()
def erase(
    slug: Slug,
    typed: Annotated[str | None, typer.Option("--confirm", help="The short name once more, for scripts.")] = None,
    as_json: Json = False,
) -> None:
    """Drop all that a company has and destroy its keys. Nothing brings it back."""

    async def work(here: Installation) -> None:
        from tenants import erase

        company = await here.company(slug)
        again = typed or typer.prompt(f"All of {company.name} will be gone, for ever. Type {slug} to go on", err=True)
        if again != slug:
            fail("That is another name; nothing was erased.")
        await erase.erase(here.owner, company, here.settings.data)

    installed(work)
    show(as_json, {"slug": slug, "status": "erased"}, f"{slug} is erased.")


def facts(company: Company) -> dict[str, Any]:
    return {name: getattr(company, name) for name in ("id", "slug", "name", "schema", "status")}
