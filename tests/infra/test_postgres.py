"""The launcher of embedded PostgreSQL, as root and as an ordinary user: each case in a process of its own."""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
CASES = [
    "first_start",
    "second_start_returns_the_running_server",
    "stop_and_start_keep_data_and_port",
    "killed_postmaster",
    "killed_postmaster_whose_parent_does_not_reap_it",
    "pid_file_of_a_dead_process",
    "pid_used_again_by_another_program",
    "pid_used_again_by_another_postgres",
    "two_starts_at_once",
    "first_start_cut_off",
    "lost_secrets",
    "busy_ports",
    "bad_option",
    "private_checkout",
]
pytestmark = pytest.mark.server
is_root = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that every user can walk to, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="huotong-launcher-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.mark.parametrize("case", CASES)
def test_as_root(case: str, folder: Path) -> None:
    if not is_root:
        pytest.skip("not root: run as root to see how the server's user is chosen and dropped to")
    run(case, folder, python=sys.executable)


@pytest.mark.parametrize("case", CASES)
def test_as_a_user(case: str, folder: Path) -> None:
    if not is_root:
        return run(case, folder, python=sys.executable)
    uid = another_user()
    os.chown(folder, uid, -1)
    return run(case, folder, python=python_for(uid), uid=uid)


def test_root_copies_binaries_that_the_server_cannot_reach(folder: Path) -> None:
    if not is_root:
        pytest.skip("not root: an ordinary user's server runs as that user and reaches what it reaches")
    run("private_binaries", folder, python=sys.executable)


def test_a_user_is_told_that_the_cluster_is_somebody_elses(folder: Path) -> None:
    if not is_root:
        pytest.skip("not root: needs two users")
    uid = another_user()
    run("start_and_tell", folder, python=sys.executable)
    try:
        run("cluster_of_another_user", folder, python=python_for(uid), uid=uid)
    finally:
        run("second_start_returns_the_running_server", folder, python=sys.executable)  # and stops it


def run(case: str, folder: Path, *, python: str, uid: int | None = None) -> None:
    done = subprocess.run(
        [python, "-m", "tests.infra.launcher_cases", case, str(folder)],
        env=environment(),
        user=uid,
        extra_groups=None if uid is None else [],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def environment() -> dict[str, str]:
    packages = sysconfig.get_paths()["purelib"]
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{CHECKOUT}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}


def another_user() -> int:
    return pwd.getpwnam("nobody").pw_uid


def python_for(uid: int) -> str:
    """A Python of this version that the user can run: ours may lie in a home of root's."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/local/bin/{version}", f"/usr/bin/{version}"):
        probe = [python, "-c", "import psycopg, tests.infra, infra.launch"]
        try:
            subprocess.run(probe, env=environment(), user=uid, extra_groups=[], cwd="/", check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip(f"no {version} that uid {uid} may run together with this checkout: run as a user to see this")
