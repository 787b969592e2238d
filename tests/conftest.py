"""One PostgreSQL for each run of pytest, a database of its own for each xdist worker.

The server starts when the first test asks for it, whichever worker that is, and ends with the run. A run that was
killed leaves its server behind; the next run ends it, for nobody holds its lock any more.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from random import randrange

import pytest

from infra.launch import postgres as launcher
from infra.launch.cluster import Server, create_database

pytest_plugins = ["tests.companies"]

RUN = "HUOTONG_TEST_RUN"  # the run's folder, handed by the controller to its workers
OPTIONS = {  # nothing here has to outlive a crash of the machine
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "logging_collector": "off",
    "max_connections": "250",  # of all workers of the tests, and of the processes that they start
}
_lock = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    os.environ.setdefault("HUOTONG_TEST_SEED", str(randrange(1, 10**9)))  # one for all workers: it names tests
    runs = Path(tempfile.gettempdir()) / f"huotong-tests-{os.getuid()}"
    runs.mkdir(mode=0o700, exist_ok=True)
    if runs.is_symlink() or runs.stat().st_uid != os.getuid():
        raise pytest.UsageError(f"{runs} belongs to somebody else")
    for left in runs.glob("[!.]*"):
        _sweep(left)
    draft = Path(tempfile.mkdtemp(prefix=".", dir=runs))
    config.stash[_lock] = _hold(draft)
    run = draft.rename(runs / draft.name.lstrip("."))  # seen by others only when it is held
    os.environ[RUN] = str(run)


def pytest_unconfigure(config: pytest.Config) -> None:
    if (lock := config.stash.get(_lock, None)) is not None:
        _remove(Path(os.environ.pop(RUN)))
        os.close(lock)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`-m "not server"` is what `make check` runs: all that needs no server, found out rather than written down."""
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session")
def postgres(worker_id: str) -> Server:
    """The server, seen from this worker's database: owned by huotong_owner, empty at the start of the run."""
    server = launcher.start(Path(os.environ[RUN]), options=OPTIONS)
    return create_database(server, f"test_{worker_id}")


def _hold(run: Path) -> int:
    lock = os.open(run / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def _sweep(run: Path) -> None:
    try:
        lock = _hold(run)
    except (BlockingIOError, FileNotFoundError):  # a run beside ours; just removed
        return
    _remove(run)
    os.close(lock)


def _remove(run: Path) -> None:
    launcher.stop(run)
    shutil.rmtree(run, ignore_errors=True)
