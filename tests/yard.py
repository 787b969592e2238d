"""A company with places and a partner, for tests of what moves stock; afterwards nothing may differ from the moves."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest_asyncio

from domain.execute import execute
from domain.ids import derived_id, new_id
from domain.tx import Outcome
from tenants.access import Caller
from tenants.registry import Company
from tests.builders import act, call, make_partner, make_product, make_warehouse, plain
from tests.companies import caller_of

Rows = Callable[..., Awaitable[list[Any]]]
SAME_AS_MOVES = (Path(__file__).parent / "invariants" / "same_as_moves.sql").read_text()


def ago(**period: float) -> datetime:
    return datetime.now(UTC) - timedelta(**period)


@dataclass
class Yard:
    company: Company
    owner: Caller
    place: UUID
    other: UUID  # of a warehouse that allows less than nothing
    partner: UUID
    rows: Rows

    async def say(self, name: str, at: datetime | None = None, **body: Any) -> Outcome:
        """Run a command that has to be accepted; `at`: when it happened."""
        outcome = await execute(call(name, plain(body), at=at), self.owner)
        assert outcome.status == "accepted", outcome
        return outcome

    async def goods(self, quantity: str = "0", cost: str = "2", at: datetime | None = None, **fields: Any) -> UUID:
        """A product of which so many were here a month ago."""
        product = await make_product(self.owner, **fields)
        if Decimal(quantity):
            record = {"product_id": product, "location_id": self.place, "quantity": quantity, "unit_cost": cost}
            await self.say("inventory.record_opening_stock", at or ago(days=30), records=[record])
        return product

    async def order(self, *lines: Mapping[str, Any], **more: Any) -> UUID:
        """A purchase order."""
        body = {"order_id": new_id(), "partner_id": self.partner, "location_id": self.place, "lines": lines, **more}
        await act(self.owner, "purchasing.place_purchase_order", **body)
        return body["order_id"]

    def receipt(self, order_id: UUID, *lines: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        return {"document_id": new_id(), "order_id": order_id, "lines": lines, **more}

    def slip(self, product: UUID, quantity: str, **more: Any) -> dict[str, Any]:
        return {
            "order_id": new_id(), "partner_id": self.partner, "location_id": self.place,
            "lines": [{"product_id": product, "quantity": quantity, "unit_price": "5"}], **more,
        }  # fmt: skip

    async def promised(self, product: UUID, quantity: str, **more: Any) -> UUID:
        """A sales order that is confirmed."""
        slip = self.slip(product, quantity, **more)
        await act(self.owner, "sales.place_sales_order", **slip)
        await act(self.owner, "sales.confirm_sales_order", order_id=slip["order_id"])
        return slip["order_id"]

    def count(self, product: UUID, counted: str, at: datetime | None = None, place: UUID | None = None) -> Any:
        line = {"product_id": product, "location_id": place or self.place, "counted": counted}
        return {"document_id": new_id(), "lines": [line | ({"counted_at": at.isoformat()} if at else {})]}

    def transfer(self, product: UUID, quantity: str, **more: Any) -> dict[str, Any]:
        """From the first place to the other."""
        return {
            "transfer_id": new_id(), "document_id": new_id(), "from_location_id": self.place,
            "to_location_id": self.other, "lines": [{"product_id": product, "quantity": quantity}], **more,
        }  # fmt: skip

    def arrival(self, transfer_id: UUID, *quantities: str, **more: Any) -> dict[str, Any]:
        """So much of its first line, of its second, and so on."""
        lines = [{"line_id": derived_id(transfer_id, i), "quantity": q} for i, q in enumerate(quantities, 1)]
        return {"document_id": new_id(), "transfer_id": transfer_id, "lines": lines, **more}

    async def lines(self, order_id: UUID, table: str = "purchase_order_line") -> list[Any]:
        return await self.rows(self.company, f"select * from {table} where order_id = $1 order by position", order_id)

    async def stock(self, product: UUID, place: UUID | None = None) -> tuple[Decimal, Decimal]:
        query = "select on_hand, reserved from stock_balance where product_id = $1 and location_id = $2"
        [row] = await self.rows(self.company, query, product, place or self.place)
        return row["on_hand"], row["reserved"]

    async def pool(self, product: UUID) -> tuple[Decimal, Decimal]:
        [row] = await self.rows(self.company, "select quantity, value from cost_pool where product_id = $1", product)
        return row["quantity"], row["value"]

    async def discrepancies(self) -> list[tuple[str, Decimal]]:
        found = await self.rows(self.company, "select kind, quantity from discrepancy order by opened_at, id")
        return [(row["kind"], row["quantity"]) for row in found]

    async def differences(self) -> list[Any]:
        return [tuple(row) for row in await self.rows(self.company, SAME_AS_MOVES)]


@pytest_asyncio.fixture
async def yard(company: Company, rows: Rows) -> AsyncIterator[Yard]:
    owner = caller_of(company)
    places = [await make_warehouse(owner), await make_warehouse(owner, negative="allow")]
    yard = Yard(company, owner, *places, await make_partner(owner), rows)
    yield yard
    assert await yard.differences() == []
