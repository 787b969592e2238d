"""Decides what opening stock, adjustments and counts are worth and how much they move. No database, no clock."""

from decimal import Decimal

from domain.errors import Refused
from domain.money import VALUE
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
