"""Whatever a file holds, its reader gets a table or a refusal, in little time and memory, and lives."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from domain.errors import Refused
from tests.workers.imports.books import detected_in
from tests.workers.imports.hostile import FILES, Hostile, tags_that_do_not_end
from workers.imports.sheets import Limits, Patience, look, rows_of

HOUSE = Path(__file__).parents[3]
SECONDS = 60.0  # alone a second or two, but tests share the machine


def came_of(read: Callable[[Path], Any], path: Path) -> Any:
    """What it gives, or the code of its refusal; any other exception is a failure."""
    try:
        return read(path)
    except Refused as refused:
        return refused.code


def read_on(path: Path) -> None:
    _, rest = look(path, 200, on=True)
    for _ in rest or ():
        pass


@pytest.mark.parametrize("file", FILES.values(), ids=FILES.keys())
def test_every_file_ends_as_a_table_or_a_refusal(file: Hostile, tmp_path: Path) -> None:
    path = file.write(tmp_path)
    began = time.monotonic()
    answers = [came_of(read, path) for read in (lambda path: list(rows_of(path)), read_on, detected_in)]
    if file.codes:
        assert answers[0] in file.codes
    else:
        assert isinstance(answers[0], list)
        assert len(answers[0]) == file.rows
        assert not any("\0" in cell for row in answers[0] for cell in row.cells)
        assert not isinstance(answers[2], str)
    assert time.monotonic() - began < SECONDS


def test_what_a_file_says_of_itself_is_read_and_not_done(tmp_path: Path) -> None:
    assert [row.cells for row in rows_of(FILES["formulas"].write(tmp_path))] == [["calc", "x"], ["=1+1", "@SUM(A1)"]]
    numbers = next(rows_of(FILES["numbers that are none"].write(tmp_path))).cells
    assert numbers[3] == "１２"
    assert numbers[0] in ("", "nan", "NaN")
    assert not Path("/tmp/escaped.xml").exists()


def big(path: Path, rows: int = 60_000) -> Path:
    path.write_text("sku,name,unit\n" + "".join(f"S{n},Tea {n},box\n" for n in range(rows)))
    return path


def test_too_much_memory_is_a_refusal(tmp_path: Path) -> None:
    """calamine aborts there."""
    with pytest.raises(Refused) as refused:
        list(rows_of(FILES["a far cell in disguise"].write(tmp_path)))
    assert (refused.value.code, refused.value.details) == ("file_too_complex", {"limit": "memory"})


def test_too_much_time_is_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(tags_that_do_not_end(1_300_000))
    with pytest.raises(Refused) as refused:
        list(rows_of(path, limits=Limits(seconds=1)))
    assert (refused.value.code, refused.value.details) == ("file_too_complex", {"limit": "time"})


def test_who_waits_too_long_is_told_so() -> None:
    reader, writer = os.pipe()
    with pytest.raises(Refused) as refused:
        Patience(0.05).read(reader, 4)
    assert refused.value.details == {"limit": "time"}
    os.close(writer)
    os.close(reader)


def test_time_that_the_caller_takes_is_not_counted(tmp_path: Path) -> None:
    """The child stands still while its pipe is full, as long as it likes."""
    before = set(psutil.Process().children())
    rows = rows_of(big(tmp_path / "file.csv"), limits=Limits(wait=5.0))
    next(rows)
    (child,) = set(psutil.Process().children()) - before
    assert child.status() in (psutil.STATUS_SLEEPING, psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)
    assert sum(1 for _ in rows) == 60_000


def test_nothing_is_left_when_rows_are_not_read_to_the_end(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    rows = rows_of(big(tmp_path / "file.csv"))
    next(rows)
    (child,) = set(psutil.Process().children()) - before
    rows.close()  # type: ignore[attr-defined]
    assert not child.is_running()


def script(text: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", text, *arguments], cwd=HOUSE, stdout=subprocess.PIPE, text=True)


def test_a_reader_dies_with_its_caller(tmp_path: Path) -> None:
    text = (
        "import sys, psutil; from pathlib import Path; from workers.imports.sheets import rows_of\n"
        "rows = rows_of(Path(sys.argv[1])); next(rows)\n"
        "print(psutil.Process().children()[0].pid, flush=True); sys.stdin.read()"
    )
    caller = script(text, str(big(tmp_path / "file.csv")))
    assert caller.stdout
    child = psutil.Process(int(caller.stdout.readline()))
    caller.kill()
    caller.wait()
    child.wait(10)
    caller.stdout.close()


def test_a_caller_holds_no_more_than_a_batch(tmp_path: Path) -> None:
    text = (
        "import sys, resource; from pathlib import Path; from workers.imports.sheets import rows_of\n"
        "rows = rows_of(Path(sys.argv[1])); next(rows)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "count = sum(1 for _ in rows)\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    caller = script(text, str(big(tmp_path / "file.csv", 500_000)))
    out, _ = caller.communicate(timeout=60)
    count, kilobytes = map(int, out.split())
    assert count == 500_000
    assert kilobytes < 8_000


def test_a_reader_can_open_nothing() -> None:
    text = (
        "import os, socket; from workers.imports.child import confine\n"
        "reader, writer = os.pipe(); confine(reader, memory=512 << 20, seconds=5, wait=5)\n"
        "for act in (lambda: socket.socket(), lambda: os.open('/etc/passwd', os.O_RDONLY), os.pipe):\n"
        "    try: act()\n"
        "    except OSError as wrong: print(wrong.errno)"
    )
    out, _ = script(text).communicate(timeout=30)
    assert out.split() == ["24", "24", "24"]
