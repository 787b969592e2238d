"""Quantities: exact decimals, units with rational factors, and how they come in from outside."""

import re
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, localcontext
from typing import Annotated

from pydantic import PlainValidator

from domain.errors import Refused

ZERO = Decimal(0)
SCALE = 6  # decimals a stored quantity can have
LIMIT = Decimal(10) ** 12
is_number = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,8})?").fullmatch


def exact(value: object) -> Decimal:
    """A decimal as it comes in: text or an integer, never a float, no exponent, no NaN, no full-width digits."""
    if isinstance(value, str) and is_number(value):
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, int) and not isinstance(value, bool) and is_number(str(value)):
        return Decimal(value)
    raise ValueError("not_a_number")


Number = Annotated[Decimal, PlainValidator(exact)]


@dataclass(frozen=True, slots=True)
class Factor:
    """How many stock units one unit is, as a fraction: a dozen is 12/1, a gram of a kilogram 1/1000."""

    numerator: Decimal
    denominator: Decimal

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


ONE = Factor(Decimal(1), Decimal(1))


def to_stock(quantity: Decimal, factor: Factor, decimals: int, field: str) -> Decimal:
    """A line's quantity in the product's stock unit, exactly.

    Refuses: quantity_not_positive, quantity_not_whole (more decimals than the stock unit has; 0.5 of an integer unit,
    or a third of a case of ten), too_many_decimals, quantity_too_large.
    """
    if quantity <= 0:
        raise Refused("quantity_not_positive", field, quantity=quantity)
    if decimals_of(quantity) > SCALE:
        raise Refused("too_many_decimals", field, quantity=quantity, decimals=SCALE)
    with localcontext(Context(prec=40)) as context:
        stock = (quantity * factor.numerator / factor.denominator).normalize()
        if context.flags[Inexact] or decimals_of(stock) > decimals:
            raise Refused("quantity_not_whole", field, quantity=quantity, factor=str(factor), decimals=decimals)
    if stock >= LIMIT:
        raise Refused("quantity_too_large", field, quantity=quantity)
    return stock + ZERO


def decimals_of(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
