"""Snapshots: whole parts, packed once for all who may hold them, in chunks that are fetched one by one.

A chunk is made from the rows as they are, with the number of the newest change taken before: nothing up to that number
is missing in it. One that lacks no more than BEHIND changes is handed out again, whichever process made it, and the
cursor that goes with it lies so far back.
"""

import asyncio
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.auth import authenticate
from api.read.limits import Recent
from api.sync.aligned import align
from api.sync.body import answering
from api.sync.feed import Head, Held, allowed, fresh_head, make_cursor, read_head
from api.sync.parts import COMMAND, COMMON, SCHEMA_VERSION, Part
from api.sync.pinyin import readings_in
from api.sync.push import charge
from api.sync.statements import HASHES, Compiled, Statements
from tenants.access import Caller
from tenants.transaction import read_transaction

LEVEL = 7  # of gzip
SIZE = 250_000  # bytes of a chunk, about
KEPT = 600.0  # seconds
CACHE = 32_000_000  # bytes in one process
AT_ONCE = 2  # chunks that are made: a process has few connections, and other things to do

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Dated:
    """Something made of rows, and when: `seq` was the newest change before they were read."""

    seq: int
    made: float = field(default_factory=time.monotonic, init=False)

    def serves(self, head: Head) -> bool:
        """A pull from the cursor of the manifest, which is no newer, brings whatever this lacks."""
        return self.seq >= head.safe and time.monotonic() - self.made < KEPT


@dataclass(frozen=True, slots=True)
class Chunk(Dated):
    body: bytes


@dataclass(frozen=True, slots=True)
class Counts(Dated):
    """Rows that snapshots have, by part and bucket."""

    rows: Mapping[Held, int]

    def chunks(self, part: Part | None, bucket: str) -> int:
        """A power of two, so that it seldom changes; none of what is empty."""
        if part is None or not (rows := self.rows.get((part.name, bucket), 0)):
            return 0
        chunks = 1
        while chunks < HASHES and rows * part.packed > chunks * SIZE:
            chunks *= 2
        return chunks


class Snapshots:
    """What this process has packed."""

    def __init__(self, statements: Statements) -> None:
        self.statements = statements
        self.counts: Recent[Counts] = Recent(1000)
        self.chunks: Recent[Chunk] = Recent(CACHE)
        self.making: dict[tuple[Any, ...], asyncio.Task[Chunk]] = {}
        self.room = asyncio.Semaphore(AT_ONCE)

    async def count(self, caller: Caller, head: Head) -> Counts:
        company = caller.company
        known = self.counts.get(company.id)
        if known and known.serves(head):
            return known
        async with read_transaction(company) as door:
            seq = (await read_head(door, caller)).last
            found = await self.statements.counts.run(door, {})
        rows = {(row["part"], f"w:{row['warehouse']}" if row["warehouse"] else COMMON): row["count"] for row in found}
        counted = Counts(seq, rows)
        self.counts.put(company.id, counted)
        return counted

    async def chunk(
        self, caller: Caller, head: Head, part: Part | None, bucket: str, chunk: int, aligned: bool = False
    ) -> Chunk | None:
        """Several who ask for one at the same time get the same. None: there are not so many."""
        chunks = max((await self.count(caller, head)).chunks(part, bucket), 1)
        if chunk >= chunks:
            return None
        if part is None:
            return Chunk(head.last, packed(head_of(COMMAND, bucket, chunk, chunks, head.last), {}))
        key = caller.company.id, part.name, bucket, chunk, chunks, aligned
        known = self.chunks.get(key)
        if known and known.serves(head):
            return known
        if key not in self.making:
            made = asyncio.create_task(
                self.make(caller, self.statements.parts[part.name], bucket, chunk, chunks, aligned)
            )
            self.making[key] = made
            made.add_done_callback(lambda _: self.making.pop(key))
        made = await asyncio.shield(self.making[key])
        self.chunks.put(key, made, len(made.body))
        return made

    async def make(self, caller: Caller, part: Compiled, bucket: str, chunk: int, chunks: int, aligned: bool) -> Chunk:
        statement = self.statements.chunks[part.part.name]
        given = {"chunk": chunk, "chunks": chunks, "warehouse": UUID(bucket[2:]) if bucket != COMMON else None}
        async with self.room:
            async with read_transaction(caller.company) as door:
                seq = (await read_head(door, caller)).last
                rows = await statement.run(door, given)
                products = await self.statements.products.run(door, given) if aligned else None
            head = head_of(part.part.name, bucket, chunk, chunks, seq)
            return Chunk(seq, await asyncio.to_thread(pack, head, part, rows, caller, products))


