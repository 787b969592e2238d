"""What saving is for every kind of master data: found by id or by its outside identity, on the version it was made on,
written only where something changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from sqlalchemy import Table

from domain import sql
from domain.errors import Refused
from domain.ids import new_id
from domain.lists import KNOWN, REMEMBERED, Identities, Item, Known, Malformed, decide_each, identities_of, items_of
from domain.masterdata import rules
from domain.plain import Columns
from domain.sql import Part, Source, Statement
from domain.tx import Record, Run, Tx

Values = dict[str, Any]
Sets = tuple[Mapping[Any, Any], ...]
KEPT_APART = {"id", "version", "updated_at"}


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of record. `name`: of its table; `unique`: the column whose values stand once in a company."""

    name: LiteralString
    table: Table
    columns: tuple[LiteralString, ...]
    unique: LiteralString | None = None
    dated: bool = False  # keeps when it was made and changed
    sets: tuple[str, ...] = ()  # what hangs on it is called

    @property
    def shown(self) -> LiteralString:
        stamp: tuple[LiteralString, ...] = ("updated_at",) if self.dated else ()
        return sql.columns(self.table, "t", "id", "version", *self.columns, *stamp)

    def loaded(self, which: LiteralString | None = None) -> tuple[Part | Source, ...]:
        """Load parts: stored records, locked in key order, those of known identities only where the content is another;
        and who has the unique values now."""
        which = (
            which
            or f"""t.id = any({sql.listed("ids", "uuid")}
  || array(select entity_id from identified where other))"""
        )
        stored = sql.rows(
            "stored", f"select {self.shown} from {self.name} t where {which} order by t.id for no key update"
        )
        if self.unique is None:
            return *KNOWN, stored
        return *KNOWN, stored, sql.rows(
            "taken",
            f"""select t.{self.unique} as value, t.id from {self.name} t
 where t.{self.unique} = any({sql.listed("values")})""",
        )  # fmt: skip

    def written(self) -> tuple[Part, ...]:
        stamp = ("updated_at",) if self.dated else ()
        return (
            *REMEMBERED,
            sql.insert(self.table, without=("created_at", "updated_at") if self.dated else ()),
            sql.update(self.table, ("version", *self.columns, *stamp), "changed"),
        )


class Stored(NamedTuple):
    """A record as it is or will be. `values`: its columns, as JSON has them; `sets`: what hangs on it, by key."""

    id: UUID
    version: int
    values: Values
    sets: Sets = ()
    updated_at: str | None = None

    def as_kept(self, after: int) -> Values:
        """For who takes back what made it version `after`."""
        return {
            "version": self.version, "after": after, "updated_at": self.updated_at, "values": self.values,
            "sets": self.sets,
        }  # fmt: skip


Saved = Iterable[tuple[Stored | None, Stored]]  # before and after


class Shaped(NamedTuple):
    """What a record asks for, once its own rules have agreed."""

    values: Values
    sets: Sets = ()
    details: Mapping[str, Any] = MappingProxyType({})


Shape = Callable[[Run, Any, UUID, Stored | None], Shaped]


