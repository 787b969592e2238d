"""The cluster: made at the first start, with its passwords, roles and databases."""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from infra.launch.binaries import PostgresError, Runner

DATABASE, SUPERUSER, OWNER, APP = "huotong", "postgres", "huotong_owner", "huotong_app"
RIGHTS: dict[str, LiteralString] = {OWNER: "login createrole", APP: "login noinherit"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running cluster, seen from one of its databases."""

    pid: int
    port: int
    bin: Path  # psql and the rest, for us to run; the server itself may run from a copy
    data: Path
    passwords: Mapping[str, str] = field(repr=False)
    database: str = DATABASE

    def url(self, role: str) -> str:
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{self.database}"

    @property
    def superuser_url(self) -> str:
        return self.url(SUPERUSER)

    @property
    def owner_url(self) -> str:
        return self.url(OWNER)

    @property
    def app_url(self) -> str:
        return self.url(APP)

    def on(self, database: str) -> "Server":
        return replace(self, database=database)


def passwords_of(home: Path) -> dict[str, str]:
    path = home / "secrets.json"
    if path.exists():
        return json.loads(path.read_text())
    if (home / "cluster").exists():
        raise PostgresError(f"{path} is lost: without its passwords nobody can enter {home / 'cluster'}")
    passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APP)}
    _write_private(path, json.dumps(passwords, indent=2))
    return passwords


def _write_private(path: Path, text: str) -> None:
    """All of it or nothing, and never for a moment readable by others."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def initialize(home: Path, runner: Runner, passwords: Mapping[str, str]) -> None:
    """initdb into a draft that gets its name when it is whole, so that a killed first start can be repeated."""
    if (home / "cluster").exists():
        return
    draft, password = home / "cluster.draft", home / "password.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    runner.own(draft)
    _write_private(password, passwords[SUPERUSER])
    runner.own(password)
    command = [
        *(str(runner.bin / "initdb"), f"--pgdata={runner.home}/{draft.name}", f"--username={SUPERUSER}"),
        *("--auth=scram-sha-256", f"--pwfile={runner.home}/{password.name}", "--data-checksums", "--encoding=UTF8"),
        # Sorting comes from PostgreSQL itself and cannot change under an index when the machine's libc does; the
        # character classes of C.UTF-8 are what pg_trgm asks for Chinese letters.
        *("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    ]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **runner.arguments()
        )
    finally:
        password.unlink()
    if done.returncode:
        raise PostgresError(f"initdb failed:\n{done.stdout[-2000:]}")
    draft.rename(home / "cluster")


def prepare(server: Server) -> None:
    """Roles and the database, at every start: a first start may have been cut off between them."""
    with psycopg.connect(server.on("postgres").superuser_url, autocommit=True) as connection:
        roles = {name for (name,) in connection.execute("select rolname from pg_roles")}
        for role, rights in RIGHTS.items():
            if role not in roles:  # the server gets the verifier: a clear password could end in its log
                verifier = connection.pgconn.encrypt_password(
                    server.passwords[role].encode(), role.encode(), b"scram-sha-256"
                )
                connection.execute(
                    sql.SQL("create role {} {} password {}").format(
                        sql.Identifier(role), sql.SQL(rights), sql.Literal(verifier.decode())
                    )
                )
        connection.execute(_sql("alter role {} set search_path = ''", APP))
        databases = {name for (name,) in connection.execute("select datname from pg_database")}
    if DATABASE not in databases:
        create_database(server, DATABASE)


def create_database(server: Server, name: str, *, template: str = "template0") -> Server:
    """A database of the owner that only our roles may enter; one of the same name is dropped first."""
    with psycopg.connect(server.on("postgres").superuser_url, autocommit=True) as connection:
        connection.execute(_sql("drop database if exists {} with (force)", name))
        connection.execute(_sql("create database {} owner {} template {}", name, OWNER, template))
        connection.execute(_sql("revoke all on database {} from public", name))
        connection.execute(_sql("grant connect on database {} to {}", name, APP))
    return server.on(name)


def _sql(text: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))
