"""Facts whose author may no longer record them: kept as they were sent until a manager accepts or discards them.

Somebody lost a right while the phone had no network, or the phone was reported lost. What happened to the goods has
happened all the same, so nothing is refused and nothing is booked on that person's word alone. An accepted call runs
under its own id, in its author's name.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import orjson

from domain.tx import Call, Outcome, Run

if TYPE_CHECKING:
    from tenants.registry import Company

TABLE = "waiting_call"
KEEP: LiteralString = """with kept as (
 insert into waiting_call (id, name, actor_id, actor_name, occurred_at, body_hash, body, reason)
 values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing returning id)
insert into change (entity, entity_id, bucket, gone) select 'waiting_call', id, 'common', false from kept"""
WHAT_CAME: LiteralString = "select actor_id, body_hash, status from waiting_call where id = $1"
FIND: LiteralString = "select id, name, actor_id, occurred_at, body from waiting_call where id = $1"


async def keep(raw: Any, run: Run, reason: str) -> Outcome:
    """Inside a transaction of the company. A call that is kept already stays as it is; a repeat learns its state."""
    call, caller = run.call, run.caller
    body = caller.company.keys.encrypt(TABLE, "body", call.id, run.body)
    await raw.execute(
        KEEP, call.id, call.name, caller.actor_id, caller.name, call.occurred_at, run.body_hash, body, reason
    )
    row = await raw.fetchrow(WHAT_CAME, call.id)
    if row["actor_id"] != caller.actor_id or row["body_hash"] != run.body_hash:
        return Outcome("refused", code="key_reuse")
    if row["status"] == "discarded":
        return Outcome("refused", code="discarded")
    return Outcome("waiting", code=reason)


async def kept(raw: Any, company: "Company", id: UUID) -> tuple[Call, UUID] | None:
    """A kept call as it was sent, and who sent it."""
    row = await raw.fetchrow(FIND, id)
    if row is None:
        return None
    occurred_at: datetime = row["occurred_at"]
    body = orjson.loads(company.keys.decrypt(TABLE, "body", id, row["body"]))
    return Call(id, row["name"], body, occurred_at, "sync"), row["actor_id"]
