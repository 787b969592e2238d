"""Files in encrypted chunks."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from domain.files import CHUNK, file_of, forget_expired, read_file, write_file
from domain.ids import new_id
from tenants.keys import Tampered
from tenants.registry import Company
from tests.companies import Instance

ACTOR = UUID(int=9)


async def write(
    company: Company, pieces: list[bytes], id: UUID | None = None, expires_at: datetime | None = None
) -> UUID:
    id = id or new_id()
    size = await write_file(
        company, id=id, name="表.csv", media_type="text/csv", purpose="upload", permission="", actor_id=ACTOR,
        chunks=pieces, expires_at=expires_at,
    )  # fmt: skip
    assert size == sum(map(len, pieces))
    return id


async def content(company: Company, id: UUID) -> bytes:
    return b"".join([chunk async for chunk in read_file(company, id)])


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5])
async def test_what_comes_in_pieces_of_any_size_goes_out_in_chunks(company: Company, size: int) -> None:
    chance = Random(size)
    data, pieces, at = chance.randbytes(size), [], 0
    while at < size:
        step = chance.choice([1, 1000, 65_536, 400_000])
        pieces.append(data[at : at + step])
        at += step
    id = await write(company, pieces)
    assert [len(chunk) async for chunk in read_file(company, id)] == [
        min(CHUNK, size - start) for start in range(0, size, CHUNK)
    ]
    assert await content(company, id) == data
    file = await file_of(company, id)
    assert file
    assert (file.name, file.size, file.actor_id, file.expires_at) == ("表.csv", size, ACTOR, None)


async def test_what_is_stored_is_not_what_was_sent_and_no_chunk_stands_in_for_another(
    instance: Instance, company: Company
) -> None:
    id = await write(company, [b"secret " * 100_000])
    rows = await instance.owner.fetch(f"select n, content from {company.schema}.stored_chunk where file_id = $1", id)
    assert len(rows) == 3
    assert not any(b"secret" in row["content"] for row in rows)
    update = f"update {company.schema}.stored_chunk set content = $3 where file_id = $1 and n = $2"
    await instance.owner.execute(update, id, 0, next(row["content"] for row in rows if row["n"] == 1))
    with pytest.raises(Tampered):
        await content(company, id)


async def test_a_file_that_is_cut_off_is_not_there_and_goes_in_the_night(instance: Instance, company: Company) -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield b"x" * CHUNK * 2
        raise ConnectionError

    id = new_id()
    with pytest.raises(ConnectionError):
        await write_file(
            company, id=id, name="a", media_type="a/b", purpose="upload", permission="", actor_id=ACTOR, chunks=cut()
        )
    assert await file_of(company, id) is None
    kept, gone = await write(company, [b"1"]), await write(company, [b"2"], expires_at=datetime.now(UTC))
    assert await forget_expired(company) == 1
    await instance.owner.execute(
        f"update {company.schema}.stored_file set expires_at = now() where id = $1 and expires_at > now()", id
    )
    assert await forget_expired(company) == 1
    assert await file_of(company, gone) is None
    assert await content(company, kept) == b"1"
    assert await instance.owner.fetchval(f"select count(*) from {company.schema}.stored_chunk") == 1


async def test_a_job_that_was_cut_off_writes_its_file_anew(company: Company) -> None:
    def cut() -> Iterator[bytes]:
        yield b"x" * CHUNK * 3
        raise ConnectionError

    id = new_id()
    with pytest.raises(ConnectionError):
        await write(company, cut(), id)  # type: ignore[arg-type]
    later = datetime.now(UTC) + timedelta(days=3)
    await write(company, [b"whole"], id, later)
    file = await file_of(company, id)
    assert file
    assert (file.size, file.expires_at) == (5, later)
    assert await content(company, id) == b"whole"


async def test_a_slow_sender_holds_no_connection(company: Company) -> None:
    """More of them than there are connections, and somebody else who writes meanwhile."""
    go = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"x" * CHUNK
        await go.wait()
        yield b"y"

    ids = [new_id() for _ in range(12)]
    sending = [
        asyncio.create_task(
            write_file(
                company,
                id=id,
                name="a",
                media_type="a/b",
                purpose="upload",
                permission="",
                actor_id=ACTOR,
                chunks=slow(),
            )
        )
        for id in ids
    ]
    id = await asyncio.wait_for(write(company, [b"quick"]), 20)
    assert await content(company, id) == b"quick"
    go.set()
    assert await asyncio.gather(*sending) == [CHUNK + 1] * 12
