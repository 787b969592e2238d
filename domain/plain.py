"""Values as JSON has them, as PostgreSQL reads them from it, and long texts packed."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from isal import isal_zlib

LONG, ZLIB = 4000, b"\x78"


class Columns:
    """Rows that all have the same fields, kept column by column: of thousands each one as a mapping would be most of
    what it costs to write them."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self.columns = columns

    @classmethod
    def of(cls, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> "Columns":
        """`rows` have their fields in the order of the names."""
        columns = zip(*rows, strict=True)
        return cls({name: next(columns, ()) for name in names})

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def rows(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]


def plain(value: object) -> object:
    """What JSON has no form for."""
    if isinstance(value, bytes):
        return tohex(value)
    if isinstance(value, Columns):
        return value.rows()
    return dict(value) if isinstance(value, Mapping) else str(value)


def dump(value: object) -> str:
    return orjson.dumps(value, default=plain).decode()


def canonical(body: object) -> bytes:
    """The same JSON for the same words, whichever door they came by."""
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS, default=plain)


def as_sent(name: str, body: bytes) -> bytes:
    """A command with its canonical body: what its hash is made of."""
    return b"[%b,%b]" % (orjson.dumps(name), body)


def tohex(value: bytes) -> str:
    """As PostgreSQL reads a bytea."""
    return "\\x" + value.hex()


def unhex(value: str) -> bytes:
    return bytes.fromhex(value.removeprefix("\\x"))


def packed(text: bytes) -> bytes:
    """Long lists are compressed before they are encrypted; afterwards nothing could. JSON never begins like zlib."""
    return isal_zlib.compress(text, 1) if len(text) > LONG else text


def unpacked(value: bytes) -> bytes:
    return zlib.decompress(value) if value[:1] == ZLIB else value
