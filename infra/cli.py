"""`huotong`: the operator's command line.

A command here names its options, imports what it needs when it runs (so that `--help` stays quick and one broken
module does not take the others along), calls it and shows the answer. With `--json` standard output carries the
answer and nothing else; progress and remarks go to standard error.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Huotong 货通")
db = typer.Typer(no_args_is_help=True, help="Embedded PostgreSQL without the rest.")
app.add_typer(db, name="db")

console = Console()
remarks = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="The answer as JSON on standard output.")]


@app.command()
def up() -> None:
    """PostgreSQL, API and worker in the foreground, until Ctrl-C."""
    from infra.launch import up
    from tenants.settings import Settings

    raise typer.Exit(up.up(Settings.from_environment(), console))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(
    context: typer.Context,
    role: Annotated[str, typer.Option("--as", help="app, owner or postgres")] = "owner",
) -> None:
    """psql on the database, by default as the owner of all schemas; what follows is handed to it."""
    from infra.launch import postgres
    from infra.launch.addresses import addresses
    from tenants.settings import Settings

    settings = Settings.from_environment()
    if role == "postgres":
        server = postgres.running(settings.data) if settings.embedded else None
        url = server.superuser_url if server else fail("only a running embedded PostgreSQL has a superuser of ours")
    else:
        found = addresses(settings)
        url = {"app": found.app, "owner": found.owner}.get(role) or fail(f"no such role: {role}")
    program = postgres.binaries() / "psql"
    os.execve(program, [str(program), *context.args], {**os.environ, **connection_environment(url)})


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


def show(as_json: bool, answer: Any, text: str) -> None:
    if as_json:
        sys.stdout.write(orjson.dumps(answer).decode() + "\n")
    else:
        console.print(text, soft_wrap=True)


def fail(why: str) -> NoReturn:
    remarks.print(why, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


def connection_environment(url: str) -> dict[str, str]:
    """For libpq's programs: an argument with the password in it would be there for everyone to read in `ps`."""
    from psycopg.conninfo import conninfo_to_dict

    names = {"user": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE"}
    return {names[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in names}


def main() -> None:
    try:
        app()
    except RuntimeError as error:
        from infra.launch.postgres import PostgresError

        if not isinstance(error, PostgresError):
            raise
        remarks.print(str(error), style="red", markup=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
