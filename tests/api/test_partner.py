"""A partner's program, with its client credentials: its own orders, lines and documents, whichever way, and no more."""

from typing import Any

import pytest

from tests.api.filling import PARTNERS
from tests.api.shop import ROWS, Shop, codes

OWN = list(range(1, ROWS + 1, PARTNERS))  # rows of partner 1
ORDERS = """query Orders($first: Int!, $after: String, $since: Date, $lines: Boolean!) {
  sales: salesOrders(first: $first, after: $after, filter: {documentOn: {gte: $since}}, orderBy: [NUMBER_DESC]) {
    totalCount
    pageInfo { endCursor hasNextPage }
    nodes { ...head partner { id name } lines @include(if: $lines) { ...line order { number } } }
  }
  purchases: purchaseOrders(first: $first) @skip(if: false) {
    nodes { id number total partner { id } lines { id sku unitPrice unit { name } } receipts { number kind } }
  }
}
fragment head on SalesOrder { id number status total shipments { id number documentOn } }
fragment line on SalesOrderLine { id position sku productName quantity unitPrice amount shipped }"""


def own(shop: Shop, kind: str) -> set[str]:
    return {str(shop.mine.id(kind, i)) for i in OWN}


async def test_it_reads_its_own_orders(shop: Shop) -> None:
    token, seen = shop.mine.tokens["partner"], []
    variables: dict[str, Any] = {"first": 3, "since": "2026-01-01", "lines": True}
    while True:
        page = await shop.read(token, ORDERS, variables | {"operationName": None})
        seen += page["sales"]["nodes"]
        if not page["sales"]["pageInfo"]["hasNextPage"]:
            break
        variables["after"] = page["sales"]["pageInfo"]["endCursor"]
    assert {order["id"] for order in seen} == own(shop, "sales_order")
    assert [order["number"] for order in seen] == sorted((order["number"] for order in seen), reverse=True)
    assert page["sales"]["totalCount"] == len(OWN)
    assert {line["id"] for order in seen for line in order["lines"]} == own(shop, "sales_order_line")
    assert {order["partner"]["id"] for order in seen} == {str(shop.mine.id("partner"))}
    purchases = await shop.read(token, ORDERS, {"first": 100, "lines": False})
    assert {order["id"] for order in purchases["purchases"]["nodes"]} == own(shop, "purchase_order")
    assert "lines" not in purchases["sales"]["nodes"][0]
    assert all(order["receipts"] for order in purchases["purchases"]["nodes"])


@pytest.mark.parametrize(
    ("kind", "root", "type_"),
    [
        ("sales_order", "salesOrder", "SalesOrder"),
        ("purchase_order", "purchaseOrder", "PurchaseOrder"),
        ("stock_document", "stockDocument", "StockDocument"),
        ("partner", "partner", "Partner"),
        ("sales_order_line", None, "SalesOrderLine"),
        ("purchase_order_line", None, "PurchaseOrderLine"),
        ("product", "product", None),
        ("category", "category", None),
        ("warehouse", "warehouse", None),
        ("location", "location", None),
        ("discrepancy", None, None),
    ],
)
async def test_by_id_it_finds_its_own_only(shop: Shop, kind: str, root: str | None, type_: str | None) -> None:
    token = shop.mine.tokens["partner"]
    mine = "partner" if kind == "partner" else kind
    rows = [str(shop.mine.id(mine, i)) for i in (0, 1, 2, 3)] + [str(shop.other.id(kind, 1))]
    for id in rows:
        allowed = type_ is not None and id == str(shop.mine.id(kind, 1))
        node = await shop.ask(token, "query ($id: ID!) { node(id: $id) { __typename id } }", {"id": id})
        assert node == {"data": {"node": {"__typename": type_, "id": id} if allowed else None}}
        if root:
            answer = await shop.ask(token, f"query ($id: ID!) {{ {root}(id: $id) {{ id }} }}", {"id": id})
            assert answer["data"] == {root: {"id": id} if allowed else None}
            assert codes(answer) == (set() if type_ else {"FIELD_FORBIDDEN"})


