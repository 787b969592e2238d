"""Moving average: an accountant's examples, and what holds whatever happens.

The examples are those of other systems' own tests; where systems differ, ours is what domain/valuation/README.md says.
"""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.valuation.rules import Pool, issue, portion, receive, unit_cost, worth

D = Decimal
EMPTY = Pool(UUID(int=1), UUID(int=0), D(0), D(0))


class Ledger:
    """A pool and what went through it."""

    def __init__(self, reference: str | None = None) -> None:
        self.pool, self.reference = EMPTY, D(reference) if reference else None
        self.received = self.issued = self.revalued = D(0)

    def buy(self, quantity: str | Decimal, cost: str | Decimal) -> "Ledger":
        return self.take_in(D(quantity), D(quantity) * D(cost))

    def take_in(self, quantity: Decimal, value: Decimal) -> "Ledger":
        gap, self.pool = receive(self.pool, quantity, value)
        self.received += value
        self.revalued += gap
        return self

    def sell(self, quantity: str | Decimal) -> Decimal:
        value, self.pool = issue(self.pool, D(quantity), self.reference)
        self.issued += value
        return value

    @property
    def cost(self) -> Decimal:
        return unit_cost(self.pool, self.reference)

    @property
    def holds(self) -> tuple[Decimal, Decimal]:
        return self.pool.quantity, self.pool.value


def test_a_batch_averages_move_by_move() -> None:  # A1
    ledger = Ledger(reference="80")
    costs = [ledger.buy(1, price).cost for price in ("100", "200", "200", "200")]
    assert costs == [100, 150, portion(D(500), D(1), D(3), D("1E-57")), 175]


def test_a_receipt_onto_negative_stock_takes_its_own_price() -> None:  # A3
    ledger = Ledger(reference="5")
    assert [ledger.sell(1), ledger.cost, ledger.sell(1), ledger.cost] == [5, 5, 5, 5]
    assert ledger.buy(1, "3").cost == 3
    assert ledger.buy(2, "2").cost == 2
    assert ledger.holds == (1, 2)


def test_sold_below_zero_and_received_again() -> None:  # A7
    ledger = Ledger().buy(10, "10").buy(10, "20")
    assert ledger.sell(30) == 450
    assert ledger.buy(10, "30").buy(10, "40").holds == (10, 400)


def test_sold_before_its_cost_was_known() -> None:  # A9
    ledger = Ledger()
    assert ledger.sell(2) == 0
    assert ledger.buy(20, "3.33").holds == (18, D("59.94"))
    assert ledger.revalued == D("-6.66")


def test_the_last_unit_takes_the_remainder() -> None:  # A11
    ledger = Ledger().buy(1, "1.02").buy(1, "1.00").buy(1, "1.00")
    assert ledger.sell(3) == D("3.02")
    assert ledger.holds == (0, 0)


def test_seventy_small_issues_leave_nothing_behind() -> None:  # A13
    ledger = Ledger().buy(2, "4.63").buy(5, "3.04")
    for _ in range(70):
        ledger.sell("0.1")
    assert ledger.holds == (0, 0)
    assert ledger.issued == D("24.46")


def test_the_average_outlives_the_last_unit() -> None:  # A15, returned to the supplier
    ledger = Ledger().buy(1, "10").buy(1, "20")
    assert [ledger.sell(1), ledger.sell(1)] == [15, 15]
    assert (ledger.holds, ledger.cost, ledger.pool.last_cost) == ((0, 0), 15, 20)


def test_a_customer_return_comes_back_at_the_value_of_its_delivery() -> None:  # A15, other run
    ledger = Ledger().buy(1, "10").buy(1, "20")
    assert ledger.take_in(D(1), ledger.sell(1)).holds == (2, 30)
    assert ledger.cost == 15


def test_a_purchase_after_a_sale() -> None:  # A19
    ledger = Ledger().buy(10, "50")
    ledger.sell(3)
    ledger.buy(5, "55")
    assert ledger.pool.quantity == 12
    assert round(ledger.cost, 5) == D("52.08333")


def test_cheap_goods_in_large_numbers() -> None:  # A21
    ledger = Ledger(reference="0.001")
    ledger.sell(20000)
    assert ledger.buy(23000, "0.001").holds == (3000, 3)


def test_six_and_then_the_last_one() -> None:  # A23
    ledger = Ledger().buy(2, "5.07").buy(5, "3.02")
    assert ledger.pool.value == D("25.24")
    for _ in range(7):
        ledger.sell(1)
    assert ledger.holds == (0, 0)


@pytest.mark.parametrize(
    ("pool", "reference", "cost"),
    [
        (Pool(UUID(int=1), UUID(int=0), D(2), D(6), D(9), D(8)), "7", 3),  # what is here
        (Pool(UUID(int=1), UUID(int=0), D(-2), D(-6), D(9), D(8)), "7", 3),  # what is owed to the shelf
        (Pool(UUID(int=1), UUID(int=0), D(0), D(0), D(9), D(8)), "7", 8),  # the last average
        (Pool(UUID(int=1), UUID(int=0), D(0), D(0), D(9)), "7", 9),  # the last purchase
        (EMPTY, "7", 7),
        (EMPTY, None, 0),
    ],
)
def test_what_one_unit_more_costs(pool: Pool, reference: str | None, cost: int) -> None:
    assert unit_cost(pool, D(reference) if reference else None) == cost
    assert worth(pool, D(4), D(reference) if reference else None) == 4 * cost


quantities = st.integers(1, 10**7).map(lambda n: D(n) / 1000)
values = st.integers(0, 10**9).map(lambda n: D(n) / 10000)
steps = st.lists(st.one_of(st.tuples(st.just("in"), quantities, values), st.tuples(st.just("out"), quantities)))


@given(steps, values)
def test_nothing_is_lost_or_invented(steps: list[tuple[object, ...]], reference: Decimal) -> None:
    ledger, quantity = Ledger(str(reference)), D(0)
    for kind, *what in steps:
        if kind == "in":
            ledger.take_in(*what)  # pyright: ignore[reportArgumentType]
        else:
            ledger.sell(*what)  # pyright: ignore[reportArgumentType]
        quantity += what[0] if kind == "in" else -what[0]  # pyright: ignore[reportOperatorIssue]
        pool = ledger.pool
        assert pool.quantity == quantity
        assert pool.value == ledger.received + ledger.revalued - ledger.issued
        assert pool.value == pool.value.quantize(D("0.0001"))
        assert pool.quantity * pool.value >= 0
        assert pool.quantity != 0 or pool.value == 0


@given(values.filter(bool), st.lists(quantities, min_size=1, max_size=20))
def test_what_came_in_one_value_leaves_in_parts_of_it(value: Decimal, parts: list[Decimal]) -> None:
    ledger = Ledger().take_in(sum(parts, D(0)), value)
    gone = [ledger.sell(part) for part in parts]
    assert all(one >= 0 for one in gone)
    assert sum(gone) == value
    assert ledger.holds == (0, 0)
