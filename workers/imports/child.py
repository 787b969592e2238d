"""The process that reads a file of unknown making: `python -m workers.imports.child ORDER`, started by sheets.py.

It can do little harm: it has no environment, may use so much memory and time, and once it has begun to read it can open
nothing, so that there is no network and no other file for it. It writes messages to its standard output, each with its
length before it: a list of sheets or rows, a refusal, and `null` when all is said.
"""

import codecs
import fcntl
import os
import resource
import select
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from domain.errors import Refused
from workers.imports import read
from workers.imports.read import Found, Text

if TYPE_CHECKING:
    from workers.imports.workbook import Workbook

AT_ONCE = 500  # rows in a message
TEXT_AT_ONCE = 1 << 20  # characters in a message, about
ENCODINGS = ("utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "cp437")  # the last for names in a zip


def main(order: dict[str, Any]) -> None:
    file = open(0, "rb", closefd=False)  # noqa: SIM115
    opened = reader_of(file)
    confine(order["leash"], **order["limits"])
    try:
        for message in answers(opened(file), order):
            say(message)
        say(None)
    except Refused as refusal:
        say({"code": refusal.code, "details": refusal.details})
    except MemoryError:
        say({"code": "file_too_complex", "details": {"limit": "memory"}})
    except BaseException as wrong:  # a panic of the library is no Exception; what brings it out is the file
        say({"code": "file_unreadable", "details": {"reason": type(wrong).__name__}})


def reader_of(file: BinaryIO) -> "Callable[[BinaryIO], Workbook | Text]":
    """By its first eight bytes. What only workbooks need takes as long to load as all the rest."""
    if not read.is_workbook(file):
        return Text
    from workers.imports.workbook import Workbook

    return Workbook


def answers(table: "Workbook | Text", order: dict[str, Any]) -> Iterator[Any]:
    if order["act"] == "look":
        yield from looked_at(table, order["first"], on=order["on"])
    else:
        yield from batches(islice(table.rows(order["sheet"]), order["first"]))


def looked_at(table: "Workbook | Text", count: int, *, on: bool) -> Iterator[Any]:
    """A sheet that cannot be read is a refusal where there is no other. `on`: the rows of the only one that can be go
    on, after `true`."""
    wrong: Refused | None = None
    seen: list[Iterator[Found]] = []
    for name, lines, columns, hidden in table.sheets():
        yield name, lines, columns, hidden
        if lines and not hidden:
            rows = table.rows(name)
            try:
                yield from batches(islice(rows, count))
                seen.append(rows)
            except Refused as refusal:
                wrong = wrong or refusal
    if wrong and not seen:
        raise wrong
    if on and len(seen) == 1:
        yield True
        yield from batches(seen[0])


def batches(rows: Iterable[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    size = 0
    for row in rows:
        batch.append(row)
        length = sum(map(len, row[1]))
        if length > read.RECORD_AT_MOST:
            raise Refused("line_too_long", line=row[0], limit=read.RECORD_AT_MOST)
        size += length
        if len(batch) == AT_ONCE or size > TEXT_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def say(message: Any) -> None:
    body = orjson.dumps(message)
    if b"\\u0000" in body:  # what no text in the database may hold
        body = orjson.dumps(
            [(line, [cell.replace("\0", "") for cell in cells], *more) for line, cells, *more in message]
        )
    rest = memoryview(len(body).to_bytes(4) + body)
    while rest:
        rest = rest[os.write(1, rest) :]


def confine(leash: int, memory: int, seconds: int, wait: float) -> None:
    """Everything that is needed is imported by now."""
    fcntl.fcntl(leash, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(
        leash, fcntl.F_SETFL, fcntl.fcntl(leash, fcntl.F_GETFL) | os.O_ASYNC
    )  # SIGIO, and its end, with its parent
    hung = select.poll()
    hung.register(leash, 0)
    if hung.poll(0):  # it died before that
        sys.exit(1)
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    for none in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        resource.setrlimit(none, (0, 0))


if __name__ == "__main__":
    main(orjson.loads(sys.argv[1]))
