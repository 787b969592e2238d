"""The change feed: gives committed change rows their numbers, without gaps and without missing a late commit.

Writers insert rows without a number. A sequence would give numbers before the commit, and a reader that has passed
such a number would never see the row. So rows are numbered afterwards, by one transaction at a time.
"""

from typing import LiteralString

from tenants.registry import Company
from tenants.transaction import BY_SET, write_transaction

AT_ONCE = 5000
LOCK: LiteralString = "select last from feed_head for no key update"
# its own statement: only after the lock does it see what the last numberer left
NUMBER: LiteralString = """with new as materialized (
 select id, entity, entity_id, bucket, row_number() over (order by id) as place from change
 where seq is null order by id limit $1),
head as (update feed_head set last = last + (select count(*) from new) returning last),
latest as (select distinct on (entity, entity_id, bucket) id, entity, entity_id, bucket from new
 order by entity, entity_id, bucket, id desc),
superseded as (delete from change c using latest l where c.entity_id = l.entity_id and c.entity = l.entity
 and c.bucket = l.bucket and c.seq is not null),
doubled as (delete from change c using new n where c.id = n.id and c.id not in (select id from latest)),
numbered as (update change c set seq = h.last - n.total + n.place
 from (select l.id, w.place, (select count(*) from new) as total from latest l join new w using (id)) n, head h
 where c.id = n.id)
select count(*) from new"""


async def number_changes(company: Company, limit: int = AT_ONCE) -> int:
    """Number up to `limit` committed change rows, in the order they were written, and drop what they supersede.

    Returns how many there were; as many as `limit` means that there may be more.
    """
    async with write_transaction(company) as door:
        await door.raw.execute(BY_SET)
        await door.raw.fetchval(LOCK)
        return int(await door.raw.fetchval(NUMBER, limit) or 0)
