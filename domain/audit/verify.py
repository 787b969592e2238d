"""Walks the sealed log from its beginning, in one pass, and names the first row that is not what was sealed.

What is compared: the chain over all that a row says; the head; anchors, which are the head as certificates of earlier
days knew it; with `bodies` also what the calls said and answered. A row whose body and outcome were erased is as it
was sealed when a later row of the log says that it was erased.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, LiteralString
from uuid import UUID

import asyncpg
import orjson

from domain.audit.seal import NOT_OURS, SWEPT, material
from domain.plain import as_sent, canonical, unpacked
from tenants.keys import CompanyKeys, Tampered
from tenants.transaction import read_transaction

if TYPE_CHECKING:
    from tenants.registry import Company

REDACTED = "redacted"  # the name of the rows that say what was erased
AROUND = 1000  # so many rows are looked at for one that was moved
HEAD: LiteralString = "select n, chain, last_at from seal_head"
LOG: LiteralString = """select s.n, s.id as sealed_id, s.outcome_hash, s.chain, l.id, l.name, l.actor_id, l.door,
 l.occurred_at, l.recorded_at, l.body_hash, l.body, l.outcome
 from seal s left join command_log l on l.id = s.id where s.n > $1 order by s.n"""
UNSEALED: LiteralString = """select l.id, l.name, l.actor_id, l.recorded_at from command_log l
 where l.recorded_at < $1 and not exists (select from seal s where s.id = l.id) order by l.recorded_at, l.id limit 1"""
WAITING: LiteralString = """select count(*) from command_log l
 where not exists (select from seal s where s.id = l.id)"""

Kind = Literal["altered", "removed", "inserted", "reordered", "erased"]


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that is not as it was sealed. `n`: its place in the log; None for a row that never had one."""

    kind: Kind
    n: int | None
    id: UUID | None
    name: str | None = None
    actor_id: UUID | None = None
    recorded_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the log as somebody outside has it in writing."""

    n: int
    chain: bytes
    source: str


@dataclass(slots=True)
class Verdict:
    company: str
    rows: int = 0
    unsealed: int = 0  # committed rows that the sealer has not come to yet
    anchors: int = 0  # compared
    bodies: int = 0  # compared
    fault: Fault | None = None

    @property
    def clean(self) -> bool:
        return self.fault is None


async def verify(
    company: "Company",
    anchors: Iterable[Anchor] = (),
    *,
    bodies: bool = False,
    done: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """All of it is of one snapshot. Memory does not grow with the log."""
    verdict = Verdict(company.slug)
    async with read_transaction(company) as door:
        await door.raw.execute("set transaction isolation level repeatable read")
        await door.raw.execute(
            "set local statement_timeout to '15min'; set local idle_in_transaction_session_timeout to 0"
        )
        head = await door.raw.fetchrow(HEAD)
        assert head
        verdict.unsealed = await door.raw.fetchval(WAITING) or 0
        walk = Walk(company.keys, verdict, by_place(anchors), bodies)
        verdict.fault = await walk.through(door.raw, done) or walk.end(head)
        if verdict.fault is None and head["last_at"]:
            row = await door.raw.fetchrow(UNSEALED, head["last_at"] - 2 * SWEPT)
            if row:
                verdict.fault = fault("inserted", None, row, "it was never sealed, and later rows were")
    return verdict


@dataclass(slots=True)
class Walk:
    keys: CompanyKeys
    verdict: Verdict
    anchors: dict[int, list[Anchor]]
    bodies: bool
    n: int = 0
    chain: bytes = b""
    emptied: dict[UUID, Mapping[str, Any]] = field(default_factory=dict)

    async def through(self, raw: asyncpg.Connection, done: Callable[[int], None]) -> Fault | None:
        async for row in rows_after(raw, 0):
            if found := await self.step(raw, row):
                return found
            self.n, self.chain = row["n"], row["chain"]
            self.verdict.rows += 1
            if self.n % AROUND == 0:
                done(AROUND)
        done(self.n % AROUND)
        return None

    async def step(self, raw: asyncpg.Connection, row: Mapping[str, Any]) -> Fault | None:
        n = self.n + 1
        if row["n"] != n:
            return Fault("removed", n, None, reason=f"the log goes on with {row['n']}")
        if row["id"] is None:
            return Fault("removed", n, row["sealed_id"], reason="its seal is there, the row is not")
        if not self.follows(n, row, row["chain"]):
            return await self.broken(raw, n, row)
        for anchor in self.anchors.pop(n, ()):
            if anchor.chain != row["chain"]:
                return fault("altered", n, row, f"{anchor.source} knows another log up to here")
            self.verdict.anchors += 1
        return self.inside(n, row)

    def follows(self, n: int, row: Mapping[str, Any], chain: bytes) -> bool:
        return self.keys.is_digest("seal", material(self.chain, n, row, row["outcome_hash"]), chain)

    async def broken(self, raw: asyncpg.Connection, n: int, row: Mapping[str, Any]) -> Fault:
        """The chain does not lead to this row. Whether it leads to one nearby tells what was done."""
        async for other in rows_after(raw, n):
            if other["n"] > n + AROUND:
                break
            if other["id"] is None:
                continue
            if self.follows(n, other, row["chain"]):
                return fault("reordered", n, row, f"the row at {other['n']} belongs here")
            if self.follows(n, other, other["chain"]):
                before, self.chain = self.chain, other["chain"]
                moved = other["n"] != n + 1 or self.follows(n + 1, row, row["chain"])
                self.chain = before
                if moved:
                    return fault("reordered", n, row, f"the row at {other['n']} belongs here")
                return fault("inserted", n, row, "without it the log goes on as it was sealed")
        return fault("altered", n, row, "it is not what was sealed here")

    def inside(self, n: int, row: Mapping[str, Any]) -> Fault | None:
        """What the row has encrypted, as far as it is asked for."""
        if row["outcome_hash"] == NOT_OURS:
            return fault("inserted", n, row, "its outcome was not encrypted by this company's keys")
        if row["body"] is None or (row["outcome"] is None and row["outcome_hash"] is not None):
            self.emptied[row["id"]] = row
        if row["name"] == REDACTED or self.bodies:
            try:
                return self.opened(n, row)
            except Tampered as error:
                return fault("altered", n, row, str(error))
        return None

    def opened(self, n: int, row: Mapping[str, Any]) -> Fault | None:
        if row["body"] is not None:
            body = orjson.loads(unpacked(self.keys.decrypt("command_log", "body", row["id"], row["body"])))
            if not self.keys.is_digest("command", as_sent(row["name"], canonical(body)), row["body_hash"]):
                return fault("altered", n, row, "its body is not what was sent")
            if row["name"] == REDACTED:
                for id in body["ids"]:
                    self.emptied.pop(UUID(id), None)
        if self.bodies and row["outcome"] is not None:
            outcome = unpacked(self.keys.decrypt("command_log", "outcome", row["id"], row["outcome"]))
            if not self.keys.is_digest("outcome", outcome, row["outcome_hash"] or b""):
                return fault("altered", n, row, "its outcome is not what was answered")
        self.verdict.bodies += self.bodies
        return None

    def end(self, head: Mapping[str, Any]) -> Fault | None:
        if self.anchors:
            beyond = self.anchors[min(self.anchors)][0]
            return Fault("removed", self.n + 1, None, reason=f"{beyond.source} knows {beyond.n} rows")
        if head["n"] > self.n:
            return Fault("removed", self.n + 1, None, reason=f"the head knows {head['n']} rows")
        if head["n"] < self.n or head["chain"] != self.chain:
            return Fault("altered", head["n"], None, reason="the head is not that of the log")
        for row in self.emptied.values():
            return fault("erased", row["n"], row, "no row of the log says that it was")
        return None


def by_place(anchors: Iterable[Anchor]) -> dict[int, list[Anchor]]:
    places: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        if anchor.n:  # a log without a row says nothing
            places.setdefault(anchor.n, []).append(anchor)
    return places


async def rows_after(raw: asyncpg.Connection, n: int) -> AsyncIterator[Mapping[str, Any]]:
    async for row in raw.cursor(LOG, n, prefetch=AROUND):
        yield row


def fault(kind: Kind, n: int | None, row: Mapping[str, Any], reason: str) -> Fault:
    return Fault(kind, n, row["id"], row["name"], row["actor_id"], row["recorded_at"], reason)