async def test_lists_and_totals_are_of_its_own(shop: Shop) -> None:
    token = shop.mine.tokens["partner"]
    answer = await shop.read(
        token,
        """{ partners(first: 100) { totalCount nodes { id salesOrders(first: 100) { totalCount }
               purchaseOrders(first: 100) { nodes { id } } } }
             stockDocuments(first: 100) { totalCount nodes { id partner { id } order { __typename
               ... on SalesOrder { id partner { id } } ... on PurchaseOrder { id partner { id } } } } }
             salesLines(first: 100) { totalCount nodes { id } }
             salesOrderTotals(groupBy: STATUS) { key count sum { total } }
             purchaseOrderTotals { count sum { total } } }""",
    )
    me = str(shop.mine.id("partner"))
    assert answer["partners"]["totalCount"] == 1
    assert answer["partners"]["nodes"][0]["id"] == me
    assert answer["partners"]["nodes"][0]["salesOrders"] == {"totalCount": len(OWN)}
    documents = answer["stockDocuments"]["nodes"]
    assert {document["id"] for document in documents} == own(shop, "stock_document")
    assert {document["partner"]["id"] for document in documents} == {me}
    assert {document["order"]["partner"]["id"] for document in documents} == {me}
    assert {line["id"] for line in answer["salesLines"]["nodes"]} == own(shop, "sales_order_line")
    assert sum(group["count"] for group in answer["salesOrderTotals"]) == len(OWN)
    assert answer["purchaseOrderTotals"] == [{"count": len(OWN), "sum": {"total": str(sum(OWN))}}]


@pytest.mark.parametrize(
    "asked",
    [
        "products(first: 1) { totalCount }",
        "categories { id }",
        "warehouses { id }",
        "locations { id }",
        "stockLevels(first: 1) { totalCount }",
        "stockMoves(first: 1) { totalCount }",
        "stockTotals { count }",
        "discrepancies(first: 1) { totalCount }",
        "salesOrders(first: 1) { nodes { location { id } } }",
        "salesOrders(first: 1) { nodes { lines { product { id } } } }",
        "salesOrders(first: 1) { nodes { lines { shippedValue } } }",
        "stockDocuments(first: 1) { nodes { moves(first: 1) { totalCount } } }",
        "stockDocuments(first: 1) { nodes { countLines { book } } }",
        "partners(first: 1) { nodes { phone } }",
        "salesOrders(first: 1, filter: {location: {code: {eq: \"storage\"}}}) { totalCount }",
        "salesOrders(first: 1, filter: {lines: {product: {price: {gt: \"1\"}}}}) { totalCount }",
        "salesOrders(first: 1, filter: {lines: {shippedValue: {gt: \"1\"}}}) { totalCount }",
        "salesOrders(first: 1, filter: {or: [{not: {lines: {product: {}}}}]}) { totalCount }",
        "partners(first: 1, filter: {phone: \"8000\"}) { totalCount }",
        "salesOrderTotals(filter: {location: {}}) { count }",
        "stockDocuments(first: 1, filter: {moves: {value: {gt: \"1\"}}}) { totalCount }",
    ],
)  # fmt: skip
async def test_the_rest_is_forbidden(shop: Shop, asked: str) -> None:
    answer = await shop.ask(shop.mine.tokens["partner"], f"{{ {asked} }}")
    assert codes(answer) == {"FIELD_FORBIDDEN"}
    assert set(leaves(answer["data"])) == {None}


def leaves(data: Any) -> list[Any]:
    if isinstance(data, dict | list):
        return [leaf for item in (data.values() if isinstance(data, dict) else data) for leaf in leaves(item)]
    return [data]


@pytest.mark.parametrize(
    "hint",
    [
        {"partner": {"id": {"eq": "other"}}},
        {"partner": {"name": {"ne": "nobody"}, "id": {"eq": "other"}}},
        {"not": {"partner": {"id": {"eq": "mine"}}}},
        {"or": [{"partner": {"id": {"eq": "other"}}}, {"partner": {"salesOrders": {"id": {"eq": "others_order"}}}}]},
        {"shipments": {"partner": {"id": {"eq": "other"}}}},
        {"lines": {"order": {"partner": {"id": {"eq": "other"}}}}},
        {"lines": {"order": {"id": {"eq": "others_order"}}}},
        {"id": {"eq": "others_order"}},
        {"number": {"eq": "SO-2"}},
    ],
)
async def test_filters_and_totals_say_nothing_of_others(shop: Shop, hint: dict[str, Any]) -> None:
    """Neither a row nor a count differs from what a partner without such neighbours would see."""
    known = {
        "other": str(shop.mine.id("partner", 2)), "mine": str(shop.mine.id("partner", 1)),
        "others_order": str(shop.mine.id("sales_order", 2)),
    }  # fmt: skip

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        return [filled(item) for item in value] if isinstance(value, list) else known.get(value, value)

    answer = await shop.read(
        shop.mine.tokens["partner"],
        """query ($filter: SalesOrderFilter) { salesOrders(first: 5, filter: $filter) { totalCount nodes { id } }
             salesOrderTotals(filter: $filter) { count sum { total } } }""",
        {"filter": filled(hint)},
    )
    assert answer["salesOrders"] == {"totalCount": 0, "nodes": []}
    assert answer["salesOrderTotals"] == [{"count": 0, "sum": {"total": None}}]
