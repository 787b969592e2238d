"""Where the company's change feed stands, what of it a caller may hold, and cursors into it."""

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

import asyncpg

from api.sync.parts import COMMAND, COMMON, PARTS, Kind, Part
from domain import feed
from tenants.access import Caller
from tenants.registry import Company
from tenants.transaction import Door, read_transaction

PURPOSE = "sync cursor"
CURSOR = struct.Struct(">Q32s")
BEHIND = 500  # changes that a chunk of a snapshot may lack, and that a pull after it brings
ROUNDS = 4  # of numbering in one request; what is left then is numbered by the next or by the worker
HEAD: LiteralString = """select last, pruned, exists (select from change where seq is null) as waiting,
 array(select id from warehouse where $1::uuid[] is null or id = any($1) order by code) as warehouses from feed_head"""

Held = tuple[str, str]  # part and bucket


@dataclass(frozen=True, slots=True)
class Head:
    """`last`: the number of the newest change. `pruned`: tombstones up to here are gone. `waiting`: some changes have
    no number yet. `warehouses`: that the caller sees."""

    last: int
    pruned: int
    waiting: bool
    warehouses: Sequence[UUID]

    @property
    def safe(self) -> int:
        """From here a pull brings whatever a chunk of a snapshot may lack: one that is older is made anew."""
        return max(self.last - BEHIND, self.pruned, 0)


async def read_head(door: Door, caller: Caller) -> Head:
    warehouses = None if caller.warehouses is None else list(caller.warehouses)
    row = await door.raw.fetchrow(HEAD, warehouses)
    assert row
    return Head(row["last"], row["pruned"], row["waiting"], row["warehouses"])


async def number(company: Company) -> None:
    """Give what is committed its numbers. Where somebody else is at it, that is as good."""
    try:
        for _ in range(ROUNDS):
            if await feed.number_changes(company) < feed.AT_ONCE:
                return
    except asyncpg.LockNotAvailableError:
        return


async def fresh_head(caller: Caller) -> Head:
    async with read_transaction(caller.company) as door:
        head = await read_head(door, caller)
    if head.waiting:
        await number(caller.company)
        async with read_transaction(caller.company) as door:
            head = await read_head(door, caller)
    return head


# --- what a caller may hold ---


def buckets(kind: Kind, caller: Caller, warehouses: Sequence[UUID]) -> list[str]:
    match kind:
        case "common":
            return [COMMON]
        case "w":
            return [f"w:{id}" for id in warehouses]
        case "u":
            return [f"u:{caller.actor_id}"]


def allowed(caller: Caller, warehouses: Sequence[UUID]) -> dict[Held, Part | None]:
    """Parts that a caller may hold, in the order they are loaded in. The outcomes of his own calls are no Part. Who is
    bound to a party has none of these: they are the company's own."""
    if caller.party_id is not None:
        return {}
    found: dict[Held, Part | None] = {
        (part.name, bucket): part
        for part in PARTS
        if part.allowed(caller)
        for bucket in buckets(part.kind, caller, warehouses)
    }
    return found | {(COMMAND, bucket): None for bucket in buckets("u", caller, warehouses)}


def concerned(entity: str, id: UUID, bucket: str, held: Mapping[str, Sequence[str]]) -> Iterator[Held]:
    """The parts that a change concerns, of those that are held: buckets by part.

    Warehouses and their places are written for everybody, since a new one has no readers of its own yet, and held by
    those who see the warehouse.
    """
    for part in BY_ENTITY.get(entity, ()):
        mine = held.get(part.name, ())
        if bucket != COMMON or part.kind == "common":
            if bucket in mine:
                yield part.name, bucket
        elif part.places:
            yield from ((part.name, one) for one in mine)
        elif f"w:{id}" in mine:
            yield part.name, f"w:{id}"


BY_ENTITY: dict[str, list[Part]] = {}
for _part in PARTS:
    BY_ENTITY.setdefault(_part.entity, []).append(_part)


# --- cursors ---


def make_cursor(company: Company, seq: int) -> str:
    """Opaque, and good for this company alone."""
    mac = company.keys.digest(PURPOSE, seq.to_bytes(8))
    return base64.urlsafe_b64encode(CURSOR.pack(seq, mac)).rstrip(b"=").decode()


def read_cursor(company: Company, text: str) -> int | None:
    try:
        seq, mac = CURSOR.unpack(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, struct.error):
        return None
    return seq if company.keys.is_digest(PURPOSE, seq.to_bytes(8), mac) else None
