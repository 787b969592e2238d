"""An export has what its list answers: the same rows, in the same order, for every role, and nothing that is hidden."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
import pytest_asyncio

from api.exports.columns import Column, columns_of, offered, roots
from api.read.declare import Pages, Type, Value
from api.read.walk import selection
from api.schema import make_model
from domain.errors import Refused
from domain.exports.lists import LISTS
from tenants.access import ROLES, Caller
from tenants.transaction import read_transaction
from tests.api.shop import Firm, Shop
from workers.exports.asked import Export, prepare

MODEL = make_model()
PAGE = 23
FILTERS: dict[str, list[Any]] = {
    "products": [{"search": "SKU-1"}, {"category": {"name": {"startsWith": "category"}}, "active": {"eq": True}}],
    "salesOrders": [{"status": {"in": ["DRAFT", "CONFIRMED"]}, "partner": {"name": {"contains": "3"}}}],
    "stockMoves": [{"effectiveAt": {"gt": "2026-01-01T01:00:00Z"}}],
}
each_list = pytest.mark.parametrize("root", LISTS)


@pytest_asyncio.fixture(scope="module")
async def firm(shop: Shop) -> Firm:
    return await shop.firm("owner")


def callers(firm: Firm) -> dict[str, Caller]:
    """Everybody who may be: each role, and who is bound to two warehouses."""
    made = {
        role: Caller(firm.company, UUID(int=7), permissions, firm.id("partner") if role == "partner" else None)
        for role, permissions in ROLES.items()
    }
    bound = frozenset({firm.id("warehouse"), firm.id("warehouse", 2)})
    return made | {"bound keeper": Caller(firm.company, UUID(int=7), ROLES["keeper"], warehouses=bound)}


def target_of(root: str) -> Type:
    declared = MODEL.graphql["Query"][root]
    assert isinstance(declared, Pages)
    return MODEL.types[declared.target]


def wanted(root: str, **more: Any) -> dict[str, Any]:
    return {"list": root, "columns": (), "filter": "", "order": (), "language": "en", "keys": False, **more}


def export(caller: Caller, root: str, **more: Any) -> Export:
    return prepare(caller, wanted(root, **more), datetime.now(UTC), {})


async def exported(caller: Caller, made: Export) -> list[Any]:
    async with read_transaction(caller.company) as door:
        rows = [row async for page in made.walk.pages(door, 13) for row in page]
        assert len(rows) == await made.walk.length(door)
    return rows


async def queried(shop: Shop, caller: Caller, root: str, columns: list[Column], **given: Any) -> list[Any]:
    """Page after page, as the list shows it."""
    return [
        row async for page in answers(shop, caller, root, selection([c.key for c in columns]), given) for row in page
    ]


async def answers(
    shop: Shop, caller: Caller, root: str, selected: str, given: dict[str, Any]
) -> AsyncIterator[list[Any]]:
    target = target_of(root).name
    types = {"filter": f"{target}Filter", "orderBy": f"[{target}Order!]", "after": "String"}
    used = {name: text for name, text in types.items() if name in given or name == "after"}
    head = ", ".join(f"${name}: {text}" for name, text in used.items())
    passed = ", ".join(f"{name}: ${name}" for name in used)
    page = f"nodes {{ {selected} }} pageInfo {{ hasNextPage endCursor }}"
    asked = f"query ({head}) {{ {root}(first: {PAGE}, {passed}) {{ {page} }} }}"
    after = None
    while True:
        variables = {**given, "after": after}
        answer = await shop.door.answer(asked, lambda: read_transaction(caller.company), caller, variables)
        body = orjson.loads(answer.body)
        assert "errors" not in body, body["errors"]
        yield body["data"][root]["nodes"]
        if not body["data"][root]["pageInfo"]["hasNextPage"]:
            return
        after = body["data"][root]["pageInfo"]["endCursor"]


def test_every_list_can_be_exported() -> None:
    needed = {root: target_of(root).permission for root in roots(MODEL)}
    assert {root: (one,) if isinstance(one, str) else one for root, one in needed.items()} == LISTS


@each_list
def test_every_column_has_words(root: str) -> None:
    columns = columns_of(MODEL, root)
    assert not [one.key for one in columns if one.heading.en == one.key], "a column without words"
    for language in ("zh", "en"):
        headings = [one.heading.of(language) for one in columns]
        assert len(set(headings)) == len(headings), f"two columns of one name: {headings}"


@each_list
async def test_rows_are_those_of_the_list(shop: Shop, firm: Firm, root: str) -> None:
    target = target_of(root)
    sortable = [name for name, f in target.fields.items() if isinstance(f, Value) and f.sort]
    for role, caller in callers(firm).items():
        columns = offered(MODEL, caller, root)
        hidden = [one.key for one in columns_of(MODEL, root) if one not in columns]
        for key in hidden:
            with pytest.raises(Refused) as refused:
                export(caller, root, columns=(*[one.key for one in columns[:1]], key))
            assert refused.value.code == ("unknown_column" if columns else "forbidden"), (role, key)
        if not columns:
            continue
        ways: list[dict[str, Any]] = [{}, *[{"filter": chosen} for chosen in FILTERS.get(root, [])]]
        if role == "owner":
            ways += [{"orderBy": [f"{name}_{way}".upper()]} for name in sortable for way in ("asc", "desc")]
        for given in ways:
            text = orjson.dumps(given["filter"]).decode() if "filter" in given else ""
            made = export(
                caller, root, columns=[one.key for one in columns], filter=text, order=given.get("orderBy", ())
            )
            assert await exported(caller, made) == await queried(shop, caller, root, columns, **given), (role, given)
            assert made.walk.problems == []


@pytest.mark.parametrize("role", ["sales", "keeper"])
def test_cost_is_not_offered(firm: Firm, role: str) -> None:
    caller = callers(firm)[role]
    keys = {one.key for root in LISTS for one in offered(MODEL, caller, root)}
    assert keys.isdisjoint({"referenceCost", "averageCost", "stockValue", "shippedValue", "value"})
    for way in (
        {"filter": '{"referenceCost": {"gt": "1"}}'},
        {"filter": '{"stockLevels": {"product": {"averageCost": {"gt": "1"}}}}'},
    ):
        with pytest.raises(Refused) as refused:
            export(caller, "products", columns=["sku"], **way)
        assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"columns": ["sku", "nothing"]}, "unknown_column"),
        ({"columns": ["moves.nodes.value"]}, "unknown_column"),
        ({"columns": ["sku } } evil: products(first: 1) { nodes { sku"]}, "unknown_column"),
        ({"filter": "{"}, "filter_unreadable"),
        ({"filter": "[1]"}, "filter_unreadable"),
        ({"filter": '{"nothing": 1}'}, "filter_unreadable"),
        ({"filter": '{"sku": {"eq": "a\\u0000"}}'}, "filter_unreadable"),
        ({"order": ["NOTHING_ASC"]}, "filter_unreadable"),
        ({"list": "nothing"}, "unknown_list"),
    ],
)
def test_what_cannot_be_read_is_refused(firm: Firm, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        prepare(callers(firm)["owner"], wanted("products") | asked, datetime.now(UTC), {})
    assert refused.value.code == code
