"""What a manager says to facts whose author could no longer record them (domain/waiting.py)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain import sql
from domain.attention.tables import waiting_call
from domain.command import Note, command
from domain.entry import find
from domain.errors import Refused
from domain.tx import Run, Tx

Waiting = Mapping[str, Any]


@command
class AcceptCall:
    """It did happen: record it in its author's name."""

    call_id: UUID
    note: Note = ""


@command
class DiscardCall:
    """It did not happen, or was recorded otherwise. `note` says why."""

    call_id: UUID
    note: Note


LOAD = sql.statement(
    sql.rows(
        "calls",
        """select w.id, w.name, w.actor_id, w.status from waiting_call w
 where w.id in (select jsonb_array_elements_text($2::jsonb -> 'ids')::uuid) order by w.id for no key update of w""",
    )
)
WRITE = sql.statement(sql.update(waiting_call, ("status", "note", "decided_at", "decided_by"), "decided"))


async def accept_call(tx: Tx) -> None:
    await decide(tx, "accepted")


async def discard_call(tx: Tx) -> None:
    await decide(tx, "discarded")


async def decide(tx: Tx, status: str) -> None:
    loaded = await tx.load(LOAD, {"ids": [run.cmd.call_id for run in tx.runs]})
    calls = tx.sheet({UUID(row["id"]): row for row in loaded["calls"]})

    def one(run: Run) -> Mapping[str, Any]:
        """Refuses: as `check`."""
        id: UUID = run.cmd.call_id
        call = check(run, calls.get(id))
        calls.put(id, {**call, "status": status})
        tx.rows["decided"].append(
            {
                "id": id, "status": status, "note": run.cmd.note, "decided_at": "now",
                "decided_by": run.caller.actor_id,
            }
        )  # fmt: skip
        tx.changed("waiting_call", id)
        if status == "accepted":
            tx.emit("call_accepted", id=id)
        else:
            tx.changed("command", id, bucket=f"u:{call['actor_id']}")
        return {"call_id": id}

    tx.decide(one)
    tx.write(WRITE, {})


def check(run: Run, call: Waiting | None) -> Waiting:
    """Nobody decides on his own calls, or on what he could not have recorded himself.

    Refuses: not_found, call_decided, own_call, forbidden.
    """
    if call is None:
        raise Refused("not_found", "call_id", id=run.cmd.call_id)
    if call["status"] != "waiting":
        raise Refused("call_decided", "call_id", id=run.cmd.call_id)
    if call["actor_id"] == str(run.caller.actor_id):
        raise Refused("own_call", "call_id", id=run.cmd.call_id)
    entry = find(call["name"])
    if entry is None or entry.permission not in run.caller.permissions:
        raise Refused("forbidden", "call_id", permission=entry.permission if entry else call["name"])
    return call
