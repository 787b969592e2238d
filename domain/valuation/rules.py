"""What goods are worth as they come and go: moving average, exact to the last unit.

A pool holds a quantity and its value. Unit cost is derived; the last unit out takes the remainder, so the value is 0
whenever the quantity is 0. Source: domain/valuation/README.md, with worked examples.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from uuid import UUID

from domain.money import VALUE
from domain.quantity import ZERO

WIDE = Context(prec=60, rounding=ROUND_HALF_UP)  # wide enough that a product of two columns is exact
COST = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Pool:
    product_id: UUID
    scope_id: UUID
    quantity: Decimal
    value: Decimal
    last_cost: Decimal | None = None  # unit cost of the last receipt
    last_average: Decimal | None = None  # unit cost when it came to hold nothing


def portion(value: Decimal, part: Decimal, whole: Decimal, step: Decimal = VALUE) -> Decimal:
    """value × part ÷ whole, half up."""
    return WIDE.divide(WIDE.multiply(value, part), whole).quantize(step, context=WIDE)


def unit_cost(pool: Pool, reference: Decimal | None = None) -> Decimal:
    """What one unit more would cost: the average, else the last one, else the last receipt's, else the reference."""
    if pool.quantity != 0:
        return WIDE.divide(pool.value, pool.quantity)
    known = (cost for cost in (pool.last_average, pool.last_cost, reference) if cost is not None)
    return next(known, ZERO)


def worth(pool: Pool, quantity: Decimal, reference: Decimal | None = None) -> Decimal:
    """Value of goods that come in without one of their own: they are like those that are here."""
    if pool.quantity != 0:
        return portion(pool.value, quantity, pool.quantity)
    return at_cost(quantity, unit_cost(pool, reference))


def at_cost(quantity: Decimal, cost: Decimal) -> Decimal:
    return WIDE.multiply(quantity, cost).quantize(VALUE, context=WIDE)


def issue(pool: Pool, quantity: Decimal, reference: Decimal | None = None) -> tuple[Decimal, Pool]:
    """Value of goods that leave. What leaves below zero is valued at the unit cost of the moment."""
    if ZERO < quantity < pool.quantity:
        value = portion(pool.value, quantity, pool.quantity)
    else:
        here = max(pool.quantity, ZERO)
        value = (pool.value if here else ZERO) + at_cost(quantity - here, unit_cost(pool, reference))
    after = pool.quantity - quantity
    average = unit_cost(pool).quantize(COST, context=WIDE) if after == 0 else pool.last_average
    return value, replace(pool, quantity=after, value=pool.value - value, last_average=average)


def receive(pool: Pool, quantity: Decimal, value: Decimal, *, priced: bool = True) -> tuple[Decimal, Pool]:
    """Goods that come in at a value. Returns what has to be added to the pool beside that value, and the pool after.

    A receipt onto negative stock takes its own price: the gap to what the issues below zero were valued at goes to
    cost of goods, as a revaluation. `priced`: its price becomes the last cost.
    """
    after = pool.quantity + quantity
    cost = WIDE.divide(value, quantity).quantize(COST, context=WIDE)
    pool = replace(
        pool,
        last_cost=cost if priced else pool.last_cost,
        last_average=cost if after == 0 else pool.last_average,
    )
    if pool.quantity >= 0:
        return ZERO, replace(pool, quantity=after, value=pool.value + value)
    left = portion(value, after, quantity)
    return left - pool.value - value, replace(pool, quantity=after, value=left)
