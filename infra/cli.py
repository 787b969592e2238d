"""`huotong`: the operator's command line.

A command here names its options, imports what it needs when it runs (so that `--help` stays quick and one broken
module does not take the others along), calls it and shows the answer. With `--json` standard output carries the
answer and nothing else; progress and remarks go to standard error.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.console import Json, console, fail, progress, remarks, show
from infra.operate import audit, companies, imports, installed, jobs, people

if TYPE_CHECKING:
    from infra.installation import Installation

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Huotong 货通")
db = typer.Typer(no_args_is_help=True, help="Embedded PostgreSQL without the rest.")
demo = typer.Typer(no_args_is_help=True, help="The two demo companies.")
app.add_typer(companies.app, name="tenants")
app.add_typer(jobs.app, name="jobs")
app.add_typer(people.users, name="users")
app.add_typer(people.clients, name="clients")
app.add_typer(db, name="db")
app.add_typer(demo, name="demo")
app.command("import")(imports.import_file)
app.command("reconcile")(audit.reconcile)
app.command("verify-log")(audit.verify_log)
app.command("verify-certificate")(audit.verify_certificate)
app.command("redact")(audit.redact)


@app.command()
def up(
    load: Annotated[bool, typer.Option(envvar="HUOTONG_DEMO_LOAD", help="Fill the demo companies, if empty.")] = True,
) -> None:
    """PostgreSQL, API and worker in the foreground, until Ctrl-C."""
    from infra.launch import up
    from tenants.settings import Settings

    raise typer.Exit(up.up(Settings.from_environment(), console, load))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(
    context: typer.Context,
    role: Annotated[str, typer.Option("--as", help="app, owner or postgres")] = "owner",
) -> None:
    """psql on the database, by default as the owner of all schemas; what follows is handed to it."""
    from infra.launch import postgres
    from infra.launch.addresses import addresses
    from infra.launch.binaries import binaries
    from tenants.settings import Settings

    settings = Settings.from_environment()
    if role == "postgres":
        server = postgres.running(settings.data) if settings.embedded else None
        url = server.superuser_url if server else fail("only a running embedded PostgreSQL has a superuser of ours")
    else:
        found = addresses(settings)
        url = {"app": found.app, "owner": found.owner}.get(role) or fail(f"no such role: {role}")
    program = binaries() / "psql"
    os.execve(program, [str(program), *context.args], {**os.environ, **connection_environment(url)})


@app.command()
def migrate(as_json: Json = False) -> None:
    """Bring the control schema and every company to the newest revision; exit status 1 if one stays behind."""
    from dataclasses import asdict

    from infra.launch.addresses import addresses
    from infra.operate.upgrade import upgrade_all
    from tenants.settings import Settings

    with progress("schemas") as advance:
        owner = addresses(Settings.from_environment()).owner
        results = upgrade_all(owner, lambda total: advance(0, total), lambda _: advance(1))
    failed = [one for one in results if one.error]
    for one in failed:
        remarks.print(f"{one.schema}: {one.error}", style="red", markup=False, soft_wrap=True)
    moved = sum(one.before != one.after for one in results if not one.error)
    text = f"{moved} of {len(results)} schemas were brought up to date, {len(failed)} failed."
    show(as_json, [asdict(one) for one in results], text)
    raise typer.Exit(1 if failed else 0)


@app.command("rotate-keys")
def rotate_keys(
    data: Annotated[
        bool, typer.Option("--data", help="Also a new data key for each company, and all it encrypts.")
    ] = False,
    company: Annotated[str | None, typer.Option("--company", help="With --data: only this one.")] = None,
    wait: Annotated[float, typer.Option(help="Seconds in which other processes take up a new data key.")] = 75.0,
    as_json: Json = False,
) -> None:
    """Wrap all keys with the newest master key. Online; what was cut off goes on when it is called again."""

    async def work(here: Installation) -> dict[str, int]:
        from infra.operate import keys

        with progress("wrapped keys") as advance:
            wrapped = await keys.rewrap(here, advance)
        if not data:
            return {"wrapped": wrapped}
        rows = 0
        for one in [await here.company(company)] if company else await here.registry.find():
            with progress(f"rows of {one.slug}", await keys.remaining(here, one)) as advance:
                rows += await keys.rotate_data(here, one, wait, advance)
        return {"wrapped": wrapped, "rows": rows}

    answer = installed(work)
    text = f"{answer['wrapped']} keys are wrapped with the newest master key."
    show(as_json, answer, f"{text} {answer['rows']} rows were encrypted again." if data else text)


@demo.command("load")
def demo_load() -> None:
    """Fill them, or go on where that was cut off; what is there already stays as it is."""
    import asyncio

    from infra import demo
    from tenants.settings import Settings

    asyncio.run(demo.load(Settings.from_environment()))


@app.command()
def bench(
    only: Annotated[str, typer.Option(help="How the names of the benches begin.")] = "",
    peers: Annotated[bool, typer.Option(help="Other systems too, fetched when they are missing.")] = True,
) -> None:
    """Measure, one JSON object a line; about a quarter of an hour with everything."""
    from infra.bench.run import run
    from tenants.settings import Settings

    raise typer.Exit(run(Settings.from_environment(), only, peers))


@db.command()
def start(as_json: Json = False) -> None:
    """Start it in the background, or find it running."""
    from infra.launch import postgres

    server = postgres.start(data())
    show(
        as_json, {"pid": server.pid, "port": server.port}, f"PostgreSQL runs on port {server.port} (pid {server.pid})."
    )


@db.command()
def stop(as_json: Json = False) -> None:
    """Stop it in order."""
    from infra.launch import postgres

    stopped = postgres.stop(data())
    show(as_json, {"stopped": stopped}, "Stopped." if stopped else "It was not running.")


@db.command()
def status(as_json: Json = False) -> None:
    """Whether it takes connections; exit status 3 if not."""
    from infra.launch import postgres

    server = postgres.running(data())
    if server is None:
        show(as_json, {"running": False}, "PostgreSQL is not running.")
        raise typer.Exit(3)
    answer = {"running": True, "pid": server.pid, "port": server.port}
    show(as_json, answer, f"PostgreSQL runs on port {server.port} (pid {server.pid}).")


def data() -> Path:
    from tenants.settings import Settings

    settings = Settings.from_environment()
    return settings.data if settings.embedded else fail("HUOTONG_DATABASE_URL is set: that server is not ours to run")


def connection_environment(url: str) -> dict[str, str]:
    """For libpq's programs: an argument with the password in it would be there for everyone to read in `ps`."""
    from psycopg.conninfo import conninfo_to_dict

    names = {"user": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE"}
    return {names[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in names}


def main() -> None:
    """What an operator can put right is said in a sentence; anything else is a bug and keeps its traceback."""
    try:
        app()
    except Exception as error:
        from asyncpg import InvalidAuthorizationSpecificationError, PostgresConnectionError

        from infra.launch.binaries import PostgresError
        from tenants.accounts import AccountError
        from tenants.keys import KeyFault

        known = (PostgresError, AccountError, KeyFault, PostgresConnectionError, InvalidAuthorizationSpecificationError)
        if not isinstance(error, (*known, ConnectionError)):
            raise
        remarks.print(str(error), style="red", markup=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
