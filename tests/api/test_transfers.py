"""A transfer is the business of both of its warehouses, and of no other."""

import json
from contextlib import AbstractAsyncContextManager
from typing import Any

from tenants.access import ROLES, Caller
from tenants.transaction import read_transaction
from tests.api.shop import ROWS, Firm, Shop

SEEN = """{ stockTransfers(first: 100) { totalCount nodes { ...row } } }
fragment row on StockTransfer { id number status documentOn note fromLocationId toLocationId
  lines { id position productId unitId numerator denominator sent received } }"""


async def asked(shop: Shop, firm: Firm, query: str, *warehouses: int, **variables: Any) -> Any:
    """As a keeper of these warehouses."""
    bound = frozenset(firm.id("warehouse", i) for i in warehouses)
    keeper = Caller(firm.company, firm.id("actor"), ROLES["keeper"], warehouses=bound)

    def rows() -> AbstractAsyncContextManager[Any]:
        return read_transaction(firm.company)

    return json.loads((await shop.door.answer(query, rows, keeper, variables)).body)


async def test_either_end_sees_it(shop: Shop) -> None:
    """Filled transfer i goes from place i % 4 to the next one."""
    firm = shop.mine
    answer = await asked(shop, firm, SEEN, 1)
    nodes = answer["data"]["stockTransfers"]["nodes"]
    mine = [i for i in range(1, ROWS + 1) if i % 4 in (0, 1)]
    assert {node["id"] for node in nodes} == {str(firm.id("stock_transfer", i)) for i in mine}
    assert answer["data"]["stockTransfers"]["totalCount"] == len(mine)
    ends = {node["id"]: (node["fromLocationId"], node["toLocationId"]) for node in nodes}
    place = str(firm.id("location", 1))
    assert all(place in both and both[0] != both[1] for both in ends.values())
    assert {node["lines"][0]["id"] for node in nodes} == {str(firm.id("stock_transfer_line", i)) for i in mine}
    line = nodes[0]["lines"][0]
    assert (line["sent"], line["received"], line["numerator"]) == ("1000", "0", "1")


async def test_others_do_not(shop: Shop) -> None:
    firm, id = shop.mine, str(shop.mine.id("stock_transfer", 2))  # from place 2 to place 3
    query = """query ($t: ID!, $l: ID!) { stockTransfer(id: $t) { id } node(id: $l) { id }
      products(first: 100) { nodes { id } } }"""
    line = str(firm.id("stock_transfer_line", 2))
    found = [await asked(shop, firm, query, warehouse, t=id, l=line) for warehouse in (0, 2, 3)]
    assert [one["data"]["stockTransfer"] for one in found] == [None, {"id": id}, {"id": id}]
    assert [one["data"]["node"] for one in found] == [None, {"id": line}, {"id": line}]
    named = "query ($t: ID!) { stockTransfer(id: $t) { fromLocation { id } toLocation { id } } }"
    answer = await asked(shop, firm, named, 3, t=id)
    assert answer["data"]["stockTransfer"] == {
        "fromLocation": None, "toLocation": {"id": str(firm.id("location", 3))},
    }  # fmt: skip
    assert (await asked(shop, firm, SEEN))["data"]["stockTransfers"]["totalCount"] == 0


async def test_what_is_on_the_way_is_not_on_hand(shop: Shop) -> None:
    """Filled products have 1000 in one place and 100 on the way to another."""
    firm = shop.mine
    query = """query ($id: ID!) { product(id: $id) { onHand available inTransit stockLevels { locationId onHand } }
      stockTotals(filter: {productId: {eq: $id}}) { sum { onHand } } }"""
    answer = await shop.read(firm.tokens["owner"], query, {"id": str(firm.id("product", 1))})
    assert answer["product"] == {
        "onHand": "1000", "available": "1000", "inTransit": "1000",
        "stockLevels": [{"locationId": str(firm.id("location", 1)), "onHand": "1000"}],
    }  # fmt: skip
    assert answer["stockTotals"] == [{"sum": {"onHand": "1000"}}]


async def test_a_document_names_its_transfer(shop: Shop) -> None:
    firm = await shop.firm("owner")
    token, place = firm.tokens["owner"], [str(firm.id("location", i)) for i in (1, 2)]
    mutation = """mutation ($id: UUID!, $input: SendTransferInput!, $document: ID!) {
      sendTransfer(id: $id, input: $input) { status query { stockDocument(id: $document) {
        kind transfer { id status documents { id } } order { __typename } } } } }"""
    body = {
        "transferId": str(firm.id("sent")), "documentId": str(firm.id("document")), "fromLocationId": place[0],
        "toLocationId": place[1], "lines": [{"productId": str(firm.id("product")), "quantity": "1"}],
    }  # fmt: skip
    asked_for = {"id": str(firm.id("action")), "input": body, "document": body["documentId"]}
    sent = await shop.read(token, mutation, asked_for)
    assert sent["sendTransfer"]["status"] == "ACCEPTED"
    assert sent["sendTransfer"]["query"]["stockDocument"] == {
        "kind": "TRANSFER", "order": None,
        "transfer": {"id": body["transferId"], "status": "SENT", "documents": [{"id": body["documentId"]}]},
    }  # fmt: skip
