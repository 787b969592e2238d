"""Pages, cursors and their speed."""

# ruff: noqa: UP031  (GraphQL is all braces: % is what reads)

import datetime as dt
import json
import random
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from api.read.declare import Model
from api.read.engine import Reader
from tests.api.read.company import OTHER, PERMISSIONS, Caller, data_of, rows_of
from tests.api.read.conftest import CALLERS, FREE, MODEL, Ask, codes, wait
from tests.api.read.oracle import SECRET

WALK = """query ($first: Int, $after: String, $last: Int, $before: String) {
  products(first: $first, after: $after, last: $last, before: $before, orderBy: %s) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } }"""


@pytest.mark.parametrize(
    "order",
    [
        "[]",
        "[COST_DESC]",
        "[WEIGHT_ASC, NAME_DESC]",
        "[BARCODE_ASC, LAUNCHED_ON_DESC]",
        "[NAME_ASC]",
        "[NAME_DESC, WEIGHT_ASC, PRICE_DESC]",
        "[CREATED_AT_DESC]",
        "[ID_DESC]",
        "[MARGIN_ASC]",
    ],
)
def test_walking_both_ways_sees_every_row_once_in_order(ask: Ask, order: str) -> None:
    walks = []
    ways = (("first", "after", "endCursor", "hasNextPage"), ("last", "before", "startCursor", "hasPreviousPage"))
    for size, cursor, edge, flag in ways:
        seen: list[str] = []
        variables: dict[str, Any] = {size: 97}
        while True:
            page = ask(WALK % order, variables)["data"]["products"]
            ids = [e["node"]["id"] for e in page["edges"]]
            seen = seen + ids if size == "first" else ids + seen
            assert page["totalCount"] == 1000
            ends = [page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"]]
            assert [page["edges"][0]["cursor"], page["edges"][-1]["cursor"]] == ends
            if not page["pageInfo"][flag]:
                break
            variables[cursor] = page["pageInfo"][edge]
        walks.append(seen)
    assert walks[0] == walks[1]
    assert len(set(walks[0])) == 1000


def test_lists_without_an_id_page_by_their_key(ask: Ask) -> None:
    query = """query ($after: String) { stockLevels(first: 100, after: $after) {
      nodes { warehouseId onHand } pageInfo { endCursor hasNextPage } } }"""
    seen, after, more = 0, None, True
    while more:
        page = ask(query, {"after": after})["data"]["stockLevels"]
        seen += len(page["nodes"])
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == ask("{ stockLevels(first: 0) { totalCount } }")["data"]["stockLevels"]["totalCount"]


def test_a_cursor_is_refused_when_touched_or_from_another_list_or_company(ask: Ask) -> None:
    page = ask("{ products(first: 1) { pageInfo { endCursor } } }")["data"]["products"]["pageInfo"]["endCursor"]
    query = "query ($c: String, $o: [ProductOrder!]) { products(first: 1, after: $c, orderBy: $o) { totalCount } }"
    assert "errors" not in ask(query, {"c": page})
    assert codes(ask(query, {"c": page, "o": ["NAME_ASC"]})) == {"BAD_CURSOR"}
    for bad in ("", "garbage", "é", page[:-1], page[1:], "A" * 5000, page.swapcase()):
        assert codes(ask(query, {"c": bad})) == {"BAD_CURSOR"}, bad
    assert codes(ask(query, {"c": page}, Caller(OTHER, UUID(int=1), PERMISSIONS))) == {"BAD_CURSOR"}
    assert codes(ask("query ($c: String) { categories(first: 1, after: $c) { totalCount } }", {"c": page})) == {
        "BAD_CURSOR"
    }


@pytest.mark.parametrize("arguments", ["", "(first: 101)", "(first: -1)", "(first: 1, last: 1)", "(last: 101)"])
def test_a_page_size_is_required_and_bounded(ask: Ask, arguments: str) -> None:
    answer = ask("{ products%s { totalCount } }" % arguments)
    assert codes(answer) == {"BAD_INPUT"}
    assert "data" not in answer


# --- speed: on many rows every order reads little more than its page ---

ROWS = 100_000


@pytest.fixture(scope="module")
def big(connect: Any) -> Any:
    dice = random.Random(3)
    data = data_of(0)
    connection = connect("read_big", data)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    products = [
        (
            UUID(int=dice.getrandbits(128)), f"SKU{i:06}", f"name {i % 5000}", None,
            dice.choice([None, f"69{i}"]), "个", Decimal(i % 9000), dice.choice([None, Decimal(i % 700)]),
            dice.choice([None, Decimal(i % 50)]), True, "draft", None, None,
            dice.choice([None, dt.date(2026, 1, 1 + i % 28)]), start + dt.timedelta(seconds=i),
        )
        for i in range(ROWS)
    ]  # fmt: skip
    moves = [
        (
            UUID(int=dice.getrandbits(128)), products[0][0], data["warehouse"][0]["id"], Decimal(i % 300),
            dice.choice([None, Decimal(i % 900)]), start + dt.timedelta(seconds=i), None,
        )
        for i in range(ROWS)
    ]  # fmt: skip
    wait(connection.copy_records_to_table("product", records=products))
    wait(connection.copy_records_to_table("stock_move", records=moves))
    wait(connection.execute("vacuum analyze"))
    return connection


def read_rows(plan: dict[str, Any]) -> int:
    """Rows that the scans of a plan looked at, those thrown away included."""
    inner = sum(read_rows(child) for child in plan.get("Plans", ()))
    if "Scan" not in plan["Node Type"] or plan["Node Type"] == "Subquery Scan":
        return inner
    looked = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    return inner + round(looked * plan["Actual Loops"])


def orders_of(model: Model) -> list[tuple[str, str]]:
    """Every order of the lists at the root, and some of two keys."""
    found = [
        (root, f"[{name.upper()}_{way}]")
        for root in ("products", "stockMoves")
        for name, declared in model.types[root_type(root)].fields.items()
        if getattr(declared, "sort", False)
        for way in ("ASC", "DESC")
    ]
    return [*found, ("products", "[NAME_ASC, PRICE_DESC]"), ("products", "[CREATED_AT_DESC, NAME_ASC]")]


def root_type(root: str) -> str:
    return {"products": "Product", "stockMoves": "StockMove"}[root]


class Explaining:
    """A connection that explains what it is asked, under generic and custom plans alike."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.worst = connection, 0

    async def fetchrow(self, sql: str, *values: Any) -> Any:
        for mode in ("force_generic_plan", "force_custom_plan"):
            await self.connection.execute(f"set plan_cache_mode to {mode}")
            text = await self.connection.fetchval(f"explain (analyze, format json) {sql}", *values)
            self.worst = max(self.worst, read_rows(json.loads(text)[0]["Plan"]))
        return await self.connection.fetchrow(sql, *values)


@pytest.mark.parametrize(("root", "order"), orders_of(MODEL))
def test_every_order_reads_little_more_than_its_page(big: Any, root: str, order: str) -> None:
    explaining = Explaining(big)
    reader = Reader(MODEL, FREE, SECRET)
    query = """query ($first: Int, $after: String, $last: Int, $before: String, $f: %sFilter) {
      %s(first: $first, after: $after, last: $last, before: $before, orderBy: %s, filter: $f) {
        nodes { id } pageInfo { startCursor endCursor hasNextPage } } }""" % (root_type(root), root, order)

    def page(**variables: Any) -> Any:
        made = wait(reader.answer(query, rows_of(explaining), CALLERS["manager"], variables))
        return json.loads(made.body)["data"][root]["pageInfo"]

    first, last = page(first=20), page(last=20)
    page(first=20, after=first["endCursor"])
    page(last=20, before=last["startCursor"])
    page(first=20, after=last["startCursor"])
    page(last=20, before=first["endCursor"])
    reading = explaining.worst
    middle = page(first=1, f={"createdAt" if root == "products" else "movedAt": {"eq": "2026-01-01T13:53:20Z"}})
    explaining.worst = reading  # finding the middle is no page
    page(first=20, after=middle["endCursor"])
    page(last=20, before=middle["endCursor"])
    # two branches of a page and its next row each; sorting by a second key reads the ties of the first
    assert explaining.worst <= (2 * 21 + 2 if order.count(",") == 0 else 1500), order
