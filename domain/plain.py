"""Values as JSON has them, as PostgreSQL reads them from it, and long texts packed."""

import zlib
from collections.abc import Mapping

import orjson

LONG, ZLIB = 4000, b"\x78"


def plain(value: object) -> object:
    """What JSON has no form for."""
    if isinstance(value, bytes):
        return tohex(value)
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
    return zlib.compress(text, 1) if len(text) > LONG else text


def unpacked(value: bytes) -> bytes:
    return zlib.decompress(value) if value[:1] == ZLIB else value
