"""Days and moments as people and spreadsheets write them."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Literal

from domain.errors import Refused
from workers.imports.values import HALF_WIDTH, plain, shown

Order = Literal["ymd", "mdy", "dmy"]

CLOCK = r"(?:[ T]+(上午|下午|AM|PM)?\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?\s*(AM|PM)?)?"
is_numbers = re.compile(
    rf"(\d{{1,4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,4}})\s*日?{CLOCK}", re.A | re.I
).fullmatch
is_compact = re.compile(rf"((?:19|20)\d\d)(\d\d)(\d\d){CLOCK}", re.A | re.I).fullmatch
is_named = re.compile(rf"(\d{{1,2}})[- ]([A-Z]{{3,9}})[- ,]+(\d{{4}}|\d{{2}}){CLOCK}", re.A | re.I).fullmatch
is_named_first = re.compile(rf"([A-Z]{{3,9}})\.? (\d{{1,2}}),? +(\d{{4}}){CLOCK}", re.A | re.I).fullmatch
is_serial = re.compile(r"(\d{5})(?:\.0+)?", re.A).fullmatch
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SERIALS = range(36_526, 73_051)  # of the years 2000 to 2099: days since the end of 1899, as spreadsheets count them
SERIAL_0 = date(1899, 12, 30)
ORDERS: tuple[Order, ...] = ("ymd", "mdy", "dmy")


def moment(text: str, field: str | None = None, order: Order | None = None) -> date | datetime:
    """A day, or a day and a time without a zone. 3/5/26 has as many readings as its numbers have orders; `order` is
    what the column decided (order_of). Refuses: cell_error, date_ambiguous, not_a_date."""
    readings, clock = readings_of(plain(text, field))
    if order and order in readings:
        readings = {order: readings[order]}
    days = sorted(set(readings.values()))
    if not days:
        raise Refused("not_a_date", field, value=shown(text))
    if len(days) > 1:
        raise Refused("date_ambiguous", field, value=shown(text), readings=[day.isoformat() for day in days])
    try:
        return with_clock(days[0], clock)
    except ValueError:
        raise Refused("not_a_date", field, value=shown(text)) from None


def day(text: str, field: str | None = None, order: Order | None = None) -> date:
    """Refuses: cell_error, date_ambiguous, not_a_date."""
    found = moment(text, field, order)
    return found.date() if isinstance(found, datetime) else found


def order_of(texts: Iterable[str]) -> Order | None:
    """The one order in which all dates of a column are dates, if there is just one; among the first 10,000."""
    left = set(ORDERS)
    for text in islice(texts, 10_000):
        readings, _ = readings_of(text.translate(HALF_WIDTH).strip())
        if len(readings) < len(ORDERS) and readings:
            left &= readings.keys()
    return left.pop() if len(left) == 1 else None


def readings_of(text: str) -> tuple[dict[Order, date], tuple[str | None, ...]]:
    """Order → the day that it makes of the text; a text that leaves no choice has the same day in every order."""
    if found := is_serial(text):
        serial = int(found[1])
        return (every(SERIAL_0 + timedelta(serial)) if serial in SERIALS else {}), ()
    if found := is_compact(text):
        return every(made(found[1], found[2], found[3])), found.groups()[3:]
    if found := is_named(text):
        return every(made(found[3], month(found[2]), found[1])), found.groups()[3:]
    if found := is_named_first(text):
        return every(made(found[3], month(found[1]), found[2])), found.groups()[3:]
    if (found := is_numbers(text)) is None:
        return {}, ()
    one, two, three = found[1], found[2], found[3]
    clock = found.groups()[3:]
    if len(one) >= 3 or "年" in text:
        return (every(made(one, two, three)) if len(three) <= 2 else {}), clock
    readings = {"mdy": made(three, one, two), "dmy": made(three, two, one)}
    if len(one) == 2 and len(three) <= 2:
        readings["ymd"] = made(one, two, three)
    return {order: readings[order] for order in ORDERS if readings.get(order)}, clock  # type: ignore[return-value]


def every(found: date | None) -> dict[Order, date]:
    return dict.fromkeys(ORDERS, found) if found else {}


def made(year: str, month: str, day: str) -> date | None:
    if len(year) not in (2, 4):
        return None
    try:
        return date(int(year) + 2000 if len(year) == 2 else int(year), int(month), int(day))
    except ValueError:
        return None


def month(name: str) -> str:
    short = name[:3].casefold()
    return str(MONTHS.index(short) + 1) if short in MONTHS else "0"


def with_clock(found: date, clock: tuple[str | None, ...]) -> date | datetime:
    if not clock or clock[1] is None:
        return found
    half, hour, minute, second, after = clock
    noon = (half or after or "").upper()
    hours = int(hour or 0)
    if noon in ("PM", "下午") and hours < 12:
        hours += 12
    elif noon in ("AM", "上午") and hours == 12:
        hours = 0
    return datetime(found.year, found.month, found.day, hours, int(minute or 0), int(second or 0))
