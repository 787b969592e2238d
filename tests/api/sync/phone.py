"""A device as the sync door sees it: what it holds, and where it has read to."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import orjson

from api.sync.aligned import digest
from tests.api.shop import Shop

Row = dict[str, Any]
VALUES = {"product_price": "price", "product_cost": "referenceCost", "stock": "levels"}


def hash_of(id: str) -> int:
    return UUID(id).bytes[15] & 127


@dataclass
class Phone:
    shop: Shop
    token: str
    cursor: str = ""
    holds: list[str] = field(default_factory=list)
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    permissions: list[str] = field(default_factory=list)
    raw: bytes = b""  # all that it was ever sent

    async def get(self, path: str) -> httpx.Response:
        answer = await self.shop.client.get(path, headers={"authorization": f"Bearer {self.token}"})
        self.raw += answer.content
        return answer

    async def manifest(self) -> dict[str, Any]:
        answer = await self.get("/sync/snapshot")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def chunk(self, part: str, bucket: str, chunk: int) -> tuple[Row, dict[int, list[Row]]]:
        head, lines = await self.lines(f"{part}/{bucket}/{chunk}")
        return head, {line["n"]: line["rows"] for line in lines}

    async def lines(self, path: str) -> tuple[Row, list[Row]]:
        answer = await self.get(f"/sync/snapshot/{path}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-encoding"] == "gzip"
        head, *lines = [orjson.loads(line) for line in answer.content.splitlines()]
        return head, lines

    async def aligned(self, part: str, bucket: str, chunk: int) -> dict[int, list[Row]] | None:
        """Rows of lines that name no product. None: they are of other products than this device has."""
        _, lines = await self.lines(f"{part}/{bucket}/{chunk}?aligned=1")
        found: dict[int, list[Row]] = {}
        for line in lines:
            ids = sorted(id for id in self.rows["product@common"] if hash_of(id) == line["n"])
            if line["products"] != digest(ids):
                return None
            values = zip(ids, line["values"], strict=True)
            found[line["n"]] = [{"id": id, VALUES[part]: value} for id, value in values if value is not None]
        return found

    async def fetch(self, part: str, bucket: str, chunks: int) -> None:
        rows: dict[str, Row] = {}
        for chunk in range(chunks):
            head, buckets = await self.chunk(part, bucket, chunk)
            if part in VALUES and (aligned := await self.aligned(part, bucket, chunk)):
                buckets = aligned
            assert (head["part"], head["bucket"], head["chunk"], head["chunks"]) == (part, bucket, chunk, chunks)
            assert set(buckets) == set(range(chunk, 128, chunks))
            for n, some in buckets.items():
                assert all(hash_of(row["id"]) == n for row in some)
                rows |= {row["id"]: row for row in some}
        self.rows[f"{part}@{bucket}"] = rows
        self.holds.append(f"{part}@{bucket}")

    async def load(self) -> "Phone":
        """All that there is for it, from nothing."""
        found = await self.manifest()
        self.holds, self.rows = [], {}
        for one in found["parts"]:
            await self.fetch(**one)
        self.cursor, self.permissions = found["cursor"], found["permissions"]
        return self

    async def ask(self, **more: Any) -> httpx.Response:
        body = {"schemaVersion": 1, "cursor": self.cursor, "holds": self.holds, "unsent": 0, **more}
        answer = await self.shop.client.post("/sync/pull", json=body, headers={"authorization": f"Bearer {self.token}"})
        self.raw += answer.content
        return answer

    async def page(self, **more: Any) -> dict[str, Any]:
        """One pull, applied."""
        answer = await self.ask(**more)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        if found["reset"]:
            return found
        for held in found["drop"]:
            self.holds.remove(held)
            self.rows.pop(held, None)
        for change in found["changes"]:
            held = self.rows.setdefault(f"{change['part']}@{change['bucket']}", {})
            for id in change["gone"]:
                held.pop(id, None)
            held.update({row["id"]: row for row in change["rows"]})
        chunks = {f"{p['part']}@{p['bucket']}": p for p in (await self.manifest())["parts"]} if found["add"] else {}
        for held in found["add"]:
            await self.fetch(**chunks[held])
        self.cursor, self.permissions = found["cursor"], found["permissions"]
        return found

    async def pull(self, **more: Any) -> list[dict[str, Any]]:
        """Until nothing is left."""
        pages = [await self.page(**more)]
        while pages[-1]["hasMore"]:
            pages.append(await self.page(**more))
        return pages

    def row(self, held: str, id: UUID | str) -> Row | None:
        return self.rows.get(held, {}).get(str(id))
