"""What commands that take a list of records have in common.

Each record is decoded by itself, so that a malformed one does not take the others along; each has its own outcome; and
one that comes from outside carries its identity there, so that uploading again or correcting a row doubles nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Annotated, Any, LiteralString, NamedTuple, TypeVar
from uuid import UUID

import orjson
from pydantic import ValidationError, WrapValidator

from domain import sql
from domain.base import import_record
from domain.command import Name, command, wrong_with
from domain.errors import Refused
from domain.imports.tables import import_step
from domain.plain import Columns, canonical
from domain.steps import Entry, Was, step_of
from domain.tx import Outcome, Record, Run, Tx, of_records
from tenants.registry import Company

T = TypeVar("T")
HASH_BYTES = 16


@command
class External:
    """Where a record comes from: a system or file, and its number there."""

    source: Name
    number: Name


@dataclass(frozen=True, slots=True)
class Malformed:
    """Stands for a record that is not what the command's declaration says."""

    field: str | None
    reason: str
    raw: object  # two records that are wrong in the same way are two bodies still


def alone(value: object, decode: Callable[[object], T]) -> T | Malformed:
    try:
        return decode(value)
    except ValidationError as wrong:
        if not storable(value):
            raise  # nothing of such a call can be kept, not even the refusal
        first = wrong_with(wrong)
        return Malformed(first.field, first.reason, value)


def storable(value: object) -> bool:
    """Half a surrogate pair has no form in UTF-8."""
    try:
        orjson.dumps(value, default=str)
    except TypeError:
        return False
    return True


Each = Annotated[T, WrapValidator(alone)]  # the type of a list's records: `Records[Each[Thing]]`


class Item(NamedTuple):
    """One record of a call. `raw`: as it was sent; `identity` and `hash` where it comes from outside."""

    place: int
    record: Any
    raw: Any
    identity: str | None = None
    hash: str = ""

    @property
    def key(self) -> str:
        """What the caller knows it by: its number outside, else its id, else its place in the list."""
        if self.identity:
            return self.record.external.number
        raw = self.raw if isinstance(self.raw, Mapping) else {}
        external = raw.get("external")
        number = external.get("number") if isinstance(external, Mapping) else None
        return str(number or raw.get("id") or self.place)


class Known(NamedTuple):
    """An outside record that came before, or comes now: `place` in its list, `position` in the document it made."""

    id: str
    hash: str
    entity: str
    entity_id: UUID
    command_id: str = ""
    place: int = 0
    position: int = 0


def identity(company_id: UUID, external: External, kind: str) -> str:
    """uuid5 (RFC 9562) as text; a list needs thousands, and Python's own takes three times as long."""
    name = f"{external.source}\0{kind}\0{external.number}".encode()
    made = sha1(company_id.bytes + name, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(made[16], 16) & 3]
    return f"{made[:8]}-{made[8:12]}-5{made[13:16]}-{variant}{made[17:20]}-{made[20:32]}"


def content_hash(company: Company, raw: Any) -> str:
    """Of what the source says: to which of our records that is to go is not its word."""
    if "id" in raw or "base_version" in raw:
        raw = {name: value for name, value in raw.items() if name not in ("id", "base_version")}
    return company.keys.digest("import", canonical(raw))[:HASH_BYTES].hex()


def items_of(run: Run, kind: str, records: str = "records") -> list[Item]:
    """The records of a call, in its order. `kind`: what they are, part of their identity."""
    company, items = run.caller.company, []
    for place, (record, raw) in enumerate(zip(getattr(run.cmd, records), run.call.body[records], strict=True)):
        if external := getattr(record, "external", None):
            items.append(Item(place, record, raw, identity(company.id, external, kind), content_hash(company, raw)))
        else:
            items.append(Item(place, record, raw))
    return items


# --- identities in the load and in the write ---


def identities_of(items: Iterable[Item]) -> dict[str, list[str]]:
    """For the load's document. What comes with several contents is other than it was, whatever that is."""
    said: dict[str, str] = {}
    for item in items:
        if item.identity and said.setdefault(item.identity, item.hash) != item.hash:
            said[item.identity] = ""
    return {"identities": list(said), "hashes": list(said.values())}


