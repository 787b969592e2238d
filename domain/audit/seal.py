"""The sealer: numbers the committed rows of the log and chains them, so that whoever alters, removes, inserts or
reorders one breaks the chain at that row.

It works in a transaction of its own, one at a time in a company: a counter held to the writer's commit would leave a
busy company a quarter of its throughput. The chain is keyed, so that not even who owns the database can forge the rest
of it; who has the keys too cannot change what a certificate of an earlier day says.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, LiteralString

from domain.plain import unpacked
from tenants.keys import CompanyKeys, Tampered
from tenants.transaction import write_transaction

if TYPE_CHECKING:
    from tenants.registry import Company

AT_ONCE = 1000
BACK = timedelta(seconds=20)  # as long as a statement may take: a row may commit so long after its recorded_at
SWEPT = timedelta(hours=1)
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
NOT_OURS = b""  # in place of the hash of an outcome that our keys did not encrypt for this row
LOCK: LiteralString = "select n, chain, last_at from seal_head for no key update"
# its own statement: only after the lock does it see what the last sealer left
WAITING: LiteralString = """select l.id, l.name, l.actor_id, l.door, l.occurred_at, l.recorded_at, l.body_hash,
 l.outcome from command_log l where l.recorded_at >= $1 and not exists (select from seal s where s.id = l.id)
 order by l.recorded_at, l.id limit $2"""
WRITE: LiteralString = """with sealed as (insert into seal (n, id, outcome_hash, chain)
 select n, id, outcome_hash, chain
 from unnest($1::bigint[], $2::uuid[], $3::bytea[], $4::bytea[]) as s(n, id, outcome_hash, chain))
update seal_head set n = $5, chain = $6, last_at = greatest(last_at, $7)"""


async def seal(company: "Company", back: timedelta | None = BACK, limit: int = AT_ONCE) -> int:
    """Seal up to `limit` rows, in the order of their recording, of those that were recorded at most `back` before the
    latest sealed one; None: however long. Returns how many; as many as `limit` means that there may be more.

    A row that commits later than `back` waits for a wider look: the sweep's, at the latest the night's.
    """
    async with write_transaction(company) as door:
        head = await door.raw.fetchrow(LOCK)
        assert head
        since = BEGINNING if back is None or head["last_at"] is None else head["last_at"] - back
        rows = await door.raw.fetch(WAITING, since, limit)
        if rows:
            columns = [
                list(column) for column in zip(*chained(company.keys, head["n"], head["chain"], rows), strict=True)
            ]
            last = max(row["recorded_at"] for row in rows)
            await door.raw.execute(WRITE, *columns, columns[0][-1], columns[3][-1], last)
    return len(rows)


async def seal_all(company: "Company", back: timedelta | None = None) -> None:
    while await seal(company, back) == AT_ONCE:
        pass


Link = tuple[int, Any, bytes | None, bytes]  # n, id, hash of the outcome, chain


def chained(keys: CompanyKeys, n: int, chain: bytes, rows: Iterable[Mapping[str, Any]]) -> Iterator[Link]:
    for number, row in enumerate(rows, n + 1):
        hashed = outcome_hash(keys, row)
        chain = keys.digest("seal", material(chain, number, row, hashed))
        yield number, row["id"], hashed, chain


def outcome_hash(keys: CompanyKeys, row: Mapping[str, Any]) -> bytes | None:
    if row["outcome"] is None:
        return None
    try:
        return keys.digest("outcome", unpacked(keys.decrypt("command_log", "outcome", row["id"], row["outcome"])))
    except Tampered:
        return NOT_OURS


def material(before: bytes, n: int, row: Mapping[str, Any], outcome: bytes | None) -> bytes:
    """What a link is made of. Each part says its length, so that no two rows are the same bytes. Moments to the
    microsecond, as PostgreSQL keeps them."""
    parts = (
        before, n.to_bytes(8), row["id"].bytes, row["name"].encode(), row["actor_id"].bytes, row["door"].encode(),
        moment(row["occurred_at"]), moment(row["recorded_at"]), row["body_hash"],
        b"" if outcome is None else b"\1" + outcome,
    )  # fmt: skip
    return b"".join(len(part).to_bytes(4) + part for part in parts)


def moment(at: datetime) -> bytes:
    return at.astimezone(UTC).isoformat(timespec="microseconds").encode()
