"""Money: the one place where amounts and values are rounded."""

from decimal import ROUND_HALF_UP, Decimal

VALUE = Decimal("0.0001")  # stock value; finer than a cent, so that a screw at 0.012 does not lose its cost
AMOUNT = Decimal("0.01")  # what a document shows


def amount(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """A line's amount: quantity in the line's unit × price per that unit, half up."""
    return (quantity * unit_price).quantize(AMOUNT, ROUND_HALF_UP)


def value(quantity: Decimal, unit_cost: Decimal) -> Decimal:
    """Value of a quantity at a known unit cost."""
    return (quantity * unit_cost).quantize(VALUE, ROUND_HALF_UP)
