"""What `make up` promises: one at a time, healing after kill -9, stopping all in order, keeping the data."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from infra.launch import postgres
from infra.launch.cluster import Server

pytestmark = pytest.mark.server


@pytest.fixture
def data() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="huotong-up-"))
    yield path
    postgres.stop(path)
    shutil.rmtree(path)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_it_says_where_it_is_and_how_to_sign_in_and_stops_everything_on_a_signal(data: Path, port: int) -> None:
    user = {"email": "lin@one.example", "password": "s3cret", "role": "owner"}
    (data / "demo.json").write_text(json.dumps({"tenants": [{"name": "One", "users": [user]}]}))
    for signum in (signal.SIGINT, signal.SIGTERM):
        with starting(data, port) as process:
            said = until_said(process, "for scripts")
            assert f"http://127.0.0.1:{port}" in said
            assert "lin@one.example" in said
            assert "s3cret" in said
            server = postgres.running(data)
            assert server
            execute(server, "create table if not exists public.kept (signal text)")
            execute(server, f"insert into public.kept values ('{signum.name}')")
            process.send_signal(signum)
            assert process.wait(20) == 0
            assert postgres.running(data) is None
            with pytest.raises(OSError):
                ask(port)
    server = postgres.start(data)
    assert execute(server, "select signal from public.kept") == [("SIGINT",), ("SIGTERM",)]


def test_it_heals_after_kill_9(data: Path, port: int) -> None:
    with starting(data, port) as process:
        until_said(process, "Ctrl-C")
        api, url = ask(port)
        assert execute_at(url, "select current_user") == [("huotong_app",)]
        for _ in range(2):
            os.kill(int(api), signal.SIGKILL)
            before, (api, url) = api, until(lambda: ask(port))
            assert before != api

        server = postgres.running(data)
        assert server
        os.kill(server.pid, signal.SIGKILL)
        assert until(lambda: execute_at(url, "select 1")) == [(1,)]
        assert "PostgreSQL ended" in until_said(process, "PostgreSQL ended")


def test_a_second_start_says_that_one_is_running(data: Path, port: int) -> None:
    with starting(data, port) as first:
        until_said(first, "Ctrl-C")
        with starting(data, port) as second:
            assert f"Huotong at http://127.0.0.1:{port} is already running (pid {first.pid})" in rest(second)
            assert second.returncode == 1
        assert ask(port)
        with tempfile.TemporaryDirectory() as elsewhere, starting(Path(elsewhere), port) as third:
            assert f"port {port}: Address already in use" in rest(third)
            assert third.returncode == 1


def test_a_start_after_a_killed_one_ends_what_that_left_behind(data: Path, port: int) -> None:
    with starting(data, port) as killed:
        until_said(killed, "Ctrl-C")
        left, _ = ask(port)
        killed.kill()
        killed.wait()
    assert ask(port)[0] == left
    with starting(data, port) as process:
        assert f"ending pid {left}" in until_said(process, "Ctrl-C")
        assert ask(port)[0] != left


def test_what_does_not_end_when_asked_is_ended(data: Path, port: int) -> None:
    with starting(data, port, "--stubborn") as process:
        until_said(process, "Ctrl-C")
        process.terminate()
        assert process.wait(20) == 0
    assert postgres.running(data) is None


def test_it_gives_up_where_the_api_never_gets_ready(data: Path, port: int) -> None:
    with starting(data, port, "--broken") as process:
        assert "API ended (status 3)" in rest(process)
        assert process.returncode == 1
    assert postgres.running(data) is None


@pytest.mark.parametrize(("good", "tries", "end"), [(3, 3, "again in"), (9, 4, "is left alone")])
def test_what_is_to_end_is_tried_again_until_it_is_done(data: Path, port: int, good: int, tries: int, end: str) -> None:
    with starting(data, port, "--once", str(good)) as process:
        until(lambda: (data / "tries").read_text() == str(tries) or fail_with(OSError))
        time.sleep(1)
        assert (data / "tries").read_text() == str(tries)
        process.terminate()
        assert end in rest(process)


def fail_with(error: type[Exception]) -> NoReturn:
    raise error


@contextmanager
def starting(data: Path, port: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    settings = {"HUOTONG_DATA": str(data), "HUOTONG_PORT": str(port), "HUOTONG_DEMO": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.infra.up_with_stubs", *options],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()
            assert process.stdout
            process.stdout.close()


def until_said(process: subprocess.Popen[str], text: str) -> str:
    said = ""
    assert process.stdout
    for line in process.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(f"ended without saying {text!r}:\n{said}")


def rest(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    said = process.stdout.read()
    process.wait(30)
    return re.sub(r"\s+", " ", said)


def ask(port: int) -> list[str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
        return answer.read().decode().split()


def execute(server: Server, statement: str) -> list[tuple] | None:
    return execute_at(server.owner_url, statement)


def execute_at(url: str, statement: str) -> list[tuple] | None:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)  # pyright: ignore[reportArgumentType]
        return cursor.fetchall() if cursor.description else None


def until(attempt, seconds: float = 20):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except (OSError, psycopg.OperationalError):
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.1)
