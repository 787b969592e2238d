"""Files of a company: what is uploaded, and what jobs make. Encrypted in chunks, so that none is ever whole in memory.

Each chunk is written and read in a transaction of its own: whoever sends or fetches a file slowly holds no connection
meanwhile. A file is there for readers once it is whole; one that was cut off goes with the expired ones.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from domain.ids import derived_id
from tenants.registry import Company
from tenants.transaction import read_transaction, write_transaction

CHUNK = 256 * 1024  # bytes of plaintext
UNFINISHED = timedelta(days=1)  # until a file that was cut off is forgotten
FORGOTTEN_AT_ONCE = 20

CLEAR: LiteralString = "delete from stored_chunk where file_id = $1"
BEGIN: LiteralString = """insert into stored_file (id, name, media_type, purpose, permission, actor_id, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do update set size = null, name = excluded.name, media_type = excluded.media_type,
 permission = excluded.permission, expires_at = excluded.expires_at"""
CHUNKS: LiteralString = "insert into stored_chunk (id, file_id, n, content) values ($1, $2, $3, $4)"
WHOLE: LiteralString = "update stored_file set size = $2, expires_at = $3 where id = $1"
FILE: LiteralString = """select id, name, media_type, size, purpose, permission, actor_id, created_at, expires_at
from stored_file where id = $1 and size is not null"""
CONTENT: LiteralString = "select id, content from stored_chunk where file_id = $1 and n = $2"
EXPIRED: LiteralString = "select id from stored_file where expires_at < now() order by expires_at limit $1"
FORGET: LiteralString = "delete from stored_file where id = $1"


@dataclass(frozen=True, slots=True)
class StoredFile:
    id: UUID
    name: str
    media_type: str
    size: int
    purpose: str
    permission: str
    actor_id: UUID
    created_at: datetime
    expires_at: datetime | None


async def write_file(
    company: Company,
    *,
    id: UUID,
    name: str,
    media_type: str,
    purpose: str,
    permission: str,
    actor_id: UUID,
    chunks: AsyncIterable[bytes] | Iterable[bytes],
    expires_at: datetime | None = None,
) -> int:
    """The size in bytes. Chunks may be of any size. A file of the same id is written anew, as a job does that was cut
    off; its `purpose` and its maker stay."""
    async with write_transaction(company) as door:
        await door.raw.execute(CLEAR, id)
        cut_off = datetime.now(UTC) + UNFINISHED
        await door.raw.execute(BEGIN, id, name, media_type, purpose, permission, actor_id, cut_off)
    size = n = 0
    async for content in even(chunks):
        chunk_id = derived_id(id, "chunk", n)
        sealed = company.keys.encrypt("stored_chunk", "content", chunk_id, content)
        async with write_transaction(company) as door:
            await door.raw.execute(CHUNKS, chunk_id, id, n, sealed)
        size, n = size + len(content), n + 1
    async with write_transaction(company) as door:
        await door.raw.execute(WHOLE, id, size, expires_at)
    return size


async def even(chunks: AsyncIterable[bytes] | Iterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces of CHUNK; the last one may be shorter."""
    left = bytearray()
    async for chunk in each(chunks):
        left += chunk
        while len(left) >= CHUNK:
            yield bytes(left[:CHUNK])
            del left[:CHUNK]
    if left:
        yield bytes(left)


async def each(chunks: AsyncIterable[bytes] | Iterable[bytes]) -> AsyncIterator[bytes]:
    if isinstance(chunks, AsyncIterable):
        async for chunk in chunks:
            yield chunk
    else:
        for chunk in chunks:
            yield chunk


async def file_of(company: Company, id: UUID) -> StoredFile | None:
    """None: there is none, or it is not whole yet."""
    async with read_transaction(company) as door:
        row: Any = await door.raw.fetchrow(FILE, id)
    return StoredFile(**row) if row else None


async def read_file(company: Company, id: UUID) -> AsyncIterator[bytes]:
    """Its content, one chunk in memory at a time; nothing where there is no such file."""
    n = 0
    while True:
        async with read_transaction(company) as door:
            row: Any = await door.raw.fetchrow(CONTENT, id, n)
        if row is None:
            return
        yield company.keys.decrypt("stored_chunk", "content", row["id"], row["content"])
        n += 1


async def forget_file(company: Company, id: UUID) -> None:
    async with write_transaction(company) as door:
        await door.raw.execute(CLEAR, id)
        await door.raw.execute(FORGET, id)


async def forget_expired(company: Company) -> int:
    """Files whose time is over, and those that were never finished. Returns how many there were."""
    count = 0
    while True:
        async with read_transaction(company) as door:
            ids = [row["id"] for row in await door.raw.fetch(EXPIRED, FORGOTTEN_AT_ONCE)]
        for id in ids:
            await forget_file(company, id)
        count += len(ids)
        if len(ids) < FORGOTTEN_AT_ONCE:
            return count
