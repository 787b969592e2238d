"""Decisions about purchase orders, without a database."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.purchasing.rules import Line, Order, Status, price_of, receive, worth_of
from domain.quantity import ONE, Factor

D = Decimal
ORDER, TEA, CUP, PIECE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


def order(*ordered: str, price: str = "3", factor: Factor = ONE, status: Status = "open") -> Order:
    lines = [Line(UUID(int=10 + i), ORDER, TEA, PIECE, factor, D(price), D(q)) for i, q in enumerate(ordered)]
    return Order(ORDER, "PO-1", UUID(int=5), UUID(int=6), status, 0, {line.id: line for line in lines})


def lines_of(order: Order) -> list[UUID]:
    return list(order.lines)


@pytest.mark.parametrize(
    ("ordered", "delivered", "status", "over"),
    [
        (["10"], ["4"], "partly_received", ["0"]),
        (["10"], ["10"], "received", ["0"]),
        (["10"], ["12"], "received", ["2"]),
        (["10", "5"], ["10"], "partly_received", ["0"]),
        (["10", "5"], ["12", "5"], "received", ["2", "0"]),
        (["10", "5"], ["12", "4"], "partly_received", ["2", "0"]),
    ],
)
def test_a_delivery(ordered: list[str], delivered: list[str], status: str, over: list[str]) -> None:
    before = order(*ordered)
    after, arrivals = receive(before, [(id, D(q)) for id, q in zip(lines_of(before), delivered, strict=False)])
    assert after.status == status
    assert after.receipts == 1
    assert [arrival.over for arrival in arrivals] == [D(q) for q in over]
    assert [line.received for line in after.lines.values()][: len(delivered)] == [D(q) for q in delivered]


def test_what_is_beyond_the_order_is_told_once() -> None:
    before = order("10")
    [id] = lines_of(before)
    once, first = receive(before, [(id, D(12))])
    _, second = receive(once, [(id, D(3)), (id, D(1))])
    assert [arrival.over for arrival in first + second] == [2, 3, 1]


def test_a_cancelled_order_stays_cancelled() -> None:
    before = order("10", status="cancelled")
    after, [arrival] = receive(before, [(lines_of(before)[0], D(4))])
    assert (after.status, arrival.quantity, arrival.value) == ("cancelled", 4, 12)


def test_a_line_of_another_order_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        receive(order("10"), [(UUID(int=10), D(1)), (UUID(int=99), D(1))])
    assert (refused.value.code, refused.value.field) == ("line_not_on_order", "lines.1.line_id")


@pytest.mark.parametrize(("quantity", "code"), [("1E+12", "quantity_too_large"), ("9E+11", "amount_too_large")])
def test_what_no_column_could_hold_is_refused(quantity: str, code: str) -> None:
    before = order("10", price="1000")
    with pytest.raises(Refused, match=code):
        receive(before, [(lines_of(before)[0], D(quantity))])


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=20),
    st.integers(0, 10**8),
    st.integers(1, 1000),
    st.integers(1, 1000),
)
def test_however_it_is_delivered_it_is_worth_what_was_ordered(
    parts: list[int], price: int, numerator: int, denominator: int
) -> None:
    factor = Factor(D(numerator), D(denominator))
    at_once = order(str(sum(parts)), price=str(D(price) / 10000), factor=factor)
    [id] = lines_of(at_once)
    _, [whole] = receive(at_once, [(id, D(sum(parts)))])
    _, arrivals = receive(at_once, [(id, D(part)) for part in parts])
    assert sum(arrival.value for arrival in arrivals) == whole.value
    assert all(arrival.value >= 0 for arrival in arrivals)
    assert replace(whole.line) == arrivals[-1].line


@pytest.mark.parametrize(
    ("typed", "last", "reference", "price"),
    [
        ("2", "3", "4", "2"),
        ("0", "3", "4", "0"),
        (None, "3", "4", "36"),
        (None, None, "4", "48"),
        (None, None, None, "0"),
    ],
)
def test_the_price_of_a_dozen(typed: str | None, last: str | None, reference: str | None, price: str) -> None:
    given = [None if text is None else D(text) for text in (typed, last, reference)]
    assert price_of(*given, Factor(D(12), D(1)), "lines.0.unit_price") == D(price)


def test_a_price_below_zero_is_refused() -> None:
    with pytest.raises(Refused, match="price_negative"):
        price_of(D(-1), None, None, ONE, "lines.0.unit_price")


@pytest.mark.parametrize(
    ("quantity", "price", "factor", "worth"),
    [
        ("12", "24", Factor(D(12), D(1)), "24"),  # one case at 24
        ("1", "10", Factor(D(3), D(1)), "3.3333"),
        ("500", "8", Factor(D(1), D(1000)), "4000000"),  # per gram, in kilograms
        ("5", "0", ONE, "0"),
    ],
)
def test_what_goods_are_worth_at_a_price(quantity: str, price: str, factor: Factor, worth: str) -> None:
    assert worth_of(D(quantity), D(price), factor) == D(worth)
