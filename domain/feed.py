"""The change feed: gives committed change rows their numbers, without gaps and without missing a late commit.

Writers insert rows without a number. A sequence would give numbers before the commit, and a reader that has passed
such a number would never see the row. So rows are numbered afterwards, by one transaction at a time; only long lists,
for which that would be as much work as writing them, are such a transaction themselves, at their very end.
"""

from datetime import timedelta
from typing import LiteralString

from tenants.registry import Company
from tenants.transaction import Door, write_transaction

AT_ONCE = 5000
TOMBSTONES = timedelta(days=90)
LOCK: LiteralString = "select last from feed_head for no key update"
# Its own statement: only after the lock does it see what the last numberer left, and what it saw stays where it is.
# Each part goes through the rows by a key, and by the only one there is for it, whatever the planner takes the tables
# for: a plan that was made when they were empty is kept, and what then cost the same compares each row with each.
NUMBER: LiteralString = """with new as materialized (
 select place, entity, entity_id, bucket, row_number() over (order by id) as n,
  id = max(id) over (partition by entity, entity_id, bucket) as latest
 from (select ctid as place, id, entity, entity_id, bucket from change where seq is null order by id limit $1) waiting),
head as (update feed_head set last = last + (select count(*) from new) returning last),
superseded as (delete from change c using new cross join lateral (
  select ctid as place from change o
  where o.entity_id = new.entity_id and o.entity = new.entity and o.bucket = new.bucket and o.seq is not null
  offset 0) old
 where new.latest and c.ctid = old.place),
doubled as (delete from change c using new where not new.latest and c.ctid = new.place),
numbered as (update change c set seq = h.last - (select count(*) from new) + new.n
 from new, head h where new.latest and c.ctid = new.place)
select count(*) from new"""


async def number_changes(company: Company, limit: int = AT_ONCE) -> int:
    """Number up to `limit` committed change rows, in the order they were written, and drop what they supersede.

    Returns how many there were; as many as `limit` means that there may be more.
    """
    async with write_transaction(company) as door:
        await door.raw.fetchval(LOCK)
        return int(await door.raw.fetchval(NUMBER, limit) or 0)


RESERVE: LiteralString = "update feed_head set last = last + $1 returning last"
SUPERSEDED: LiteralString = """delete from change c using
 (select entity, entity_id, bucket from change where seq > 0 and seq >= $1 order by seq) new cross join lateral (
  select ctid as place from change o
  where o.entity_id = new.entity_id and o.entity = new.entity and o.bucket = new.bucket and o.seq is not null
   and o.seq < $1
  offset 0) old
 where c.ctid = old.place"""


async def take_numbers(door: Door, count: int) -> int:
    """The first of so many numbers in a row, for the changes of this transaction. What was committed before, and what
    it waited for, has got its numbers; until it ends nobody else gives any."""
    await door.raw.fetchval(LOCK)
    while int(await door.raw.fetchval(NUMBER, AT_ONCE) or 0) == AT_ONCE:
        pass
    return int(await door.raw.fetchval(RESERVE, count) or 0) - count + 1


async def drop_superseded(door: Door, first: int) -> None:
    """What the changes from this number on are later words on."""
    await door.raw.execute(SUPERSEDED, first)


# Whoever has not read so far is told to begin again, so nobody keeps what he was never told is gone.
PRUNE: LiteralString = """with pruned as (delete from change
 where gone and seq is not null and at < now() - $1::interval returning seq)
update feed_head set pruned = greatest(pruned, (select max(seq) from pruned)) where exists (select from pruned)
returning (select count(*) from pruned)"""


async def prune_tombstones(company: Company, older_than: timedelta = TOMBSTONES) -> int:
    """Forget what has been gone for so long. Returns how many rows."""
    async with write_transaction(company) as door:
        await door.raw.fetchval(LOCK)
        return int(await door.raw.fetchval(PRUNE, older_than) or 0)