KNOWN = (
    sql.Source(
        "identified",
        f"""select i.id, i.hash, i.entity, i.entity_id, i.command_id,
  i.hash not in (select decode(said, 'hex') from jsonb_array_elements_text($2::jsonb -> 'hashes') said) as other
 from import_record i where i.id = any({sql.listed("identities", "uuid")})""",
    ),
    sql.rows("known", "select id, encode(hash, 'hex') as hash, entity, entity_id, command_id from identified"),
)
REMEMBERED = (
    sql.insert(import_record, "new_identity", without=("recorded_at",)),
    sql.update(import_record, ("hash", "command_id"), "identity"),
    sql.insert(import_step, without=("recorded_at",)),
)


class Identities:
    """Which of our records an outside one became. Nobody changes an entity's identity, only the hash beside it."""

    def __init__(self, tx: Tx, loaded: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self.tx = tx
        known = (
            Known(row["id"], row["hash"], row["entity"], UUID(row["entity_id"]), row["command_id"])
            for row in loaded["known"]
        )
        self.sheet = tx.sheet({one.id: one for one in known})

    def get(self, item: Item) -> Known | None:
        return self.sheet.get(item.identity) if item.identity else None

    def put(self, item: Item, entity: str, entity_id: UUID, position: int = 0) -> None:
        if item.identity:
            self.sheet.put(
                item.identity, Known(item.identity, item.hash, entity, entity_id, "", item.place, position)
            )  # fmt: skip

    def rows(self, was: Was = lambda id: None, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """For `tx.write`, beside REMEMBERED. `was`: how an entity was that is not new; `more`: what else was there."""
        call = self.tx.runs[0].call
        new, other = self.sheet.made(), self.sheet.changed()
        rows: dict[str, Any] = {
            "new_identity": columns_of(new, call.id), "identity": columns_of(other, call.id), "import_step": [],
        }  # fmt: skip
        if call.part and (new or other):
            entries = [
                (Entry(one.id, one.entity_id, call.part.lines[one.place], one.position), self.sheet.loaded.get(one.id))
                for one in (*new, *other)
            ]
            rows["import_step"].append(step_of(self.tx.company.keys, call.id, call.part.import_id, entries, was, more))
        return rows


def columns_of(known: Sequence[Known], command_id: UUID) -> Columns:
    return Columns(
        {
            "id": [one.id for one in known], "hash": [f"\\x{one.hash}" for one in known],
            "entity": [one.entity for one in known], "entity_id": [one.entity_id for one in known],
            "command_id": [command_id] * len(known),
        }
    )  # fmt: skip


def sound_of(tx: Tx, kind: str) -> tuple[dict[int, list[Item]], list[Item]]:
    """The records of each call, by its run's id, and those of them all that can be read."""
    items = {id(run): items_of(run, kind) for run in tx.runs}
    return items, [item for of_run in items.values() for item in of_run if not isinstance(item.record, Malformed)]


def outside_once(item: Item, identities: Identities, seen: set[str | None]) -> Record | None:
    """The answer to a record that came before; none if it is new. What it made then stands.

    Refuses: malformed, duplicate_in_list, posted_document_changed.
    """
    if isinstance(item.record, Malformed):
        raise Refused("malformed", item.record.field, reason=item.record.reason)
    if item.identity in seen:
        raise Refused("duplicate_in_list", "external.number", number=item.record.external.number)
    known = identities.get(item)
    if known and known.hash != item.hash:
        raise Refused("posted_document_changed", "lines", id=known.entity_id)
    seen.add(item.identity)
    return Record(item.key, "unchanged", details={"id": known.entity_id}) if known else None


# --- outcomes ---


def decide_each(
    tx: Tx, run: Run, items: Sequence[Item], decide: Callable[[Item], Record], *, all_or_nothing: bool
) -> Outcome:
    """A record that a rule refuses is left out, and the others go on; or, all or nothing, none is written.

    `decide` raises Refused before it puts anything anywhere.
    """
    records: list[Record] = []
    try:
        with tx.attempt():
            for item in items:
                try:
                    records.append(decide(item))
                except Refused as refusal:
                    records.append(refused_record(item, refusal))
            if all_or_nothing and any(record.status == "refused" for record in records):
                raise Refused("all_or_nothing")
    except Refused as refusal:
        held_back = (
            one if one.status == "refused" else Record(one.key, "refused", "all_or_nothing") for one in records
        )
        return Outcome("refused", code=refusal.code, records=tuple(held_back))
    return of_records(records)


def refused_record(item: Item, refusal: Refused) -> Record:
    steps: tuple[LiteralString | str | None, ...] = ("records", str(item.place), refusal.field)
    return Record(item.key, "refused", refusal.code, ".".join(step for step in steps if step), refusal.details)
