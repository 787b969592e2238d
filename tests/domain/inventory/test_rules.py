"""Decisions about opening stock, adjustments and counts, without a database."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.inventory.rules import cost, difference, found, opening_value
from domain.quantity import ONE, Factor

D = Decimal


def optional(text: str | None) -> Decimal | None:
    return None if text is None else D(text)


@pytest.mark.parametrize(
    ("unit_cost", "value", "reference", "worth"),
    [
        ("30", None, "1", "60"),  # two cases at 30
        (None, "59.99", "1", "59.99"),
        (None, None, "1.5", "36"),  # 24 pieces at 1.5
        (None, None, None, "0"),
        ("0", None, "1", "0"),
        ("0.33333333", None, None, "0.6667"),
    ],
)
def test_opening_stock_of_two_cases(
    unit_cost: str | None, value: str | None, reference: str | None, worth: str
) -> None:  # fmt: skip
    assert opening_value(D(2), D(24), optional(unit_cost), optional(value), optional(reference)) == D(worth)


@pytest.mark.parametrize(
    ("unit_cost", "value", "code", "field"),
    [
        ("1", "1", "cost_twice", "value"),
        ("-1", None, "cost_negative", "unit_cost"),
        (None, "-1", "cost_negative", "value"),
        (None, "1.00001", "too_many_decimals", "value"),
        ("99999999999999", None, "amount_too_large", "unit_cost"),
        (None, "100000000000000", "amount_too_large", "value"),
    ],
)
def test_a_cost_that_is_none(unit_cost: str | None, value: str | None, code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        opening_value(D(2), D(24), optional(unit_cost), optional(value), None)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_an_entered_cost() -> None:
    assert cost(D(3), D("0.012"), "lines.0.unit_cost") == D("0.036")


def test_nothing_is_a_count_too() -> None:
    assert found(D(0), ONE, 0, "lines.0.counted") == 0
    assert found(D(2), Factor(D(12), D(1)), 0, "lines.0.counted") == 24


@pytest.mark.parametrize(("counted", "code"), [("-1", "quantity_negative"), ("0.5", "quantity_not_whole")])
def test_a_count_that_is_none(counted: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        found(D(counted), ONE, 0, "lines.0.counted")


def test_what_moved_after_the_count_stands() -> None:
    """Ten by the books, counted ten; ten more arrived before the sheet was handed in: nothing is missing."""
    assert difference(D(10), D(20), D(10)) == (10, 0)


@given(st.decimals(0, 1000, places=3), st.decimals(-1000, 1000, places=3), st.decimals(-1000, 1000, places=3))
def test_after_a_count_the_books_say_what_was_counted_and_moved_since(
    counted: Decimal, on_hand: Decimal, since: Decimal
) -> None:
    book, beyond = difference(counted, on_hand, since)
    assert book + since == on_hand
    assert on_hand + beyond == counted + since
