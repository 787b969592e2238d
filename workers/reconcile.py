"""The witness: compares everything that is kept to be quick with the moves, and names the first cause of what differs.
It repairs nothing."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

import asyncpg

from domain.audit import checks
from domain.audit.causes import Difference, plain
from domain.audit.histories import COMMANDS
from tenants.registry import Company
from tenants.transaction import read_transaction
from workers.causes import with_causes

# The groups of a million moves do not spill. Each worker of a statement would make groups of its own, for the leader to
# put together: a second connection gets more out of a second core, for less.
ONE_MOMENT: LiteralString = """set transaction isolation level repeatable read;
set local statement_timeout to '15min'; set local idle_in_transaction_session_timeout to '15min';
set local work_mem to '96MB'; set local max_parallel_workers_per_gather to 0"""
MOMENT: LiteralString = """select now() as checked_at, pg_export_snapshot() as snapshot,
 (select last from feed_head) as feed, h.n as log_n, h.chain as log_chain from seal_head h"""
STATEMENTS: tuple[LiteralString, ...] = (*checks.STATEMENTS, "select count(*) from stock_move")
NUMBERS = ("balance", "pool", "reserved", "shipped", "received", "returned", "transferred")

is_snapshot = re.compile(r"[0-9A-F]+-[0-9A-F]+-[0-9]+").fullmatch

Left = Iterator[tuple[int, LiteralString]]  # statements that nobody has taken yet, with their places


@dataclass(frozen=True, slots=True)
class Report:
    company: str
    checked_at: datetime
    moves: int
    counts: dict[str, int]  # differences by check, 0 where all is well
    differences: tuple[Difference, ...]  # those that are named; all are counted
    feed: int  # the head of the change feed
    log_n: int  # the head of the sealed log
    log_chain: bytes = field(repr=False)
    commands: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict, repr=False)  # of the causes

    @property
    def clean(self) -> bool:
        return not any(self.counts.values())


async def reconcile(company: Company) -> Report:
    """All checks see one snapshot, so a running business shows no false differences."""
    async with read_transaction(company) as door:
        await door.raw.execute(ONE_MOMENT)
        moment = await door.raw.fetchrow(MOMENT)
        assert moment
        answers = await asked(company, door.raw, moment["snapshot"])
        [[moves]] = answers.pop()
        counts: dict[str, int] = dict.fromkeys(checks.CHECKS, 0)
        found: list[Difference] = []
        for rows in answers:
            for row in rows:
                counts[row["check"]] += 1
            found += [difference(row) for row in rows[: checks.SHOWN]]
        if found:
            found = await with_causes(door.raw, found)
        causes = list({one.cause.command_id for one in found if one.cause.command_id})
        commands = {row["id"]: row for row in await door.raw.fetch(COMMANDS, causes)} if causes else {}
    return Report(
        company.slug, moment["checked_at"], moves, counts, tuple(found), moment["feed"], moment["log_n"],
        moment["log_chain"], commands,
    )  # fmt: skip


async def asked(company: Company, raw: asyncpg.Connection, snapshot: str) -> list[list[Any]]:
    """What the statements answer, in their order. Two connections share them where there is a second one."""
    left = iter(enumerate(STATEMENTS))
    answers: list[list[Any]] = [[] for _ in STATEMENTS]
    helper = asyncio.create_task(help_out(company, snapshot, left, answers))
    try:
        await ask(raw, left, answers)
        await helper  # what went wrong there rises as it is: an outage is known by its type
    finally:
        helper.cancel()
        await asyncio.wait([helper])
    return answers


async def help_out(company: Company, snapshot: str, left: Left, answers: list[list[Any]]) -> None:
    """Takes statements as well, on a connection of its own and at the same moment.

    Only where a connection is free and one more stays so for others. It is never waited for: two checks that each held
    one would wait for each other.
    """
    pool = company.database.read
    if len(set(pool.free).intersection(pool.places(company, company.database.share))) < 2:
        return
    async with read_transaction(company) as door:  # nothing was awaited since the look: it is there
        assert is_snapshot(snapshot)  # PostgreSQL's own name for it, and no parameter there
        await door.raw.execute(f"{ONE_MOMENT}; set transaction snapshot '{snapshot}'")
        await ask(door.raw, left, answers)


async def ask(raw: asyncpg.Connection, left: Left, answers: list[list[Any]]) -> None:
    for place, statement in left:
        answers[place] = await raw.fetch(statement)


def difference(row: Mapping[str, Any]) -> Difference:
    one = Difference(row["check"], row["key"], row["what"], row["expected"] or "", row["found"] or "")
    if one.check in NUMBERS:
        return replace(one, expected=trimmed(one.expected), found=trimmed(one.found))
    return one


def trimmed(text: str) -> str:
    return plain(Decimal(text or 0))