def head_of(part: str, bucket: str, chunk: int, chunks: int, seq: int) -> dict[str, Any]:
    return {
        "part": part, "bucket": bucket, "chunk": chunk, "chunks": chunks, "seq": seq, "schemaVersion": SCHEMA_VERSION
    }  # fmt: skip


def pack(head: dict[str, Any], part: Compiled, rows: Rows, caller: Any, products: Rows | None = None) -> bytes:
    """`rows`: of each hash bucket. `products`: the ids in each, for lines without."""
    if part.part.spoken:
        head = head | {"readings": readings_in("\n".join(row["extra"] for row in rows))}
    listed = {row["n"]: part.patched(row["json"], caller) for row in rows}
    if products is None or part.part.value is None:
        return packed(head, listed)
    ids = {row["n"]: row["ids"] for row in products}
    return compressed(head, {n: align(part.part.value, listed.get(n, ""), ids.get(n, ())) for n in hashes(head)})


def hashes(head: Mapping[str, Any]) -> range:
    return range(head["chunk"], HASHES, head["chunks"])


def packed(head: dict[str, Any], rows: Mapping[int, str]) -> bytes:
    return compressed(head, {n: f'"rows":[{rows.get(n, "")}]' for n in hashes(head)})


def compressed(head: dict[str, Any], lines: Mapping[int, str]) -> bytes:
    """Gzip of the head and of a line for each hash bucket.

    Filtered, it does not look for short repetitions, of which there are none to gain in ids: 3 % less.
    """
    gzip = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16, zlib.DEF_MEM_LEVEL, zlib.Z_FILTERED)
    text = "".join(f'{{"n":{n},{line}}}\n' for n, line in lines.items())
    return gzip.compress(orjson.dumps(head) + b"\n" + text.encode()) + gzip.flush()


# --- endpoints ---


@answering
async def manifest(request: Request) -> Response:
    caller = await authenticate(request)
    charge(request, caller, 1)
    head = await fresh_head(caller)
    parts = allowed(caller, head.warehouses)
    counts = await snapshots_of(request).count(caller, head)
    return JSONResponse(
        {
            "schemaVersion": SCHEMA_VERSION,
            "cursor": make_cursor(caller.company, head.safe),
            "parts": [
                {"part": name, "bucket": bucket, "chunks": counts.chunks(part, bucket)}
                for (name, bucket), part in parts.items()
            ],
            "permissions": sorted(caller.permissions),
            "now": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        }
    )


@answering
async def chunk(request: Request) -> Response:
    """404 for what the caller may not hold, as for what there is not. Aligned only for whoever may hold products."""
    caller = await authenticate(request)
    charge(request, caller, 1)
    path = request.path_params
    async with read_transaction(caller.company) as door:
        head = await read_head(door, caller)
    parts, held = allowed(caller, head.warehouses), (path["part"], path["bucket"])
    if held not in parts:
        raise HTTPException(404)
    part = parts[held]
    aligned = request.query_params.get("aligned") == "1" and part is not None and part.value is not None
    aligned = aligned and ("product", COMMON) in parts
    found = await snapshots_of(request).chunk(caller, head, part, path["bucket"], path["chunk"], aligned)
    if found is None:
        raise HTTPException(404)
    return Response(found.body, headers={"content-encoding": "gzip"}, media_type="application/x-ndjson")


def snapshots_of(request: Request) -> Snapshots:
    return request.app.state.huotong.snapshots
