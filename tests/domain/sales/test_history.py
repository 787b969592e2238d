"""Documents of the past: posted once, in the order of their times, and never changed."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.execute import execute
from domain.ids import new_id
from domain.tx import Outcome
from tenants.access import Caller
from tests.builders import act, call, make_partner, make_product, make_warehouse, plain
from tests.companies import caller_of
from workers.reconcile import reconcile

BEGIN = datetime(2025, 3, 1, 2, tzinfo=UTC)


class Shop:
    """A company with ten pieces of tea at 4 each, and a fee."""

    def __init__(self, owner: Caller, place: UUID, partner: UUID, tea: UUID, fee: UUID) -> None:
        self.owner, self.place, self.partner, self.tea, self.fee = owner, place, partner, tea, fee

    def document(self, number: str, *lines: tuple[str, str, str], **more: Any) -> dict[str, Any]:
        """Lines are sku, quantity, unit price."""
        return {
            "external": {"source": "old", "number": number}, "kind": "sale", "location_id": self.place,
            "partner": "WALK-IN", "happened_at": BEGIN,
            "lines": [{"sku": sku, "quantity": quantity, "unit_price": price} for sku, quantity, price in lines],
        } | more  # fmt: skip

    async def record(self, *documents: Mapping[str, Any], **more: Any) -> Outcome:
        body = plain({"records": documents, **more})
        return await execute(call("sales.record_past_sales", body), self.owner)


@pytest.fixture
async def shop(company) -> Shop:
    owner = caller_of(company)
    place, partner = await make_warehouse(owner), await make_partner(owner, code="WALK-IN")
    tea = await make_product(owner, sku="TEA", reference_cost="4")
    fee = await make_product(owner, sku="POST", kind="service")
    await act(
        owner, "inventory.record_opening_stock", document_on="2025-02-01",
        records=[{"product_id": tea, "location_id": place, "quantity": "10", "unit_cost": "4"}],
    )  # fmt: skip
    return Shop(owner, place, partner, tea, fee)


def said(outcome: Outcome) -> list[tuple[str, str | None, str | None]]:
    return [(record.status, record.code, record.field) for record in outcome.records]


DOCUMENTS = """select d.kind, d.external_number, m.quantity::int as quantity, m.value::int as value,
 d.document_on::text as day from stock_document d join stock_move m on m.document_id = d.id where d.kind <> 'opening'
 order by d.effective_at, d.number"""
ORDERS = (
    "select external_number, kind, status, total::text as total, shipments from sales_order order by external_number"
)


async def test_sales_returns_and_write_offs_are_posted_in_the_order_of_their_times(company, shop, rows):
    outcome = await shop.record(
        shop.document("3", ("TEA", "1", "9"), kind="return", happened_at=BEGIN + timedelta(days=2)),
        shop.document("1", ("TEA", "3", "9.5"), ("POST", "1", "5")),
        shop.document("2", ("TEA", "-2", "0"), kind="writeoff", happened_at=BEGIN + timedelta(days=1)),
        shop.document("4", ("TEA", "1", "0"), kind="writeoff", happened_at=BEGIN + timedelta(days=3)),
    )
    assert (outcome.status, [record.key for record in outcome.records]) == ("accepted", ["3", "1", "2", "4"])
    assert [tuple(row) for row in await rows(company, DOCUMENTS)] == [
        ("shipment", "1", 3, 12, "2025-03-01"), ("adjustment", "2", 2, 8, "2025-03-02"),
        ("sales_return", "3", 1, 4, "2025-03-03"), ("adjustment", "4", 1, 4, "2025-03-04"),
    ]  # fmt: skip
    assert [tuple(row) for row in await rows(company, ORDERS)] == [
        ("1", "slip", "shipped", "33.5000", 1), ("3", "return", "returned", "9.0000", 1),
    ]  # fmt: skip
    assert [int(row["on_hand"]) for row in await rows(company, "select on_hand from stock_balance")] == [7]
    assert (await reconcile(company)).clean


async def test_a_document_that_is_sent_again_is_unchanged_and_takes_no_number(company, shop, rows):
    document = shop.document("1", ("TEA", "3", "9.5"))
    await shop.record(document)
    numbers = await rows(company, "select name, last from number_series order by name")
    assert said(await shop.record(document)) == [("unchanged", None, None)]
    assert await rows(company, "select name, last from number_series order by name") == numbers
    assert len(await rows(company, "select from sales_order")) == 1


async def test_further_lines_become_a_further_shipment(company, shop, rows):
    first = shop.document("1", ("TEA", "3", "9.5"), ("POST", "1", "5"))
    more = shop.document("1", ("TEA", "2", "9"), ("POST", "1", "5"), ("TEA", "3", "9.5"))
    await shop.record(first)
    assert said(await shop.record(more)) == [("changed", None, None)]
    assert said(await shop.record(more)) == [("unchanged", None, None)]
    assert [tuple(row)[:3] for row in await rows(company, DOCUMENTS)] == [("shipment", "1", 3), ("shipment", "1", 2)]
    assert [tuple(row) for row in await rows(company, ORDERS)] == [("1", "slip", "shipped", "51.5000", 2)]
    lines = await rows(company, "select position, quantity::int from sales_order_line order by position")
    assert [tuple(row) for row in lines] == [(1, 3), (2, 1), (3, 2)]
    assert (await reconcile(company)).clean


async def test_lines_in_another_order_are_the_same_document(shop):
    await shop.record(shop.document("1", ("TEA", "3", "9.5"), ("POST", "1", "5")))
    swapped = shop.document("1", ("POST", "1", "5.0"), ("TEA", "3", "9.50"))
    assert said(await shop.record(swapped)) == [("unchanged", None, None)]


async def test_what_is_posted_stands(company, shop, rows):
    await shop.record(shop.document("1", ("TEA", "3", "9.5"), ("POST", "1", "5")))
    await shop.record(shop.document("2", ("TEA", "-1", "0"), kind="writeoff"))
    await make_partner(shop.owner, code="OTHER")
    before = await rows(company, "select from stock_move")
    other = await shop.record(
        shop.document("1", ("TEA", "2", "9.5"), ("POST", "1", "5")),
        shop.document("2", ("TEA", "-2", "0"), kind="writeoff"),
    )
    assert said(other) == [
        ("refused", "posted_document_changed", "records.0.lines"),
        ("refused", "posted_document_changed", "records.1.lines"),
    ]
    assert other.records[0].details["lines"] == [
        {"sku": "TEA", "product_id": str(shop.tea), "quantity": "3", "unit_price": "9.5", "amount": "28.5"}
    ]
    partner = await shop.record(shop.document("1", ("TEA", "3", "9.5"), ("POST", "1", "5"), partner="OTHER"))
    assert said(partner) == [("refused", "posted_document_changed", "records.0.partner_id")]
    assert await rows(company, "select from stock_move") == before


async def test_facts_go_below_zero_and_somebody_is_told(company, shop, rows):
    assert said(await shop.record(shop.document("1", ("TEA", "12", "9")))) == [("accepted", None, None)]
    assert [tuple(row) for row in await rows(company, "select kind, quantity::int from discrepancy")] == [
        ("negative_stock", 2)
    ]
    assert (await reconcile(company)).clean


@pytest.mark.parametrize(
    ("more", "lines", "code", "field"),
    [
        ({}, [("NONE", "1", "1")], "not_found", "lines.0.sku"),
        ({}, [("TEA", "1", "1"), ("TEA", "-1", "1")], "quantity_not_positive", "lines.1.quantity"),
        ({}, [("TEA", "0.5", "1")], "quantity_not_whole", "lines.0.quantity"),
        ({}, [("TEA", "1", "-1")], "price_negative", "lines.0.unit_price"),
        ({}, [("TEA", "x", "1")], "malformed", "lines.0.quantity"),
        ({}, [], "malformed", "lines"),
        ({"partner": "NONE"}, [("TEA", "1", "1")], "not_found", "partner"),
        ({"partner": None}, [("TEA", "1", "1")], "partner_missing", "partner_id"),
        ({"partner_id": new_id()}, [("TEA", "1", "1")], "not_found", "partner_id"),
        ({"location_id": new_id()}, [("TEA", "1", "1")], "not_found", "location_id"),
        ({"happened_at": "2025-03-01T02:00:00"}, [("TEA", "1", "1")], "malformed", "happened_at"),
        ({"happened_at": datetime.now(UTC) + timedelta(days=2)}, [("TEA", "1", "1")], "future_date", "happened_at"),
        ({"kind": "writeoff"}, [("POST", "-1", "1")], "not_stocked", "lines.0.product_id"),
        ({"kind": "writeoff"}, [("TEA", "0", "1")], "quantity_not_positive", "lines.0.quantity"),
        ({"kind": "gift"}, [("TEA", "1", "1")], "malformed", "kind"),
    ],
)
async def test_a_document_that_cannot_be_is_refused_whole_and_its_neighbour_is_not(
    company, shop, rows, more, lines, code, field
):
    outcome = await shop.record(shop.document("1", *lines, **more), shop.document("2", ("TEA", "1", "1")))
    assert said(outcome) == [("refused", code, f"records.0.{field}"), ("accepted", None, None)]
    assert [row["external_number"] for row in await rows(company, ORDERS)] == ["2"]
    assert (await reconcile(company)).clean


async def test_all_or_nothing(company, shop, rows):
    outcome = await shop.record(
        shop.document("1", ("TEA", "1", "1")), shop.document("2", ("NONE", "1", "1")), all_or_nothing=True
    )
    assert [record.code for record in outcome.records] == ["all_or_nothing", "not_found"]
    assert await rows(company, DOCUMENTS) == await rows(company, ORDERS) == []


async def test_an_amount_is_kept_as_it_was(company, shop, rows):
    document = shop.document("1", ("TEA", "3", "0.125"))
    document["lines"][0]["amount"] = "0.375"
    await shop.record(document)
    assert [row["total"] for row in await rows(company, ORDERS)] == ["0.3750"]
