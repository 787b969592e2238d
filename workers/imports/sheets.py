"""The tables of a file that anybody may have made. All reading happens in a child process with limits (child.py): what
a file does to its reader is a refusal here, never an exception, and no more than a batch of rows is held at a time.

    looked, _ = look(path, 200)
    for row in rows_of(path, looked[0][0].name): ...
"""

import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from domain.errors import Refused

log = logging.getLogger(__name__)

HOUSE = Path(__file__).parents[2]
MESSAGE_AT_MOST = 16 << 20  # bytes
SHORT = {signal.SIGXCPU: "time", signal.SIGABRT: "memory", signal.SIGSEGV: "memory", signal.SIGBUS: "memory"}
ENVIRONMENT = {  # nothing of ours: no address of a database, no key
    "PYTHONPATH": str(HOUSE),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "MALLOC_ARENA_MAX": "1",
}


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """`rows`: about how many lines there are, up to the last one that holds something. A CSV file is one sheet without
    a name."""

    name: str
    rows: int
    columns: int
    hidden: bool = False


class Row(NamedTuple):
    """`line`: its number in the sheet, or where it begins in the file, for people who look there. `carried`: places of
    cells that hold nothing of their own and show the value of the merged cell that covers them."""

    line: int
    cells: list[str]
    carried: tuple[int, ...] = ()


Looked = tuple[SheetInfo, list[Row]]


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one child. `seconds`: of the processor; `wait`: that the caller waits for it, not what he does between."""

    memory: int = 512 << 20
    seconds: int = 60
    wait: float = 300.0  # five times as long, where others are at work


LIMITS = Limits()


def rows_of(path: Path, sheet: str | None = None, first: int | None = None, limits: Limits = LIMITS) -> Iterator[Row]:
    """The rows that are not empty, as text, of one sheet or the first visible one that has any; `first`: so many of
    them and no more. Numbers are written out, dates are ISO, what a formula came to stands instead of it. Close the
    iterator where it is not read to the end. Refuses, on the way: empty_file, encoding_unknown,
    file_encrypted, file_not_supported, file_too_complex, file_unreadable, line_too_long, not_csv, sheet_not_found,
    too_many_columns."""
    for message in ask(path, {"act": "rows", "sheet": sheet, "first": first}, limits):
        yield from rows_in(message)


def look(
    path: Path, first: int, limits: Limits = LIMITS, *, on: bool = False
) -> tuple[list[Looked], Iterator[Row] | None]:
    """Every sheet with its first rows, none for those that are hidden; `on`: and the other rows, where only one sheet
    has any, so that such a file is read once. Refuses what rows_of refuses."""
    messages = ask(path, {"act": "look", "first": first, "on": on}, limits)
    found: list[Looked] = []
    for message in messages:
        if message is True:
            return found, chain.from_iterable(map(rows_in, messages))
        if isinstance(message[0], str):
            found.append((SheetInfo(*message), []))
        else:
            found[-1][1].extend(rows_in(message))
    return found, None


def rows_in(message: list[tuple[int, list[str], list[int]]]) -> list[Row]:
    return [Row(line, cells, tuple(carried) if carried else ()) for line, cells, carried in message]


def ask(path: Path, what: dict[str, Any], limits: Limits) -> Iterator[Any]:
    """What the child has to say, message by message."""
    with child(path, what, limits) as process:
        assert process.stdout
        pipe = process.stdout.fileno()
        patience = Patience(limits.wait)
        while head := patience.read(pipe, 4):
            size = int.from_bytes(head)
            if len(head) < 4 or size > MESSAGE_AT_MOST:
                break
            body = patience.read(pipe, size)
            if len(body) < size:
                break
            message = orjson.loads(body)
            if message is None:
                return
            if isinstance(message, dict):
                raise Refused(message["code"], **message["details"])
            yield message
        raise end_of(process)


def end_of(process: subprocess.Popen[bytes]) -> Refused:
    """Why it ended without a last word."""
    try:
        status = process.wait(5)
    except subprocess.TimeoutExpired:
        return Refused("file_unreadable", reason="crash")
    log.warning("the reader of a file ended with status %d", status)
    if status < 0 and -status in SHORT:
        return Refused("file_too_complex", limit=SHORT[signal.Signals(-status)])
    return Refused("file_unreadable", reason="crash")


@contextmanager
def child(path: Path, what: dict[str, Any], limits: Limits) -> Iterator[subprocess.Popen[bytes]]:
    """The file is its standard input, opened here: it opens nothing itself. It dies when the other end of `leash` is
    closed, which a death of this process does as well."""
    leash, ours = os.pipe()
    order = orjson.dumps({**what, "leash": leash, "limits": asdict(limits)}).decode()
    with path.open("rb") as file:
        process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "workers.imports.child", order], stdin=file, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, pass_fds=(leash,), env=ENVIRONMENT, cwd="/", bufsize=0,
        )  # fmt: skip
    os.close(leash)
    try:
        yield process
    finally:
        os.close(ours)
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


class Patience:
    """Waits for a pipe, all in all no longer than `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def read(self, pipe: int, size: int) -> bytes:
        """So many bytes, or fewer at the end. Refuses: file_too_complex."""
        got = bytearray()
        while len(got) < size:
            began = time.monotonic()
            ready = wait(pipe, self.seconds)
            self.seconds -= time.monotonic() - began
            if not ready:
                raise Refused("file_too_complex", limit="time")
            some = os.read(pipe, min(size - len(got), 1 << 20))
            if not some:
                break
            got += some
        return bytes(got)


def wait(pipe: int, seconds: float) -> bool:
    poll = select.poll()  # select.select knows no descriptors above 1,023
    poll.register(pipe, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))
