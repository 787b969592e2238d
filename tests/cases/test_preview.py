"""What the app estimates while it waits for the server is what the commands do: the same cases as preview.test.ts."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.execute import execute
from domain.ids import derived_id, new_id
from tests.builders import call, make_unit
from tests.yard import Yard, ago

CASES = json.loads(Path(__file__).with_name("preview.json").read_text())
TABLES = {"purchase": "purchase_order", "sales": "sales_order", "transfer": "stock_transfer"}


class Names:
    """The ids of what a case calls by name."""

    def __init__(self, known: Mapping[str, UUID]) -> None:
        self.known = dict(known)

    def __getitem__(self, name: str) -> UUID:
        document, _, line = name.partition("/")
        if name == "new":
            return new_id()
        id = self.known.setdefault(document, new_id())
        return derived_id(id, int(line)) if line else id

    def resolved(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self.resolved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        kind, _, minutes = value[1:].partition(":")
        return ago(minutes=-int(minutes)).isoformat() if kind == "at" else str(self[value[1:]])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_a_case(case: Mapping[str, Any], yard: Yard) -> None:
    names = Names(await goods(yard))
    for level in case["stock"]:
        record = {
            "product_id": names[level["product"]], "location_id": names[level["place"]], "quantity": level["on_hand"],
        }  # fmt: skip
        await yard.say("inventory.record_opening_stock", ago(days=1), records=[record])
    for order in case["orders"]:
        await place(yard, names, order)
    for number, one in enumerate(case["calls"]):
        at = ago(minutes=-one["at"]) if "at" in one else ago(seconds=len(case["calls"]) - number)
        outcome = await execute(call(one["name"], names.resolved(one["body"]), at=at), yard.owner)
        assert outcome.status == ("refused" if one.get("refused") else "accepted"), outcome
    assert await levels(yard, names) == {
        (level["product"], level["place"]): (Decimal(level["on_hand"]), Decimal(level["reserved"]))
        for level in case["expect"]["stock"]
    }
    kinds = {order["id"]: order["kind"] for order in case["orders"]}
    for document in case["expect"]["documents"]:
        await same_document(yard, names, kinds.get(document["id"], "transfer"), document)


async def goods(yard: Yard) -> dict[str, UUID]:
    piece, case = await make_unit(yard.owner), await make_unit(yard.owner, "case")
    return {
        "tea": await yard.goods(unit_id=piece, units=[{"unit_id": case, "numerator": "12", "denominator": "1"}]),
        "cup": await yard.goods(unit_id=piece),
        "repair": await yard.goods(unit_id=piece, kind="service"),
        "piece": piece, "case": case, "here": yard.place, "there": yard.other, "partner": yard.partner,
    }  # fmt: skip


async def place(yard: Yard, names: Names, order: Mapping[str, Any]) -> None:
    lines = [
        {
            "product_id": names[line["product"]],
            "quantity": line["quantity"],
            "unit_id": names[line.get("unit", "piece")],
        }
        for line in order["lines"]
    ]
    body = {"order_id": names[order["id"]], "partner_id": yard.partner, "location_id": yard.place, "lines": lines}
    if order["kind"] == "purchase":
        await yard.say("purchasing.place_purchase_order", **body)
    else:
        await yard.say("sales.place_sales_order", **body)
        if not order.get("draft"):
            await yard.say("sales.confirm_sales_order", order_id=body["order_id"])


async def levels(yard: Yard, names: Names) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    called = {id: name for name, id in names.known.items()}
    rows = await yard.rows(
        yard.company,
        """select b.product_id, b.location_id, b.on_hand, b.reserved from stock_balance b
 join location l on l.id = b.location_id where l.kind = 'storage'""",
    )
    return {
        (called[row["product_id"]], called[row["location_id"]]): (row["on_hand"], row["reserved"]) for row in rows
    }  # fmt: skip


async def same_document(yard: Yard, names: Names, kind: str, expected: Mapping[str, Any]) -> None:
    table, parent = TABLES[kind], "transfer_id" if kind == "transfer" else "order_id"
    id = names[expected["id"]]
    [row] = await yard.rows(yard.company, f"select status from {table} where id = $1", id)
    lines = await yard.rows(yard.company, f"select * from {table}_line where {parent} = $1 order by position", id)
    found = [{key: line[key] for key in want} for line, want in zip(lines, expected["lines"], strict=True)]
    wanted = [{key: Decimal(value) for key, value in line.items()} for line in expected["lines"]]
    assert (row["status"].upper(), found) == (expected["status"], wanted)