class Saving:
    """The records of one transaction on what is stored."""

    def __init__(
        self, tx: Tx, entity: Entity, items: Mapping[int, Sequence[Item]], loaded: Mapping[str, Any],
        opened: Callable[[UUID, Values], Values] = lambda id, row: row, sets: Mapping[UUID, Sets] | None = None,
    ) -> None:  # fmt: skip
        self.tx, self.entity, self.items, self.loaded = tx, entity, items, loaded
        self.named: Callable[[str, Any], Any] = lambda column, value: value  # for people: the name behind an id
        self.new_ids = map(id_from, count(new_id().int))  # one after the other: neighbours in every index
        self.identities = Identities(tx, loaded)
        stored = (stored_from(row, opened, sets or {}) for row in loaded["stored"])
        self.stored = tx.sheet({one.id: one for one in stored})
        self.taken = tx.sheet({row["value"]: UUID(row["id"]) for row in loaded.get("taken", ())})

    def before(self, item: Item) -> Stored | None:
        """What is stored of a record that is not known to be as it was."""
        if isinstance(item.record, Malformed):
            return None
        known = self.identities.get(item)
        return self.stored.get(known.entity_id if known else item.record.id)

    def decide(self, shape: Shape) -> None:
        for run in self.tx.fresh:
            seen: set[object] = set()

            def one(item: Item, run: Run = run, seen: set[object] = seen) -> Record:
                return self.one(run, item, shape, seen)

            items, whole = self.items[id(run)], run.cmd.all_or_nothing
            run.outcome = decide_each(self.tx, run, items, one, all_or_nothing=whole)

    def one(self, run: Run, item: Item, shape: Shape, seen: set[object]) -> Record:
        """`seen`: ids, identities and unique values of the call's records before this one."""
        record = item.record
        if isinstance(record, Malformed):
            raise Refused("malformed", record.field, reason=record.reason)
        if item.identity in seen:
            raise Refused("duplicate_in_list", "external.number", number=record.external.number)
        known = self.identities.get(item)
        if known and known.hash == item.hash:
            seen.add(item.identity)
            return Record(item.key, "unchanged", details={"id": known.entity_id})
        given = self.id_of(item, known)
        if given in seen:
            raise Refused("duplicate_in_list", "id", id=given)
        before = self.stored.get(given) if given else None
        self.check_version(item, before, known)
        id = given or next(self.new_ids)
        unique = self.check_unique(id, record, seen)
        shaped = shape(run, record, id, before)
        seen.add(item.identity or id)
        if given:
            seen.add(given)
        if unique:
            seen.add(unique)
        return self.put(item, id, before, shaped)

    def check_version(self, item: Item, before: Stored | None, known: Known | None) -> None:
        """Refuses: not_found, stale_version."""
        rules.check_version(before and before.version, item.record.base_version, identified=known is not None)

    def id_of(self, item: Item, known: Known | None) -> UUID | None:
        """None: it is new, and gets one here. Refuses: id_missing, identity_taken."""
        given: UUID | None = item.record.id
        if known:
            if given not in (None, known.entity_id):
                raise Refused("identity_taken", "external.number", id=known.entity_id)
            return known.entity_id
        if given is None and item.identity is None:
            raise Refused("id_missing", "id")
        return given

    def check_unique(self, id: UUID, record: Any, seen: set[object]) -> str | None:
        """A value that another record of this call gives up is free only after it."""
        if (column := self.entity.unique) is None:
            return None
        value: str = getattr(record, column)
        holder = self.taken.get(value)
        if holder is not None and holder != id:
            code = "duplicate_in_list" if value in seen else f"{column}_taken"
            raise Refused(code, column, value=value, id=holder)
        return value

    def put(self, item: Item, id: UUID, before: Stored | None, shaped: Shaped) -> Record:
        self.identities.put(item, self.entity.name, id)
        details = {"id": id, **shaped.details} if item.identity else shaped.details
        if before and (before.values, before.sets) == (shaped.values, shaped.sets):
            return Record(item.key, "unchanged", details=details)
        if before:
            details = {**details, "changes": self.differences(before, shaped)}
        self.stored.put(id, Stored(id, before.version + 1 if before else 1, shaped.values, shaped.sets))
        if self.entity.unique:
            self.taken.put(shaped.values[self.entity.unique], id)
        self.tx.changed(self.entity.name, id)
        return Record(item.key, "changed" if before else "accepted", details=details)

    def differences(self, before: Stored, after: Shaped) -> dict[str, Any]:
        """By column: what was, and what is to be."""
        found = {
            column: [self.named(column, before.values[column]), self.named(column, after.values[column])]
            for column in before.values
            if before.values[column] != after.values[column]
        }
        for name, was, will in zip(self.entity.sets, before.sets, after.sets, strict=True):
            if was != will:
                found[name] = [sorted(self.named(name, was)), sorted(self.named(name, will))]
        return found

    def was(self, id: UUID) -> Values | None:
        before, after = self.stored.loaded.get(id), self.stored.now[id]
        if before is None:
            return None
        return {} if after is before else before.as_kept(after.version)

    def rows(
        self, closed: Callable[[Stored], Values] = lambda stored: stored.values, more: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """For `tx.write`, beside the entity's `written`. PostgreSQL reads "now" as the transaction's time."""

        stamp = {"updated_at": "now"} if self.entity.dated else {}
        made = self.stored.made()
        values = [closed(stored) for stored in made]
        return {
            self.entity.name: Columns(
                {"id": [stored.id for stored in made], "version": [stored.version for stored in made]}
                | {name: [row[name] for row in values] for name in self.entity.columns}
            ),
            "changed": [
                {"id": stored.id, "version": stored.version, **closed(stored), **stamp}
                for stored in self.stored.changed()
            ],
            **self.identities.rows(self.was, more),
        }

    def made_and_changed(self) -> Saved:
        """Every record that is to be written."""
        for id, after in self.stored.now.items():
            before = self.stored.loaded.get(id)
            if before is not after:
                yield before, after


def id_from(number: int) -> UUID:
    return UUID(int=number)


def stored_from(row: Values, opened: Callable[[UUID, Values], Values], sets: Mapping[UUID, Sets]) -> Stored:
    id, values = UUID(row["id"]), {name: value for name, value in row.items() if name not in KEPT_APART}
    return Stored(id, row["version"], opened(id, values), sets.get(id, ()), row.get("updated_at"))


async def load(
    tx: Tx, entity: Entity, what: Statement, more: Callable[[Sequence[Any]], Mapping[str, Any]] = lambda records: {},
    kind: str = "",
) -> tuple[dict[int, list[Item]], dict[str, list[Any]]]:  # fmt: skip
    """The records of all calls, and what is stored of them. `more`: what else the load asks for, by the records;
    `kind`: what they are outside, if not the whole entity."""
    items = {id(run): items_of(run, kind or entity.name) for run in tx.runs}
    every = [item for of_run in items.values() for item in of_run if not isinstance(item.record, Malformed)]
    records = [item.record for item in every]
    document = {
        "ids": [given for record in records if (given := getattr(record, "id", None))],
        **identities_of(every),
        "values": [getattr(record, entity.unique) for record in records] if entity.unique else [],
        **more(records),
    }
    return items, await tx.load(what, document)


def guarded(run: Run, permission: str, column: str, value: str | None, before: Stored | None) -> str | None:
    """Who may not see a field does not change it: it stays as it is. Refuses: forbidden."""
    if permission in run.caller.permissions:
        return value
    if value is not None:
        raise Refused("forbidden", column, permission=permission)
    return before.values[column] if before else None


def text_of(id: UUID | None) -> str | None:
    return None if id is None else str(id)
