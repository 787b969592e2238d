"""What one command of an import made and changed, so that it can be taken back: written with it, in its transaction.

A hundred thousand new products are fifty rows: what is new is known by its ids, packed one after the other, and only of
what was there before is kept how it was.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson

from tenants.keys import CompanyKeys

TABLE, COLUMN = "import_step", "kept"
PACKED = struct.Struct(">16s16sII")
Was = Callable[[UUID], Mapping[str, Any] | None]


class Identity(Protocol):
    """An outside record as it was known before."""

    @property
    def hash(self) -> str: ...
    @property
    def command_id(self) -> str: ...


class Entry(NamedTuple):
    """One outside record: its identity, what it became, its line in the file, its position in the document it made."""

    identity: str
    id: UUID
    line: int
    position: int = 0

    def packed(self) -> bytes:
        return PACKED.pack(bytes.fromhex(self.identity.replace("-", "")), self.id.bytes, self.line, self.position)


@dataclass(frozen=True, slots=True)
class Kept:
    """A record whose entity, or identity, was there before. `identity`: hash and command, none if it was not known;
    `was`: how the entity was, empty where it stayed so."""

    entry: Entry
    identity: tuple[str, str] | None
    was: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    command_id: UUID
    import_id: UUID
    made: Sequence[Entry] = ()
    kept: Sequence[Kept] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def entries(self) -> list[Entry]:
        return [*self.made, *(one.entry for one in self.kept)]

    def without(self, undone: set[str]) -> "Step":
        """What is left of it, once the records of these identities are taken back."""
        return Step(
            self.command_id,
            self.import_id,
            [one for one in self.made if one.identity not in undone],
            [one for one in self.kept if one.entry.identity not in undone],
            self.more,
        )

    def row(self, keys: CompanyKeys) -> dict[str, Any]:
        kept = [{"entry": [*one.entry], "identity": one.identity, "was": one.was} for one in self.kept]
        sealed = None
        if kept or self.more:
            text = orjson.dumps({"records": kept, "more": self.more}, default=str)
            sealed = keys.encrypt(TABLE, COLUMN, self.command_id, zlib.compress(text, 1))
        made = b"".join(one.packed() for one in self.made)
        return {"command_id": self.command_id, "import_id": self.import_id, "made": made, "kept": sealed}


def step_of(
    keys: CompanyKeys, command_id: UUID, import_id: UUID, records: Iterable[tuple[Entry, Identity | None]], was: Was,
    more: Mapping[str, Any] | None,
) -> dict[str, Any]:  # fmt: skip
    made, kept = [], []
    for entry, before in records:
        how = was(entry.id)
        if how is None and before is None:
            made.append(entry)
        else:
            kept.append(Kept(entry, (before.hash, before.command_id) if before else None, how or {}))
    return Step(command_id, import_id, made, kept, more or {}).row(keys)


def step_from(keys: CompanyKeys, row: Mapping[str, Any]) -> Step:
    """From a row as a load brings it: bytes as PostgreSQL shows them."""
    command_id = UUID(row["command_id"])
    made = [
        Entry(str(UUID(bytes=identity)), UUID(bytes=id), line, position)
        for identity, id, line, position in PACKED.iter_unpack(bytes.fromhex(row["made"].removeprefix("\\x")))
    ]
    kept, more = [], {}
    if sealed := row["kept"]:
        text = zlib.decompress(keys.decrypt(TABLE, COLUMN, command_id, bytes.fromhex(sealed.removeprefix("\\x"))))
        opened = orjson.loads(text)
        more = opened["more"]
        for one in opened["records"]:
            identity, id, line, position = one["entry"]
            known = one["identity"]
            kept.append(Kept(Entry(identity, UUID(id), line, position), known and tuple(known), one["was"]))
    return Step(command_id, UUID(row["import_id"]), made, kept, more)
