"""What taking back a step of an import is for every kind of record: each whole or not at all, and only where nobody has
changed it or built on it since.

A command that takes a step back loads it with STEP, opens a Withdrawal over it, and has WITHDRAWN in its write.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain import sql
from domain.base import import_record
from domain.command import command
from domain.errors import Refused
from domain.imports.tables import import_step
from domain.steps import Entry, Kept, Step, step_from
from domain.tx import Outcome, Record, Run, Tx, of_records

NAMED_AT_MOST = 20  # of what depends on one record


@command
class Withdrawing:
    """What one command of an import made: `step_id` is that command's."""

    import_id: UUID
    step_id: UUID


STEP = sql.rows(
    "steps",
    f"""select s.command_id, s.import_id, s.made, s.kept from import_step s
 where s.command_id = any({sql.listed("steps", "uuid")}) order by s.command_id
 for no key update""",
)
LOAD_STEP = sql.statement(STEP)
CURRENT = sql.rows(
    "current",
    f"""select i.id, i.command_id,
 (select s.import_id from import_step s where s.command_id = i.command_id) as import_id
 from import_record i where i.id = any({sql.listed("identities", "uuid")})
 order by i.id for update of i""",
)
WITHDRAWN = (
    sql.delete(import_record, "gone_identity"),
    sql.update(import_record, ("hash", "command_id"), "old_identity"),
    sql.delete(import_step, "gone_step"),
    sql.update(import_step, ("made", "kept"), "left_step"),
)


async def load_step(tx: Tx) -> Step | None:
    """None: nothing of it is left, or it is of another import."""
    cmd: Withdrawing = tx.runs[0].cmd
    rows = (await tx.load(LOAD_STEP, {"steps": [cmd.step_id]}))["steps"]
    step = step_from(tx.company.keys, rows[0]) if rows else None
    return step if step and step.import_id == cmd.import_id else None


def asked(step: Step | None) -> dict[str, Any]:
    """For the load after it, which has CURRENT."""
    entries = step.entries if step else []
    return {"identities": [one.identity for one in entries], "ids": list({one.id for one in entries})}


def used_by(rows: Sequence[Mapping[str, Any]]) -> Mapping[UUID, list[dict[str, Any]]]:
    """What refers to a record: rows of `of` (the record), `what`, `id`, `number`."""
    found: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        uses = found[UUID(row["of"])]
        use = {"what": row["what"], "id": row["id"], "number": row["number"]}
        if use not in uses and len(uses) < NAMED_AT_MOST:
            uses.append(use)
    return found


class Withdrawal:
    """The records of one step, taken back one by one. What `undo` decides is kept only if it refuses nothing."""

    def __init__(self, tx: Tx, step: Step | None, loaded: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self.tx, self.step = tx, step
        self.current = {row["id"]: row for row in loaded["current"]}
        self.undone: set[str] = set()

    def decide(
        self, undo_made: Callable[[Entry], None], undo_kept: Callable[[Kept], None], finish: Callable[[], None]
    ) -> None:  # fmt: skip
        """`finish`: what follows for things that several of the records share."""

        def decision(run: Run) -> Outcome:
            records = []
            for one in self.each():
                entry = one.entry if isinstance(one, Kept) else one
                details: dict[str, Any] = {"id": entry.id, "line": entry.line}
                try:
                    with self.tx.attempt():
                        self.check(entry)
                        undo_kept(one) if isinstance(one, Kept) else undo_made(one)
                except Refused as refusal:
                    details |= refusal.details
                    records.append(Record(str(entry.line), "refused", refusal.code, refusal.field, details))
                else:
                    self.undone.add(entry.identity)
                    records.append(Record(str(entry.line), "accepted", details=details))
            finish()
            return of_records(records)

        self.tx.decide(decision)

    def each(self) -> Sequence[Entry | Kept]:
        found = [*self.step.made, *self.step.kept] if self.step else []
        return sorted(found, key=lambda one: one.entry.line if isinstance(one, Kept) else one.line)

    def check(self, entry: Entry) -> None:
        """Refuses: changed_by_import."""
        assert self.step
        now = self.current.get(entry.identity)
        if now is None or now["command_id"] != str(self.step.command_id):
            raise Refused("changed_by_import", import_id=now and now["import_id"])

    def rows(self) -> dict[str, Any]:
        """For `tx.write`, beside WITHDRAWN."""
        if self.step is None:
            return {"gone_identity": [], "old_identity": [], "gone_step": [], "left_step": []}
        gone = [{"id": one.identity} for one in self.step.made if one.identity in self.undone]
        old = []
        for one in self.step.kept:
            if one.entry.identity not in self.undone:
                continue
            if one.identity is None:
                gone.append({"id": one.entry.identity})
            else:
                digest, command_id = one.identity
                old.append({"id": one.entry.identity, "hash": f"\\x{digest}", "command_id": command_id})
        left = self.step.without(self.undone)
        return {
            "gone_identity": gone,
            "old_identity": old,
            "gone_step": [] if left.entries else [{"command_id": self.step.command_id}],
            "left_step": [left.row(self.tx.company.keys)] if left.entries and self.undone else [],
        }


def check_unused(uses: Mapping[UUID, Sequence[Mapping[str, Any]]], id: UUID, **more: Any) -> None:
    """Refuses: depended_on, naming what does."""
    if by := uses.get(id):
        raise Refused("depended_on", by=by, **more)
