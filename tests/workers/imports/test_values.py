"""Cells as people write them. Whatever stands in a cell, the answer is a value or a refusal."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from workers.imports import dates, values
from workers.imports.dates import day, moment, order_of
from workers.imports.values import (
    Part,
    Price,
    code,
    name_and_spec,
    number,
    phone,
    price,
    quantity,
    width_of,
    yes,
    zeros_lost,
)


def refusal(read, text: str) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        read(text, "column")
    return refused.value.code, refused.value.field


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"), ("1,234.50", "1234.50"), (" 5 ", "5"), ("(5)", "-5"), ("（５）", "-5"), ("－3", "-3"),
        ("−3", "-3"),
        ("+3", "3"), ("１２．５", "12.5"), (".5", "0.5"), ("5.", "5"), ("007", "7"), ("1，234", "1234"),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text, value):
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NaN", "not_a_number"), ("Infinity", "not_a_number"), ("-inf", "not_a_number"), ("1e999", "not_a_number"),
        ("1_000", "not_a_number"), ("1,2", "not_a_number"), ("1,23,456", "not_a_number"), ("", "not_a_number"),
        ("--1", "not_a_number"), ("(-1)", "not_a_number"), ("5²", "not_a_number"), ("٣", "not_a_number"),
        ("½", "not_a_number"), ("0x10", "not_a_number"), ("三", "not_a_number"), ("#N/A", "cell_error"),
        ("#DIV/0!", "cell_error"), ("1234567890123", "amount_too_large"), ("9" * 5000, "amount_too_large"),
        ("0.123456789", "too_many_decimals"),
    ],
)  # fmt: skip
def test_what_python_takes_for_a_number_and_people_do_not_is_refused(text, code):
    assert refusal(number, text) == (code, "column")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("3箱5个", [("3", "箱"), ("5", "个")]), ("3箱 零5个", [("3", "箱"), ("5", "个")]),
        ("3箱5", [("3", "箱"), ("5", None)]),
        ("2.5kg", [("2.5", "kg")]), ("2kg500g", [("2", "kg"), ("500", "g")]), ("1,200", [("1200", None)]),
        ("-3箱2个", [("-3", "箱"), ("-2", "个")]), ("（3箱）", [("-3", "箱")]), ("３箱", [("3", "箱")]),
        ("12 瓶", [("12", "瓶")]), ("0", [("0", None)]),
    ],
)  # fmt: skip
def test_quantities_in_more_than_one_unit(text, parts):
    assert quantity(text) == tuple(Part(Decimal(amount), unit) for amount, unit in parts)


@pytest.mark.parametrize(
    "text", ["1e5", "1e999个", "0x10", "2x6", "3箱5箱", "箱", "3箱(36个)", "3 5个", "", "NaN个", "约3箱"]
)
def test_quantities_that_may_be_read_in_two_ways_are_refused(text):
    assert refusal(quantity, text) == ("not_a_number", "column")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12.5", ("12.5", None, None)), ("¥12.50", ("12.50", "CNY", None)), ("￥１２", ("12", "CNY", None)),
        ("12.5元/箱", ("12.5", "CNY", "箱")), ("3.5元每瓶", ("3.5", "CNY", "瓶")),
        ("1,200.00元", ("1200.00", "CNY", None)),
        ("12.5/kg", ("12.5", None, "kg")), ("USD 3", ("3", "USD", None)), ("-¥3", ("-3", "CNY", None)),
        ("(¥3)", ("-3", "CNY", None)), ("5块", ("5", "CNY", None)),
    ],
)  # fmt: skip
def test_prices_say_their_unit_and_currency(text, found):
    amount, currency, unit = found
    assert price(text) == Price(Decimal(amount), currency, unit)


@pytest.mark.parametrize("text", ["面议", "$12元", "12.5元/3箱", "12-15", "1e5", "¥", ""])
def test_what_is_no_price_is_refused(text):
    assert refusal(price, text) == ("not_a_number", "column")


@pytest.mark.parametrize(
    "text",
    ["2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305", "5-Mar-26", "Mar 5, 2026", "46086", "26/3/5",
     "2026／3／5", "05-March-2026"],
)  # fmt: skip
def test_days_as_people_and_spreadsheets_write_them(text):
    assert day(text) == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-03-05 08:26:00", datetime(2026, 3, 5, 8, 26)), ("2026-03-05T08:26", datetime(2026, 3, 5, 8, 26)),
        ("2026/3/5 下午 3:20", datetime(2026, 3, 5, 15, 20)), ("2026/3/5 12:05 AM", datetime(2026, 3, 5, 0, 5)),
        ("2026-03-05 08:26:07.123456", datetime(2026, 3, 5, 8, 26, 7)),
    ],
)  # fmt: skip
def test_moments(text, found):
    assert moment(text) == found


@pytest.mark.parametrize(
    "text", ["", "明天", "2026-13-01", "2026-02-30", "25:00", "2026-03-05 25:00", "2026年3月", "3月5日", "0"]
)
def test_what_is_no_date_is_refused(text):
    assert refusal(moment, text) == ("not_a_date", "column")


def test_a_date_with_two_readings_is_refused_with_both_unless_its_column_decides():
    with pytest.raises(Refused) as refused:
        day("3/5/26", "date")
    assert (refused.value.code, refused.value.details["readings"]) == ("date_ambiguous", ["2026-03-05", "2026-05-03"])
    assert order_of(["3/5/26", "", "3/25/26"]) == "mdy"
    assert order_of(["3/5/26", "25/3/26"]) in ("dmy", None)
    assert order_of(["3/5/26"]) is None
    assert order_of(["2026-03-05"]) is None
    assert day("3/5/26", "date", "mdy") == date(2026, 3, 5)
    assert day("3/5/26", "date", "dmy") == date(2026, 5, 3)
    assert day("2026-03-05", "date", "dmy") == date(2026, 3, 5)


@pytest.mark.parametrize("text", ["6.9E+12", "6.90123E+12", "6.90123e12", "1E+05", "1.23456789012346E+17"])
def test_a_code_that_a_spreadsheet_has_rounded_is_destroyed(text):
    assert refusal(code, text) == ("barcode_destroyed", "column")


@pytest.mark.parametrize("text", ["6901234567892", "A-1", "2E10", "甲１", "E12", "007"])
def test_other_codes_stay_what_they_are(text):
    assert code(f" {text} ") == text


def test_a_row_is_sound_whatever_is_done_with_it():
    values.sound({"sku": "2E10", "name": "#1 茶", "price": "1.5", "barcodes": "6.9E+12"})
    with pytest.raises(Refused) as refused:
        values.sound({"sku": "6.90123E+12"})
    assert (refused.value.code, refused.value.field) == ("barcode_destroyed", "sku")
    with pytest.raises(Refused) as refused:
        values.sound({"sku": "A", "name": "#n/a"})
    assert (refused.value.code, refused.value.field) == ("cell_error", "name")


def test_zeros_before_a_code_are_missed_where_they_can_be():
    assert zeros_lost("36000291452") == "036000291452"  # a UPC
    assert zeros_lost("6901234567892") is None
    assert zeros_lost("12", width_of(["0001", "0002", "0003", "0004", "12"])) == "0012"
    assert width_of(["1001", "1002", "12"]) is None
    assert width_of(["0001", "A"]) is None


@pytest.mark.parametrize(
    "text", ["138 0013 8000", "010-65529988转123", "+86 13800138000", "(020) 8123-4567", "13800138000"]
)
def test_phones_stay_as_they_are_written(text):
    assert phone(text) == text


def test_phones_of_spreadsheets():
    assert phone("13800138000.0") == phone("１３８００１３８０００") == "13800138000"
    assert refusal(phone, "1.38E+10") == ("not_a_phone", "column")
    assert refusal(phone, "王先生") == ("not_a_phone", "column")


def test_yes_and_no():
    assert [yes(text) for text in ("是", "√", "TRUE", "1", "启用")] == [True] * 5
    assert [yes(text) for text in ("否", "×", "False", "0", "停用")] == [False] * 5
    assert refusal(yes, "也许") == ("unknown_choice", "column")


@pytest.mark.parametrize(
    ("text", "name", "spec"),
    [
        ("可乐 500ml*24", "可乐", "500ml*24"), ("可口可乐500ml", "可口可乐", "500ml"),
        ("纸巾(3层120抽)", "纸巾", "3层120抽"),
        ("伊利纯牛奶250ml×24盒", "伊利纯牛奶", "250ml×24盒"), ("农夫山泉 1.5L*12瓶/箱", "农夫山泉", "1.5L*12瓶/箱"),
        ("可乐", "可乐", None), ("苹果15", "苹果15", None), ("500ml", "500ml", None), ("(500ml)", "(500ml)", None),
    ],
)  # fmt: skip
def test_a_name_with_its_specification_behind(text, name, spec):
    assert name_and_spec(text) == (name, spec)


# --- whatever stands in a cell ---

READ = [values.number, values.quantity, values.price, values.code, values.phone, values.yes, dates.moment, dates.day]
CELLS = st.one_of(
    st.text(max_size=40),
    st.text("0123456789.,+-−－eE_xX()（）/年月日箱个元¥￥$ :%１２３．，#N/A\0\n\t ", max_size=25),
    st.from_regex(r"[-+(]?[0-9]{1,20}([.,][0-9]{1,20})*(e[0-9]+|箱|元/个)?\)?", fullmatch=True),
)


@given(CELLS)
def test_nothing_but_a_refusal_comes_of_a_cell(text):
    said: list[str] = []
    for read in READ:
        try:
            read(text)
        except Refused as refused:
            said.append(str(refused.details))
    name_and_spec(text)
    zeros_lost(text, 5)
    order_of([text])
    width_of([text])
    assert max(map(len, said), default=0) < 1000


AMOUNTS = st.decimals(-(10**11), 10**11, places=6)


@given(AMOUNTS, st.booleans())
def test_a_number_comes_back_as_it_was_written(amount, grouped):
    assert number(f"{amount:,f}" if grouped else f"{amount:f}") == amount
    full_width = f"{amount:f}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.-"})
    assert number(full_width) == amount
    assert number(values.written(amount)) == amount
    assert price(f"{amount:f}元/箱") == Price(amount, "CNY", "箱")


PARTS = st.tuples(st.decimals(0, 10**6, places=3), st.sampled_from(["箱", "个", "kg", "盒"]))


@given(st.lists(PARTS, min_size=1, max_size=3, unique_by=lambda part: part[1]))
def test_a_quantity_comes_back_part_by_part(parts):
    assert quantity("".join(f"{amount:f}{unit}" for amount, unit in parts)) == tuple(Part(*part) for part in parts)


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"])
)
def test_a_day_comes_back_as_it_was_written(found, form):
    assert day(found.strftime(form)) == found


@given(
    st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1, max_size=30),
    st.sampled_from(["%m/%d/%Y", "%d/%m/%Y"]),
)
def test_what_a_column_decides_is_how_it_was_written(days, form):
    texts = [found.strftime(form) for found in days]
    order = order_of(texts)
    if order:
        assert [day(text, None, order) for text in texts] == days
