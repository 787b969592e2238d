"""Every order that the schema offers, on a company with many rows: a page reads little more than a page."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from api.read.declare import Pages, Value
from api.schema import make_model
from domain.base import metadata
from tenants.access import ROLES, Caller
from tenants.transaction import read_transaction
from tests.api.read.test_connection import read_rows
from tests.api.shop import Firm, Shop

ROWS, PAGE = 20_000, 20
AT_THE_ROOT = 3 * (PAGE + 1)  # the page, its next row, and ties of a name
INSIDE = ROWS // 8  # an order that no index serves may read what belongs to the row around: a tenth of all, here
MODEL = make_model()


class Explaining:
    """A connection that explains what it is asked, under generic and custom plans alike; `read`: rows looked at."""

    def __init__(self, door: Any, read: list[int]) -> None:
        self.door, self.read = door.raw, read

    @property
    def raw(self) -> "Explaining":
        return self

    async def fetchrow(self, sql: str, *values: Any) -> Any:
        for mode in ("force_generic_plan", "force_custom_plan"):
            await self.door.execute(f"set local plan_cache_mode to {mode}")
            [plan] = await self.door.fetchval(f"explain (analyze, timing off, format json) {sql}", *values)
            self.read.append(read_rows(plan["Plan"]))
        return await self.door.fetchrow(sql, *values)


@pytest_asyncio.fixture(scope="module")
async def big(shop: Shop) -> Firm:
    firm = await shop.firm("owner", rows=ROWS)
    for table in metadata.tables:
        await shop.instance.owner.execute(f"analyze {firm.company.schema}.{table}")
    return firm


# An order of the rows of one import, whose filter the index is for; of all imports together nobody asks for it.
WITH_ITS_FILTER = {("Query", "importRows", "LINE_ASC"), ("Query", "importRows", "LINE_DESC")}


def orders() -> list[tuple[str, str, str]]:
    """The type that has the list, the list, and each of its orders; that of the key as well."""
    found = []
    for owner, fields in MODEL.graphql.items():
        for name, declared in fields.items():
            if isinstance(declared, Pages):
                target = MODEL.types[declared.target].fields.items()
                keys = [key.upper() for key, f in target if isinstance(f, Value) and f.sort]
                found += [
                    (owner, name, ""),
                    *((owner, name, f"{key}_{way}") for key in keys for way in ("ASC", "DESC")),
                ]
    return [one for one in found if one not in WITH_ITS_FILTER]


@pytest.mark.parametrize(("owner", "name", "order"), orders())
async def test_a_page_reads_little_more_than_a_page(shop: Shop, big: Firm, owner: str, name: str, order: str) -> None:
    chosen = f", orderBy: [{order}]" if order else ""
    asked = f"first: $first, last: $last, after: $after, before: $before{chosen}"
    listed = f"{name}({asked}) {{ nodes {{ __typename }} pageInfo {{ startCursor endCursor }} }}"
    if owner != "Query":
        id = big.id(str(getattr(MODEL.types[owner].table, "name", "")))
        listed = f'node(id: "{id}") {{ ... on {owner} {{ {listed} }} }}'
    query = f"query ($first: Int, $last: Int, $after: String, $before: String) {{ {listed} }}"
    caller, read = Caller(big.company, big.id("actor"), ROLES["owner"]), list[int]()

    @asynccontextmanager
    async def rows() -> AsyncIterator[Explaining]:
        async with read_transaction(big.company) as door:
            yield Explaining(door, read)

    async def page(**variables: Any) -> Any:
        answer = json.loads((await shop.door.answer(query, rows, caller, variables)).body)
        assert "errors" not in answer, answer
        return (answer["data"] if owner == "Query" else answer["data"]["node"])[name]["pageInfo"]

    first, last = await page(first=PAGE), await page(last=PAGE)
    await page(first=PAGE, after=last["startCursor"])
    await page(last=PAGE, before=first["endCursor"])
    assert max(read) <= (AT_THE_ROOT if owner == "Query" else INSIDE)
