"""Decides what opening stock, adjustments and counts are worth and how much they move, and what becomes of transfers.
No database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from domain.errors import Refused
from domain.money import VALUE
from domain.quantity import LIMIT as QUANTITY_LIMIT
from domain.quantity import ZERO, Factor, decimals_of, to_stock
from domain.valuation.rules import at_cost

LIMIT = Decimal(10) ** 14  # of a value
VALUE_DECIMALS = decimals_of(VALUE)


def cost(quantity: Decimal, unit_cost: Decimal, where: str) -> Decimal:
    """Value of a quantity at an entered cost of one. Refuses: cost_negative, amount_too_large."""
    if unit_cost < 0:
        raise Refused("cost_negative", where, cost=unit_cost)
    return check_value(at_cost(quantity, unit_cost), where)


def opening_value(
    quantity: Decimal, stock: Decimal, unit_cost: Decimal | None, value: Decimal | None, reference: Decimal | None
) -> Decimal:
    """What opening stock is worth: as entered, in all or per unit, else its reference cost, else 0.

    `quantity` is in the record's unit, like `unit_cost`; `stock` in the stock unit, like `reference`. Refuses:
    cost_twice, cost_negative, too_many_decimals, amount_too_large.
    """
    if value is None:
        return at_cost(stock, reference or ZERO) if unit_cost is None else cost(quantity, unit_cost, "unit_cost")
    if unit_cost is not None:
        raise Refused("cost_twice", "value")
    if value < 0:
        raise Refused("cost_negative", "value", cost=value)
    if decimals_of(value) > VALUE_DECIMALS:
        raise Refused("too_many_decimals", "value", value=value, decimals=VALUE_DECIMALS)
    return check_value(value, "value")


def check_value(value: Decimal, where: str) -> Decimal:
    if value >= LIMIT:
        raise Refused("amount_too_large", where, value=value)
    return value


def found(quantity: Decimal, factor: Factor, decimals: int, where: str) -> Decimal:
    """A counted quantity in the stock unit; nothing is a count too. Refuses: quantity_negative, and as `to_stock`."""
    if quantity < 0:
        raise Refused("quantity_negative", where, quantity=quantity)
    return to_stock(quantity, factor, decimals, where) if quantity else ZERO


def difference(counted: Decimal, on_hand: Decimal, moved_since: Decimal) -> tuple[Decimal, Decimal]:
    """What the books had said at the moment of counting, and what was found beyond it (short: negative).

    `moved_since`: what came, less what went, after that moment; it stands. Source: README.md, "Counts".
    """
    book = on_hand - moved_since
    return book, counted - book


# --- transfers ---


@dataclass(frozen=True, slots=True)
class TransferLine:
    """`sent` and `received` are in the product's stock unit."""

    id: UUID
    transfer_id: UUID
    product_id: UUID
    unit_id: UUID
    factor: Factor
    sent: Decimal
    received: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Transfer:
    """`receipts`: how many documents received it so far."""

    id: UUID
    number: str
    from_location_id: UUID
    to_location_id: UUID
    status: Literal["sent", "partly_received", "received"]
    receipts: int = 0
    lines: Mapping[UUID, TransferLine] = field(default_factory=lambda: MappingProxyType({}))

    def on_the_way(self, line: TransferLine) -> Decimal:
        """What is still in transit; of a transfer that was closed, nothing."""
        return ZERO if self.status == "received" else max(line.sent - line.received, ZERO)


@dataclass(frozen=True, slots=True)
class Landing:
    """What arrived of one line. `over`: beyond what was on the way, found with it."""

    line: TransferLine
    carried: Decimal
    over: Decimal


def receive_transfer(
    before: Transfer, arrived: Sequence[tuple[UUID, Decimal]], *, close: bool
) -> tuple[Transfer, list[Landing], list[tuple[TransferLine, Decimal]]]:
    """The transfer after goods of it arrived, what landed, and what is given up: a line and how much of it.

    Goods that are here are a fact: more than was sent, or of a transfer that was closed, they are taken in. `close`:
    nothing more will come. Refuses: line_not_on_transfer, quantity_too_large.
    Source: domain/inventory/README.md, "Transfers".
    """
    lines, landed = dict(before.lines), list[Landing]()
    rest = {line.id: before.on_the_way(line) for line in lines.values()}
    for index, (line_id, quantity) in enumerate(arrived):
        if (line := lines.get(line_id)) is None:
            raise Refused("line_not_on_transfer", f"lines.{index}.line_id", id=line_id)
        lines[line_id] = replace(line, received=line.received + quantity)
        if lines[line_id].received >= QUANTITY_LIMIT:
            raise Refused("quantity_too_large", f"lines.{index}.quantity", quantity=quantity)
        carried = min(quantity, rest[line_id])
        rest[line_id] -= carried
        landed.append(Landing(lines[line_id], carried, quantity - carried))
    open_ = [(lines[id], quantity) for id, quantity in rest.items() if quantity]
    status = "partly_received" if open_ and not close else "received"
    return replace(before, status=status, receipts=before.receipts + 1, lines=lines), landed, open_ if close else []
