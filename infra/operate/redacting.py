"""Erases what calls said and answered, for a person who wants to be forgotten.

What is sealed stays as it was sealed: that the call was made, when and by whom, under keyed hashes that tell nothing.
Only the schema's owner can do it: a company's role changes nothing in its log.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from domain.audit.verify import REDACTED
from domain.execute import outcome_text
from domain.ids import new_id
from domain.plain import as_sent, canonical, packed
from domain.tx import Outcome
from tenants.registry import Company

EMPTY = "update command_log set body = null, outcome = null where id = any($1::uuid[]) and name <> $2 returning id"
NOTE = """insert into command_log (id, name, actor_id, door, occurred_at, body_hash, body, outcome)
 values ($1, $2, $3, 'job', $4, $5, $6, $7)"""
OPERATOR = UUID(int=0)  # nobody who signs in


async def redact(owner: asyncpg.Connection, company: Company, ids: Sequence[UUID], actor_id: UUID = OPERATOR) -> int:
    """In one transaction with the row that says so. Returns how many rows were emptied."""
    async with owner.transaction():
        await owner.execute(f"set local search_path to {company.schema}")
        emptied = sorted(str(row["id"]) for row in await owner.fetch(EMPTY, list(ids), REDACTED))
        if emptied:
            id, keys, body = new_id(), company.keys, canonical({"ids": emptied})
            outcome = outcome_text(Outcome("accepted", {"rows": len(emptied)}))
            await owner.execute(
                NOTE, id, REDACTED, actor_id, datetime.now(UTC), keys.digest("command", as_sent(REDACTED, body)),
                keys.encrypt("command_log", "body", id, packed(body)),
                keys.encrypt("command_log", "outcome", id, packed(outcome)),
            )  # fmt: skip
    return len(emptied)
