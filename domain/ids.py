"""Identifiers: time-ordered for what is new, derived for what belongs to something."""

import secrets
import time
from hashlib import blake2b
from uuid import UUID


def new_id() -> UUID:
    """UUIDv7 (RFC 9562): milliseconds, then random bits, so that neighbours in time are neighbours in an index."""
    value = (int(time.time() * 1000) << 80) | secrets.randbits(76)
    return UUID(int=(value & ~(0xF << 76) & ~(0x3 << 62)) | (0x7 << 76) | (0x2 << 62))


def derived_id(parent: UUID, *what: object) -> UUID:
    """The same id for the same part of the same parent, wherever it is made; sorts beside its parent (UUIDv8)."""
    digest = blake2b(parent.bytes + "|".join(map(str, what)).encode(), digest_size=10).digest()
    value = int.from_bytes(parent.bytes[:6] + digest)
    return UUID(int=(value & ~(0xF << 76) & ~(0x3 << 62)) | (0x8 << 76) | (0x2 << 62))
