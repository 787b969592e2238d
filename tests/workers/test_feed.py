"""The change feed: whoever follows it sees every entity that changed, whatever the order of the commits."""

import asyncio
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from domain import writing
from domain.execute import CHANGED, execute
from domain.feed import NUMBER, number_changes, prune_tombstones
from domain.plain import Columns
from tenants.registry import Company
from tenants.transaction import write_transaction
from tests.builders import call, make_unit
from tests.companies import Instance, caller_of

WRITERS, TRANSACTIONS = 8, 40
HOT = [uuid4() for _ in range(5)]  # everybody changes them
INSERT = "insert into change (entity, entity_id, bucket, gone) values ('thing', $1, $2, false)"


@dataclass
class Feed:
    """What one reader has seen, by a cursor of its own."""

    column: str
    cursor: int = 0
    seen: Counter[UUID] = field(default_factory=Counter)

    async def read(self, connection: asyncpg.Connection, schema: str) -> None:
        query = f"select {self.column} as place, entity_id from {schema}.change where {self.column} > $1 order by 1"
        for row in await connection.fetch(query, self.cursor):
            assert row["place"] > self.cursor
            self.cursor = row["place"]
            self.seen[row["entity_id"]] += 1


async def write(url: str, company: Company, chance: random.Random, kept: set[UUID], lost: set[UUID]) -> int:
    """Short transactions, each with an entity of its own and one of everybody's; returns the rows committed."""
    connection, rows = await asyncpg.connect(url), 0
    for _ in range(TRANSACTIONS):
        own, hot = uuid4(), chance.choice(HOT)
        await connection.execute(company.opening)
        await connection.execute(INSERT, own, "common")
        await asyncio.sleep(chance.random() * 0.02)
        await connection.execute(INSERT, hot, chance.choice(["common", "w:1"]))
        if chance.random() < 0.2:
            await connection.execute("rollback")
            lost.add(own)
        else:
            await connection.execute("commit")
            kept.add(own)
            rows += 2
    await connection.close()
    return rows


async def tell(company: Company, chance: random.Random, kept: set[UUID], lost: set[UUID]) -> int:
    """Long lists, which get their numbers as they are written; returns the rows committed."""
    rows = 0
    for _ in range(TRANSACTIONS // 4):
        own, hot = [uuid4() for _ in range(20)], chance.choice(HOT)
        changes = [("thing", id, "common", False) for id in (*own, hot)]
        try:
            async with write_transaction(company) as door:
                await writing.tell(door, Columns.of(CHANGED, changes))
                await asyncio.sleep(chance.random() * 0.02)
                if chance.random() < 0.2:
                    raise TimeoutError
        except TimeoutError:
            lost |= set(own)
        else:
            kept |= set(own)
            rows += len(changes)
    return rows


async def test_a_reader_that_follows_the_numbers_misses_nothing_where_a_sequence_loses(
    instance: Instance, company: Company
) -> None:
    kept: set[UUID] = set()
    lost: set[UUID] = set()
    url = instance.server.app_url
    follower, by_sequence = Feed("seq"), Feed("id")
    reader = await asyncpg.connect(instance.server.owner_url)
    over = asyncio.Event()

    async def follow() -> None:
        while True:
            last = over.is_set()
            await number_changes(company, limit=random.choice([3, 50, 5000]))
            await follower.read(reader, company.schema)
            await by_sequence.read(reader, company.schema)
            if last and not await reader.fetchval(f"select count(*) from {company.schema}.change where seq is null"):
                return

    async def number() -> None:  # pulls and the doorbell's worker number at the same time
        while not over.is_set():
            await number_changes(company)
            await asyncio.sleep(0.003)

    followers = [asyncio.create_task(one()) for one in (follow, number, number)]
    chances = [random.Random(seed) for seed in range(WRITERS + 2)]
    rows = await asyncio.gather(
        *(write(url, company, chance, kept, lost) for chance in chances[2:]),
        *(tell(company, chance, kept, lost) for chance in chances[:2]),
    )
    over.set()
    await asyncio.gather(*followers)

    seen = {id for id in follower.seen if id not in HOT}
    assert seen == kept
    assert not seen & lost
    assert all(follower.seen[id] == 1 for id in kept)
    assert all(follower.seen[id] >= 1 for id in HOT)

    query = f"select entity_id, bucket, seq from {company.schema}.change"
    left = await reader.fetch(query)
    assert len({(row["entity_id"], row["bucket"]) for row in left}) == len(left), "what is superseded is gone"
    numbers = [row["seq"] for row in left]
    head = await reader.fetchval(f"select last from {company.schema}.feed_head")
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) == head == sum(rows) == follower.cursor
    for hot in HOT:  # the last word on each is where the reader has been
        assert max(row["seq"] for row in left if row["entity_id"] == hot) <= follower.cursor
    await reader.close()

    missed = kept - by_sequence.seen.keys()
    assert missed, "the order of a sequence is not the order of commits: a reader that follows it loses rows"


