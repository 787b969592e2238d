"""Decides what happens to sales orders. No database, no clock, no await."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from domain.errors import Refused
from domain.money import VALUE
from domain.quantity import ZERO, Factor
from domain.valuation.rules import portion

Status = Literal["draft", "confirmed", "partly_shipped", "shipped", "returned", "cancelled"]


@dataclass(frozen=True, slots=True)
class Line:
    """Quantities are in the product's stock unit. `shipped_value`: what the shipped goods had cost."""

    id: UUID
    order_id: UUID
    product_id: UUID
    ordered: Decimal
    reserved: Decimal = ZERO
    shipped: Decimal = ZERO
    shipped_value: Decimal = ZERO
    returned: Decimal = ZERO
    returned_value: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        return max(self.ordered - self.shipped, ZERO)


@dataclass(frozen=True, slots=True)
class Order:
    """`shipments`: how many documents shipped it so far."""

    id: UUID
    number: str
    partner_id: UUID
    location_id: UUID
    status: Status
    document_on: date
    shipments: int = 0
    lines: Mapping[UUID, Line] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Leaving:
    """One line of a shipment. `held`: how much of it the line had reserved."""

    line: Line
    quantity: Decimal
    held: Decimal
    index: int  # in the command, to name the field of a refusal


def price_of(typed: Decimal | None, retail: Decimal | None, factor: Factor, where: str) -> Decimal:
    """The price per unit of the line: typed, else the retail price of as many stock units. Refuses: price_missing."""
    if typed is not None:
        if typed < 0:
            raise Refused("price_negative", where, price=typed)
        return typed
    if retail is None:
        raise Refused("price_missing", where)
    return retail * factor.numerator / factor.denominator


def confirm(order: Order) -> Order:
    """Refuses: order_not_draft."""
    if order.status != "draft":
        raise Refused("order_not_draft", "order_id", number=order.number, status=order.status)
    return replace(order, status="confirmed")


def ship(order: Order, wanted: Sequence[tuple[UUID, Decimal]] | None) -> list[Leaving]:
    """Which lines leave, and how much. None: all that is still open.

    What is less than ordered stays open as backorder. Refuses: order_not_confirmed, line_not_on_order,
    quantity_not_positive, more_than_ordered, nothing_to_ship.
    """
    if order.status not in ("confirmed", "partly_shipped"):
        raise Refused("order_not_confirmed", "order_id", number=order.number, status=order.status)
    if wanted is None:
        wanted = [(line.id, line.open) for line in order.lines.values() if line.open]
    lines, leaving = dict(order.lines), []
    for index, (line_id, quantity) in enumerate(wanted):
        if (line := lines.get(line_id)) is None:
            raise Refused("line_not_on_order", f"lines.{index}.line_id", id=line_id)
        if quantity <= 0:
            raise Refused("quantity_not_positive", f"lines.{index}.quantity", quantity=quantity)
        if quantity > line.open:
            raise Refused("more_than_ordered", f"lines.{index}.quantity", open=line.open, quantity=quantity)
        held = min(line.reserved, quantity)
        leaving.append(Leaving(line, quantity, held, index))
        lines[line_id] = replace(line, shipped=line.shipped + quantity, reserved=line.reserved - held)
    if not leaving:
        raise Refused("nothing_to_ship", "order_id", number=order.number)
    return leaving


def shipped(order: Order, left: Sequence[tuple[Leaving, Decimal]]) -> Order:
    """The order after goods left at these values."""
    lines = dict(order.lines)
    for item, value in left:
        line = lines[item.line.id]
        lines[line.id] = replace(
            line,
            shipped=line.shipped + item.quantity,
            reserved=line.reserved - item.held,
            shipped_value=line.shipped_value + value,
        )
    status: Status = "partly_shipped" if any(line.open for line in lines.values()) else "shipped"
    return replace(order, status=status, shipments=order.shipments + 1, lines=lines)


def cancel(order: Order) -> Order:
    """What is reserved is free again. Refuses: order_shipped, order_cancelled."""
    if order.status == "cancelled":
        raise Refused("order_cancelled", "order_id", number=order.number)
    if order.status not in ("draft", "confirmed"):
        raise Refused("order_shipped", "order_id", number=order.number, status=order.status)
    lines = {id: replace(line, reserved=ZERO) for id, line in order.lines.items()}
    return replace(order, status="cancelled", lines=lines)


def give_back(line: Line, quantity: Decimal, where: str) -> tuple[Decimal, Line]:
    """A customer returns goods of a delivery: they come back at the value they left with.

    The last unit back takes the remainder. Refuses: more_than_shipped.
    """
    out = line.shipped - line.returned
    if quantity > out:
        raise Refused("more_than_shipped", where, shipped=out, quantity=quantity)
    left = line.shipped_value - line.returned_value
    value = left if quantity == out else portion(left, quantity, out, VALUE)
    return value, replace(line, returned=line.returned + quantity, returned_value=line.returned_value + value)


def shrink(lines: Sequence[tuple[Order, Line]], excess: Decimal) -> list[tuple[Order, Line, Decimal]]:
    """Whose reservations give way where fewer goods are here than were promised: the latest orders first."""
    gone = []
    for order, line in sorted(lines, key=lambda pair: (pair[0].document_on, pair[0].id, pair[1].id), reverse=True):
        less = min(line.reserved, excess)
        if less > 0:
            gone.append((order, replace(line, reserved=line.reserved - less), less))
            excess -= less
    return gone
