import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest

from infra.launch.cluster import Server

CHECKOUT = Path(__file__).resolve().parents[2]
WAITS = """
import time

def test_one(postgres):
    print("pid", postgres.pid, flush=True)
    time.sleep(60)
"""


async def test_each_worker_has_a_database_of_its_own(postgres: Server, worker_id: str) -> None:
    connection = await asyncpg.connect(postgres.owner_url)
    assert await connection.fetchval("select current_database()") == f"test_{worker_id}"
    assert await connection.fetchval("select current_setting('fsync')") == "off"
    await connection.close()


@pytest.mark.server
def test_what_a_killed_run_leaves_is_cleared_by_the_next(tmp_path: Path) -> None:
    test = tmp_path / "test_one.py"
    test.write_text(WAITS)
    with run(test) as killed:
        assert killed.stdout
        line = next(line for line in killed.stdout if "pid " in line)
        server = int(line.split("pid ")[1])
        killed.kill()
    assert runs(server)

    test.write_text("def test_one(postgres): pass\n")
    with run(test) as after:
        said, _ = after.communicate(timeout=60)
    assert "1 passed" in said
    assert not runs(server)
    assert list(tmp_path.glob("huotong-tests-*/*")) == []


def runs(pid: int) -> bool:
    """What has ended may stay a zombie for a while: in a container nobody may be there who waits for it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def run(test: Path) -> subprocess.Popen[str]:
    alone = ["-c", os.devnull, f"--rootdir={test.parent}", "-p", "tests.conftest"]
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-s", *alone, str(test)],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(test.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
