"""What every command stands on: exact quantities, checked input, identifiers, and the undo of a refused decision."""

import asyncio
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import money
from domain.command import Lines, Name, command, dated
from domain.errors import Refused
from domain.execute import decode
from domain.ids import derived_id, new_id
from domain.quantity import ONE, Factor, Number, exact, to_stock
from domain.tx import Record, Sheet, Tx, of_records
from tenants.numbers import spread

D = Decimal


# --- quantities and money ---


@pytest.mark.parametrize(
    ("quantity", "factor", "decimals", "stock"),
    [
        ("3", ONE, 0, "3"),
        ("2", Factor(D(24), D(1)), 0, "48"),
        ("0.5", Factor(D(24), D(1)), 0, "12"),
        ("1.5", ONE, 3, "1.5"),
        ("500", Factor(D(1), D(1000)), 3, "0.5"),
        ("1.000", ONE, 0, "1"),
        ("100", ONE, 0, "100"),
    ],
)
def test_a_quantity_in_stock_units(quantity: str, factor: Factor, decimals: int, stock: str) -> None:
    assert to_stock(D(quantity), factor, decimals, "q") == D(stock)


@pytest.mark.parametrize(
    ("quantity", "factor", "decimals", "code"),
    [
        ("0.5", ONE, 0, "quantity_not_whole"),
        ("1", Factor(D(1), D(3)), 6, "quantity_not_whole"),
        ("1", Factor(D(5), D(2)), 0, "quantity_not_whole"),
        ("0", ONE, 0, "quantity_not_positive"),
        ("-1", ONE, 0, "quantity_not_positive"),
    ],
)
def test_a_quantity_that_cannot_be(quantity: str, factor: Factor, decimals: int, code: str) -> None:
    with pytest.raises(Refused, match=code):
        to_stock(D(quantity), factor, decimals, "q")


@given(st.integers(1, 10**9), st.integers(1, 1000), st.integers(1, 1000))
def test_a_factor_loses_nothing(quantity: int, numerator: int, denominator: int) -> None:
    """What is accepted turns back into exactly what was typed."""
    factor = Factor(D(numerator), D(denominator))
    try:
        stock = to_stock(D(quantity), factor, 6, "q")
    except Refused:
        return
    assert stock * denominator == D(quantity) * numerator


