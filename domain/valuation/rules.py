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


def portion(value: Decimal, part: Decimal, whole: Decimal, step: Decimal = VALUE) -> Decimal:
    """value × part ÷ whole, half up."""
    return WIDE.divide(WIDE.multiply(value, part), whole).quantize(step, context=WIDE)


def unit_cost(pool: Pool, reference: Decimal | None) -> Decimal:
    """What one unit more would cost: the average, else the last receipt's cost, else the reference cost, else 0."""
    if pool.quantity != 0:
        return WIDE.divide(pool.value, pool.quantity)
    return pool.last_cost if pool.last_cost is not None else reference or ZERO


def issue(pool: Pool, quantity: Decimal, reference: Decimal | None = None) -> tuple[Decimal, Pool]:
    """Value of goods that leave. What leaves below zero is valued at the unit cost of the moment."""
    if ZERO < quantity < pool.quantity:
        value = portion(pool.value, quantity, pool.quantity)
    else:
        here = max(pool.quantity, ZERO)
        below = WIDE.multiply(quantity - here, unit_cost(pool, reference)).quantize(VALUE, context=WIDE)
        value = (pool.value if here else ZERO) + below
    return value, replace(pool, quantity=pool.quantity - quantity, value=pool.value - value)


def receive(pool: Pool, quantity: Decimal, value: Decimal, *, priced: bool = True) -> tuple[Decimal, Pool]:
    """Goods that come in at a value. Returns what has to be added to the pool beside that value, and the pool after.

    A receipt onto negative stock takes its own price: the gap to what the issues below zero were valued at goes to
    cost of goods, as a revaluation. `priced`: its price becomes the last cost.
    """
    after = pool.quantity + quantity
    cost = WIDE.divide(value, quantity).quantize(COST, context=WIDE) if priced else pool.last_cost
    if pool.quantity >= 0:
        return ZERO, replace(pool, quantity=after, value=pool.value + value, last_cost=cost)
    worth = portion(value, after, quantity)
    return worth - pool.value - value, replace(pool, quantity=after, value=worth, last_cost=cost)
