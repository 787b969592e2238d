"""The witness: compares everything that is kept to be quick with the moves, and names the first cause of what differs.
It repairs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.audit import checks
from domain.audit.causes import Difference, plain
from domain.audit.histories import COMMANDS
from tenants.registry import Company
from tenants.transaction import read_transaction
from workers.causes import with_causes

MOMENT: LiteralString = """select now() as checked_at, (select count(*) from stock_move) as moves,
 (select last from feed_head) as feed, h.n as log_n, h.chain as log_chain from seal_head h"""
NUMBERS = ("balance", "pool", "reserved", "shipped", "received", "returned", "transferred")


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
    counts: dict[str, int] = dict.fromkeys(checks.CHECKS, 0)
    found: list[Difference] = []
    async with read_transaction(company) as door:
        await door.raw.execute("set transaction isolation level repeatable read")
        await door.raw.execute("set local statement_timeout to '15min'")
        await door.raw.execute("set local idle_in_transaction_session_timeout to '15min'")
        await door.raw.execute("set local work_mem to '96MB'")  # a million moves' groups do not spill
        moment = await door.raw.fetchrow(MOMENT)
        assert moment
        for query in checks.STATEMENTS:
            statement: LiteralString = query
            rows = await door.raw.fetch(statement)
            for row in rows:
                counts[row["check"]] += 1
            found += [difference(row) for row in rows[: checks.SHOWN]]
        if found:
            found = await with_causes(door.raw, found)
        causes = list({one.cause.command_id for one in found if one.cause.command_id})
        commands = {row["id"]: row for row in await door.raw.fetch(COMMANDS, causes)} if causes else {}
    return Report(
        company.slug, moment["checked_at"], moment["moves"], counts, tuple(found), moment["feed"], moment["log_n"],
        moment["log_chain"], commands,
    )  # fmt: skip


def difference(row: Mapping[str, Any]) -> Difference:
    one = Difference(row["check"], row["key"], row["what"], row["expected"] or "", row["found"] or "")
    if one.check in NUMBERS:
        return replace(one, expected=trimmed(one.expected), found=trimmed(one.found))
    return one


def trimmed(text: str) -> str:
    return plain(Decimal(text or 0))