@pytest.mark.parametrize("text", ["1e3", "NaN", "Infinity", "1_000", "１２", "+1", " 1", "1.", ".5", "", "1" * 13, "٣"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="not_a_number"):
        exact(text)


@pytest.mark.parametrize("value", [1.5, True, None, [], {}, b"1"])
def test_what_is_no_number_either(value: object) -> None:
    with pytest.raises(ValueError, match="not_a_number"):
        exact(value)


def test_amounts_are_rounded_half_up() -> None:
    assert money.amount(D("3"), D("0.335")) == D("1.01")
    assert money.amount(D("1"), D("0.005")) == D("0.01")


# --- commands as they come in ---


@command
class Item:
    id: UUID
    quantity: Number


@command
class Example:
    name: Name
    items: Lines[Item]
    note: str = ""
    on: date | None = None


GOOD: dict[str, Any] = {"name": "Tea", "items": [{"id": str(UUID(int=1)), "quantity": "1.5"}]}


def test_a_command_is_decoded_exactly() -> None:
    assert decode(Example, GOOD) == Example("Tea", (Item(UUID(int=1), D("1.5")),))


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({**GOOD, "name": ""}, "name", "string_too_short"),
        ({**GOOD, "name": "x" * 201}, "name", "string_too_long"),
        ({**GOOD, "name": "a\0b"}, "name", "bad_characters"),
        ({**GOOD, "name": "a\ud800"}, "name", "string_unicode"),
        ({**GOOD, "items": []}, "items", "too_short"),
        ({**GOOD, "items": [{"id": "x", "quantity": "1"}]}, "items.0.id", "uuid_parsing"),
        ({**GOOD, "items": [{"id": str(UUID(int=1)), "quantity": "one"}]}, "items.0.quantity", "not_a_number"),
        ({**GOOD, "colour": "red"}, "colour", "unexpected_keyword_argument"),
        ({"name": "Tea"}, "items", "missing"),
        ({**GOOD, "on": "31.1.2026"}, "on", "date_from_datetime_parsing"),
        ([], None, "dataclass_type"),
        ("", None, "dataclass_type"),
    ],
)
def test_a_malformed_body_names_field_and_reason(body: Any, field: str | None, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        decode(Example, body)
    assert (refusal.value.code, refusal.value.field) == ("malformed", field)
    assert refusal.value.details["reason"] == reason


SHANGHAI = "Asia/Shanghai"
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def test_days_are_cut_by_the_company_s_time_zone() -> None:
    late = datetime(2026, 11, 24, 18, tzinfo=UTC)
    assert dated(None, late, SHANGHAI, inward=True) == (date(2026, 11, 25), late)
    inward = dated(date(2026, 11, 23), NOON, SHANGHAI, inward=True)
    outward = dated(date(2026, 11, 23), NOON, SHANGHAI, inward=False)
    assert inward[0] == outward[0] == date(2026, 11, 23)
    assert inward[1] < outward[1] < dated(date(2026, 11, 24), NOON, SHANGHAI, inward=True)[1]
    with pytest.raises(Refused, match="future_date"):
        dated(date(2026, 11, 25), NOON, SHANGHAI, inward=True)


# --- identifiers ---


def test_new_ids_are_version_7_and_in_order() -> None:
    first = new_id()
    time.sleep(0.002)
    second = new_id()
    assert first.version == 7
    assert first < second
    assert abs((first.int >> 80) / 1000 - time.time()) < 60


def test_derived_ids_are_stable_and_differ() -> None:
    parent = new_id()
    assert derived_id(parent, "line", 1) == derived_id(parent, "line", 1)
    assert len({derived_id(parent, "line", n) for n in range(1000)}) == 1000
    assert derived_id(parent, 1).version == 8
    assert derived_id(parent, 1).bytes[:6] == parent.bytes[:6]


@given(st.integers(0, 10**6), st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_numbers_are_spread_without_gap_or_double(before: int, counts: list[int]) -> None:
    ranges = list(spread(before + sum(counts), counts))
    assert [len(numbers) for numbers in ranges] == counts
    assert [n for numbers in ranges for n in numbers] == list(range(before + 1, before + sum(counts) + 1))


# --- what a refusal leaves behind ---


@given(
    st.dictionaries(st.integers(0, 5), st.integers(), max_size=6),
    st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers()), max_size=5), max_size=6),
    st.data(),
)
def test_a_sheet_forgets_what_was_refused(
    loaded: dict[int, int], steps: list[list[tuple[int, int]]], data: st.DataObject
) -> None:
    sheet, model = Sheet(loaded), dict(loaded)
    for step in steps:
        mark = sheet.mark()
        for key, value in step:
            sheet.put(key, value)
        if data.draw(st.booleans()):
            model.update(step)
        else:
            sheet.undo(mark)
        assert sheet.now == model
    assert sorted(sheet.made()) == sorted(value for key, value in model.items() if key not in loaded)
    changed = {key: value for key, value in model.items() if key in loaded and loaded[key] != value}
    assert sorted(sheet.changed()) == sorted(changed.values())


def make_tx() -> Tx:
    async def loader(what: object, document: object) -> dict[str, list[Any]]:
        return {}

    return Tx([SimpleNamespace(caller=SimpleNamespace(company=None), outcome=None)], loader)  # pyright: ignore


def test_a_refused_decision_leaves_no_row_event_or_change() -> None:
    tx, sheet = make_tx(), None
    sheet = tx.sheet({1: "a"})
    with tx.attempt():
        tx.rows["kept"].append({})
        tx.changed("thing", UUID(int=1))

    def refused_decision() -> None:
        with tx.attempt():
            tx.rows["kept"].append({})
            tx.rows["other"].append({})
            tx.emit("event")
            tx.changed("thing", UUID(int=2))
            sheet.put(1, "b")
            raise Refused("no")

    with pytest.raises(Refused):
        refused_decision()
    assert dict(tx.rows) == {"kept": [{}], "other": []}
    assert (tx.events, list(tx.changes), sheet.now) == ([], [("thing", UUID(int=1), "common")], {1: "a"})


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [(["accepted", "unchanged"], "accepted"), (["accepted", "refused"], "partly"), (["refused"], "refused")],
)
def test_a_list_is_refused_only_if_every_record_was(statuses: list[Any], whole: str) -> None:
    assert of_records([Record(str(n), status) for n, status in enumerate(statuses)]).status == whole


async def test_numbers_asked_for_together_share_a_bump(company: Any) -> None:
    take = company.database.numbers.take
    first = await asyncio.gather(*[take(company, "X", n) for n in (1, 2, 3)])
    assert [list(numbers) for numbers in first] == [[1], [2, 3], [4, 5, 6]]
    assert list(await take(company, "X", 1)) == [7]
    assert list(await take(company, "Y", 1)) == [1]