async def test_what_is_rolled_back_leaves_no_number(instance: Instance, company: Company) -> None:
    async def head() -> int:
        return await instance.owner.fetchval(f"select last from {company.schema}.feed_head") or 0

    await number_changes(company)
    before = await head()
    connection = await asyncpg.connect(instance.server.app_url)
    await connection.execute(company.opening)
    await connection.execute(INSERT, uuid4(), "common")
    assert await number_changes(company) == 0
    await connection.execute("rollback")
    await connection.close()
    assert await number_changes(company) == 0
    assert await head() == before


async def test_old_tombstones_are_forgotten_and_it_is_known_up_to_where(instance: Instance, company: Company) -> None:
    async def kept() -> list[tuple[str, bool]]:
        rows = await instance.owner.fetch(f"select entity, gone from {company.schema}.change order by id")
        return [tuple(row) for row in rows]

    connection = await asyncpg.connect(instance.server.app_url)
    await connection.execute(company.opening)
    for entity, gone, days in (("new", True, 89), ("old", True, 91), ("here", False, 91), ("older", True, 400)):
        row = "insert into change (entity, entity_id, bucket, gone, at) values ($1, $2, 'common', $3, $4)"
        await connection.execute(row, entity, uuid4(), gone, datetime.now(UTC) - timedelta(days=days))
    await connection.execute("commit")
    await connection.close()
    assert await prune_tombstones(company) == 0, "what nobody could have read yet"
    await number_changes(company)
    assert await prune_tombstones(company) == 2
    assert await kept() == [("new", True), ("here", False)]
    heads = await instance.owner.fetchrow(f"select last, pruned from {company.schema}.feed_head")
    assert tuple(heads or ()) == (4, 4)
    assert await prune_tombstones(company) == 0


async def test_a_long_list_is_the_last_word_on_what_was_told_before(instance: Instance, company: Company) -> None:
    async def changes() -> list[tuple[UUID, int | None, bool]]:
        query = f"select entity_id, seq, gone from {company.schema}.change where entity = 'product' order by seq, id"
        return [tuple(row) for row in await instance.owner.fetch(query)]

    async def save(*names: str) -> None:
        records = [
            {"sku": f"S{n}", "name": name, "unit": "个", "external": {"source": "file", "number": f"S{n}"}}
            for n, name in enumerate(names)
        ]
        outcome = await execute(call("masterdata.save_products", {"records": records}), owner)
        assert {record.status for record in outcome.records} <= {"accepted", "changed"}

    owner, many = caller_of(company), writing.COPIED_FROM
    await make_unit(owner, "个")
    await save(*["茶"] * many)
    first = [seq for _, seq, _ in await changes()]
    assert first == list(range(first[0] or 0, (first[0] or 0) + many))
    await save("红茶")
    assert [seq for _, seq, _ in await changes()] == [*first, None], "it waits to be numbered"
    await save(*["绿茶"] * many)
    told = await changes()
    assert len({id for id, _, _ in told}) == len(told) == many
    [head] = await instance.owner.fetch(f"select last from {company.schema}.feed_head")
    last = head["last"]
    assert [seq for _, seq, _ in told] == list(range(last - many + 1, last + 1))
    assert await number_changes(company) == 0


async def test_what_is_superseded_is_looked_up_by_key_by_a_plan_made_when_there_was_nothing(
    instance: Instance, company: Company
) -> None:
    fill = f"insert into {company.schema}.change (entity, entity_id, bucket, gone)"
    things = "select 'thing', uuidv7(), 'common', false from generate_series(1, 500)"
    await instance.owner.execute(f"vacuum analyze {company.schema}.change")
    async with write_transaction(company) as door:
        await door.raw.execute(f"prepare numbering as {NUMBER}")
        await door.raw.execute("execute numbering(500)")
        for _ in range(2):
            await instance.owner.execute(f"{fill} {things}")
            rows = await door.raw.fetch("explain (analyze, timing off) execute numbering(500)")
            plan = "\n".join(row[0] for row in rows)
            assert sum(map(int, re.findall(r"Rows Removed by .*Filter: (\d+)", plan))) <= 1000, plan
        await door.raw.execute("deallocate numbering")
