"""Decides what happens to purchase orders. No database, no clock, no await."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from domain.errors import Refused
from domain.quantity import LIMIT, ZERO, Factor
from domain.valuation.rules import COST, WIDE, portion

Status = Literal["open", "partly_received", "received", "cancelled"]
AMOUNT_LIMIT = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class Line:
    """`ordered` and `received` are in the product's stock unit, `unit_price` is per unit of the line."""

    id: UUID
    order_id: UUID
    product_id: UUID
    unit_id: UUID
    factor: Factor
    unit_price: Decimal
    ordered: Decimal
    received: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        return max(self.ordered - self.received, ZERO)

    @property
    def worth(self) -> Decimal:
        """Value of what was received so far, at the order's price."""
        return worth_of(self.received, self.unit_price, self.factor)


@dataclass(frozen=True, slots=True)
class Order:
    """`receipts`: how many documents received it so far."""

    id: UUID
    number: str
    partner_id: UUID
    location_id: UUID
    status: Status
    receipts: int = 0
    lines: Mapping[UUID, Line] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Arrival:
    """One line of a receipt. `over`: how much of it nobody had ordered."""

    line: Line
    quantity: Decimal
    value: Decimal
    over: Decimal


def price_of(
    typed: Decimal | None, last_cost: Decimal | None, reference: Decimal | None, factor: Factor, where: str
) -> Decimal:
    """The price per unit of the line: typed, else what the product cost last, else its reference cost, else 0.

    Refuses: price_negative.
    """
    if typed is not None:
        if typed < 0:
            raise Refused("price_negative", where, price=typed)
        return typed
    cost = next((cost for cost in (last_cost, reference) if cost is not None), ZERO)
    return portion(cost, factor.numerator, factor.denominator, COST)


def worth_of(quantity: Decimal, unit_price: Decimal, factor: Factor) -> Decimal:
    """Value of a quantity in the stock unit, at a price per unit of the line."""
    return portion(quantity, WIDE.multiply(unit_price, factor.denominator), factor.numerator)


def check_amount(amount: Decimal, where: str) -> Decimal:
    """Refuses: amount_too_large."""
    if amount >= AMOUNT_LIMIT:
        raise Refused("amount_too_large", where, amount=amount)
    return amount


def receive(order: Order, delivered: Sequence[tuple[UUID, Decimal]]) -> tuple[Order, list[Arrival]]:
    """The order after a delivery, and what arrived at which value.

    Goods that are here are a fact: more than was ordered, or of an order that is cancelled, they are taken in. All
    receipts of a line together are worth exactly the order's price for them, however it was delivered in parts.
    Refuses: line_not_on_order, and what no column could hold (quantity_too_large, amount_too_large).
    Source: domain/purchasing/README.md, "Receipts".
    """
    lines, arrivals = dict(order.lines), []
    for index, (line_id, quantity) in enumerate(delivered):
        if (line := lines.get(line_id)) is None:
            raise Refused("line_not_on_order", f"lines.{index}.line_id", id=line_id)
        lines[line_id] = after = replace(line, received=line.received + quantity)
        if after.received >= LIMIT:
            raise Refused("quantity_too_large", f"lines.{index}.quantity", quantity=quantity)
        check_amount(after.worth, f"lines.{index}.quantity")
        over = max(after.received - max(line.ordered, line.received), ZERO)
        arrivals.append(Arrival(after, quantity, after.worth - line.worth, over))
    status: Status = order.status
    if status != "cancelled":
        status = "partly_received" if any(line.open for line in lines.values()) else "received"
    return replace(order, status=status, receipts=order.receipts + 1, lines=lines), arrivals
