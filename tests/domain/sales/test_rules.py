"""Orders, as their rules decide: tables of cases and properties, no database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.quantity import ONE, ZERO, Factor
from domain.sales import rules
from domain.sales.rules import Line, Order

D = Decimal
ORDER = UUID(int=100)


def order(*lines: Line, status: rules.Status = "confirmed", day: int = 1, id: int = 100) -> Order:
    return Order(
        UUID(int=id), f"SO-{id}", UUID(int=1), UUID(int=2), status, date(2026, 1, day),
        lines={line.id: line for line in lines},
    )  # fmt: skip


def line(n: int = 1, ordered: str = "10", **more: Decimal) -> Line:
    return Line(UUID(int=n), ORDER, UUID(int=1000 + n), D(ordered), **more)


@pytest.mark.parametrize(
    ("typed", "retail", "factor", "price"),
    [
        ("3.5", "9", ONE, "3.5"),
        ("0", "9", ONE, "0"),
        (None, "9", ONE, "9"),
        (None, "0.5", Factor(D(24), D(1)), "12"),
        (None, "3", Factor(D(1), D(4)), "0.75"),
    ],
)
def test_the_price_of_a_line(typed: str | None, retail: str, factor: Factor, price: str) -> None:
    assert rules.price_of(D(typed) if typed else None, D(retail), factor, "p") == D(price)


@pytest.mark.parametrize(("typed", "retail", "code"), [("-1", "9", "price_negative"), (None, None, "price_missing")])
def test_a_price_that_cannot_be(typed: str | None, retail: str | None, code: str) -> None:
    with pytest.raises(Refused, match=code):
        rules.price_of(D(typed) if typed else None, D(retail) if retail else None, ONE, "p")


@pytest.mark.parametrize("status", ["confirmed", "partly_shipped", "shipped", "returned", "cancelled"])
def test_only_a_draft_is_confirmed(status: rules.Status) -> None:
    with pytest.raises(Refused, match="order_not_draft"):
        rules.confirm(order(line(), status=status))
    assert rules.confirm(order(line(), status="draft")).status == "confirmed"


def test_without_lines_everything_open_leaves() -> None:
    leaving = rules.ship(order(line(1), line(2, shipped=D(10)), line(3, shipped=D(4))), None)
    assert [(item.line.id.int, item.quantity) for item in leaving] == [(1, D(10)), (3, D(6))]


def test_a_line_named_twice_counts_twice() -> None:
    one = line(1, reserved=D(10))
    leaving = rules.ship(order(one), [(one.id, D(6)), (one.id, D(4))])
    assert [(item.quantity, item.held) for item in leaving] == [(D(6), D(6)), (D(4), D(4))]
    with pytest.raises(Refused, match="more_than_ordered"):
        rules.ship(order(one), [(one.id, D(6)), (one.id, D(5))])


@pytest.mark.parametrize(
    ("status", "wanted", "code", "field"),
    [
        ("draft", None, "order_not_confirmed", "order_id"),
        ("shipped", None, "order_not_confirmed", "order_id"),
        ("confirmed", [(9, "1")], "line_not_on_order", "lines.0.line_id"),
        ("confirmed", [(1, "0")], "quantity_not_positive", "lines.0.quantity"),
        ("confirmed", [(1, "1"), (1, "9.5")], "more_than_ordered", "lines.1.quantity"),
        ("confirmed", [], "nothing_to_ship", "order_id"),
    ],
)
def test_what_cannot_be_shipped(
    status: rules.Status, wanted: list[tuple[int, str]] | None, code: str, field: str
) -> None:
    chosen = None if wanted is None else [(UUID(int=n), D(quantity)) for n, quantity in wanted]
    with pytest.raises(Refused) as refusal:
        rules.ship(order(line(1), status=status), chosen)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_what_is_not_shipped_stays_as_backorder() -> None:
    before = order(line(1, reserved=D(10)), line(2))
    leaving = rules.ship(before, [(UUID(int=1), D(4))])
    after = rules.shipped(before, [(item, D("8.5")) for item in leaving])
    one = after.lines[UUID(int=1)]
    assert (one.open, one.reserved, one.shipped_value, after.status, after.shipments) == (
        D(6), D(6), D("8.5"), "partly_shipped", 1,
    )  # fmt: skip
    rest = rules.shipped(after, [(item, ZERO) for item in rules.ship(after, None)])
    assert (rest.status, rest.shipments) == ("shipped", 2)
    assert all(line.reserved == 0 and line.open == 0 for line in rest.lines.values())


def test_a_shipped_order_is_not_cancelled() -> None:
    with pytest.raises(Refused, match="order_shipped"):
        rules.cancel(order(line(), status="partly_shipped"))
    with pytest.raises(Refused, match="order_cancelled"):
        rules.cancel(order(line(), status="cancelled"))
    free = rules.cancel(order(line(reserved=D(3))))
    assert free.status == "cancelled"
    assert all(line.reserved == 0 for line in free.lines.values())


def test_more_than_was_shipped_does_not_come_back() -> None:
    with pytest.raises(Refused, match="more_than_shipped"):
        rules.give_back(line(shipped=D(3), returned=D(1)), D(3), "q")


@given(
    st.decimals("0.0001", "99999", places=4),
    st.lists(st.integers(1, 9), min_size=1, max_size=12),
)
def test_returned_goods_bring_back_exactly_what_they_took(value: Decimal, parts: list[int]) -> None:
    left, back = replace(line(), shipped=D(sum(parts)), shipped_value=value), ZERO
    for part in parts:
        worth, left = rules.give_back(left, D(part), "q")
        assert worth >= 0
        back += worth
    assert back == value == left.returned_value


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(0, 20)), min_size=1, max_size=8), st.integers(1, 60))
def test_the_latest_orders_give_way_first_and_no_more_than_needed(held: list[tuple[int, int]], excess: int) -> None:
    pairs = [
        (order(day=day, id=n), replace(line(n), reserved=D(reserved))) for n, (day, reserved) in enumerate(held, 1)
    ]
    gone = rules.shrink(pairs, D(excess))
    assert sum(less for _, _, less in gone) == min(excess, sum(reserved for _, reserved in held))
    assert all(after.reserved >= 0 for _, after, _ in gone)
    days = [one.document_on for one, _, _ in gone]
    assert days == sorted(days, reverse=True)
    untouched = {one.id for one, _ in pairs} - {one.id for one, _, _ in gone}
    for one, kept in pairs:
        if one.id in untouched and kept.reserved:
            assert all(one.document_on <= other.document_on for other, _, _ in gone)
