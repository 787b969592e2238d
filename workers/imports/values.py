"""Cells as people write them, made into values; dates are in dates.py. Every function returns one or raises Refused,
whatever the text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refused
from domain.masterdata.barcodes import with_zeros
from domain.quantity import decimals_of

DECIMALS = 8  # of what the commands take
DIGITS = 12
CODES = ("sku", "code", "number", "partner")  # barcodes are looked at by the command
SHOWN = 100  # characters of a cell in a refusal
ERRORS, YES, NO = (
    frozenset(words.split())
    for words in (
        "#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #SPILL! #CALC! #FIELD! #GETTING_DATA ###",  # of formulas
        "yes true 1 y t on 是 有 启用 正常 在售 上架 有效 √ ✓ ✔ active enabled",
        "no false 0 n f off 否 无 停用 禁用 停售 下架 无效 × ✗ x inactive disabled",
    )
)
# Full-width forms are what Chinese keyboards write and mean the same. Only they: NFKC would also read 5² as 52.
HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {
    0x3000: " ", 0xA0: " ", 0xFFE5: "¥", 0x2212: "-", 0x2013: "-", 0xFFE0: "¢", 0xFFE1: "£",
}  # fmt: skip

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)"
UNIT = r"[^\W\d_]{1,20}"
is_number = re.compile(rf"([+-]?)({NUMBER})", re.ASCII).fullmatch
next_part = re.compile(rf"\s*(?:\+|又|零)?\s*({NUMBER})\s*({UNIT})?").match
in_brackets = re.compile(r"\((.+)\)").fullmatch
is_price = re.compile(
    rf"([+-]?)\s*(RMB|CNY|USD|US\$|HK\$|EUR|¥|\$|€|£)?\s*([+-]?)\s*({NUMBER})\s*(元|块钱|块|圆|RMB|CNY|USD|EUR|€)?"
    rf"\s*(?:(?:/|每|per\s)\s*({UNIT}))?",
    re.IGNORECASE,
).fullmatch
CURRENCIES = {
    "rmb": "CNY", "cny": "CNY", "¥": "CNY", "元": "CNY", "块": "CNY", "块钱": "CNY", "圆": "CNY", "usd": "USD",
    "us$": "USD", "$": "USD", "hk$": "HKD", "eur": "EUR", "€": "EUR", "£": "GBP",
}  # fmt: skip
is_destroyed = re.compile(r"\d(?:\.\d+E\+?|E\+)\d+", re.I | re.ASCII).fullmatch


def plain(text: str, field: str | None = None) -> str:
    """Half-width and trimmed. Refuses: cell_error."""
    text = text.translate(HALF_WIDTH).strip()
    if text.upper() in ERRORS:
        raise Refused("cell_error", field, value=text)
    return text


def shown(text: str) -> str:
    return text[:SHOWN]


# --- numbers ---


@dataclass(frozen=True, slots=True)
class Part:
    """`unit` as it is written; None: the product's own."""

    amount: Decimal
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """`unit`: of which it is the price, None: not said; so with the currency."""

    amount: Decimal
    currency: str | None = None
    unit: str | None = None


def number(text: str, field: str | None = None) -> Decimal:
    """1,200 and (5) and －3 and １２. Refuses: amount_too_large, cell_error, not_a_number (NaN, 1e999, 1_000 too),
    too_many_decimals."""
    bare, minus = signed(plain(text, field))
    if (found := is_number(bare)) is None or (minus and found[1]):
        raise Refused("not_a_number", field, value=shown(text))
    value = decimal(found[2], text, field)
    return -value if minus or found[1] == "-" else value


def signed(text: str) -> tuple[str, bool]:
    """Accountants write brackets instead of a minus."""
    found = in_brackets(text)
    return (found[1].strip(), True) if found else (text, False)


def decimal(digits: str, text: str, field: str | None) -> Decimal:
    whole = digits.replace(",", "").partition(".")[0].lstrip("0")
    if len(whole) > DIGITS:
        raise Refused("amount_too_large", field, value=shown(text))
    value = Decimal(digits.replace(",", ""))
    if decimals_of(value) > DECIMALS:
        raise Refused("too_many_decimals", field, value=shown(text), decimals=DECIMALS)
    return value


def quantity(text: str, field: str | None = None) -> tuple[Part, ...]:
    """3箱5个 is two parts, 2.5kg one, 12 one without a unit; a minus or brackets are for all of them. Refuses:
    amount_too_large, cell_error, not_a_number, too_many_decimals."""
    bare, minus = signed(plain(text, field))
    if bare.startswith(("-", "+")):
        if minus:
            raise Refused("not_a_number", field, value=shown(text))
        minus, bare = bare[0] == "-", bare[1:]
    parts: list[Part] = []
    place = 0
    while place < len(bare):
        found = next_part(bare, place)
        if found is None or not found[0].isprintable():
            raise Refused("not_a_number", field, value=shown(text))
        unit = found[2].rstrip("零又") if found[2] else None
        amount = decimal(ascii_digits(found[1], text, field), text, field)
        parts.append(Part(-amount if minus else amount, unit or None))
        place = found.end()
    if not parts or not readable(parts):
        raise Refused("not_a_number", field, value=shown(text))
    return tuple(parts)


def readable(parts: list[Part]) -> bool:
    """Only the last part may be without a unit, after one that no number is written with: 3箱5, but not 1e5 or 2x6. No
    unit comes twice."""
    units = [part.unit for part in parts]
    if None in units[:-1] or len(set(units)) < len(units):
        return False
    if any(unit and unit.lower() in ("e", "x") for unit in units[:-1]):
        return False
    return len(parts) == 1 or units[-1] is not None or not (units[-2] or "").isascii()


def ascii_digits(digits: str, text: str, field: str | None) -> str:
    if not digits.isascii():  # digits of other scripts are letters to nobody here
        raise Refused("not_a_number", field, value=shown(text))
    return digits


def price(text: str, field: str | None = None) -> Price:
    """¥12.50, 12.5元/箱, USD 3. Refuses: amount_too_large, cell_error, not_a_number, too_many_decimals."""
    bare, minus = signed(plain(text, field))
    if (found := is_price(bare)) is None:
        raise Refused("not_a_number", field, value=shown(text))
    before, sign, after, digits, name, unit = found.groups()
    signs = "-" * minus + before + after
    if len(signs) > 1 or (sign and name and currency(sign) != currency(name)):
        raise Refused("not_a_number", field, value=shown(text))
    amount = decimal(ascii_digits(digits, text, field), text, field)
    return Price(-amount if signs == "-" else amount, currency(sign or name), unit)


def currency(sign: str | None) -> str | None:
    return CURRENCIES[sign.casefold()] if sign else None


def written(value: Decimal) -> str:
    """As the commands take it."""
    return f"{value:f}"


# --- codes, phones, choices, names ---


def code(text: str, field: str | None = None) -> str:
    """Of a product, a partner, a document. 6.90123E+12 is what a spreadsheet leaves of a long one: its digits are gone
    and have to come from the source again. Refuses: barcode_destroyed, cell_error."""
    bare = plain(text, field)
    if is_destroyed(bare):
        raise Refused("barcode_destroyed", field, barcode=bare)
    return text.strip() if bare == text.strip() or not bare.isascii() else bare


def sound(row: Mapping[str, str]) -> None:
    """What is wrong with a row whatever is done with it: errors of formulas, and codes that a spreadsheet has rounded.
    Refuses: barcode_destroyed, cell_error."""
    if "#" in "".join(row.values()):
        for field, text in row.items():
            if text.upper() in ERRORS:
                raise Refused("cell_error", field, value=text)
    for field in CODES:
        if (text := row.get(field)) and ("+" in text or "." in text) and is_destroyed(text):
            raise Refused("barcode_destroyed", field, barcode=text)


def zeros_lost(text: str, width: int | None = None) -> str | None:
    """The code with the zeros before it that a spreadsheet may have taken for those of a number: a GTIN that only they
    make valid, or a code shorter than the `width` of its column. Without them it is accepted, with a warning."""
    if width and len(text) < width and text.isascii() and text.isdecimal() and not text.startswith("0"):
        return text.zfill(width)
    return with_zeros(text)


def width_of(codes: Iterable[str]) -> int | None:
    """Of a column of numbers that all are as long, some of which have zeros before them or had, else None."""
    lengths: dict[int, int] = {}
    count = zeros = 0
    for text in codes:
        if not (text.isascii() and text.isdecimal()):
            return None
        count += 1
        zeros += text.startswith("0")
        lengths[len(text)] = lengths.get(len(text), 0) + 1
    longest = max(lengths, default=0)
    return longest if zeros and longest > 1 and lengths[longest] * 10 >= count * 8 else None


def yes(text: str, field: str | None = None) -> bool:
    """Refuses: cell_error, unknown_choice."""
    bare = plain(text, field).casefold()
    if bare not in YES | NO:
        raise Refused("unknown_choice", field, value=shown(text))
    return bare in YES


has_phone = re.compile(r"[+(\d][\d\s()/;,.#*-]*(?:(?:转|分机|ext\.?|x)\s*\d{1,6})?", re.A | re.I).fullmatch


def phone(text: str, field: str | None = None) -> str:
    """As it is written, half-width. Refuses: cell_error, not_a_phone (1.38E+10 too)."""
    bare = plain(text, field).removesuffix(".0")
    if not has_phone(bare) or not 5 <= sum(map(str.isdecimal, bare)) <= 40:
        raise Refused("not_a_phone", field, value=shown(text))
    return bare


MEASURE = r"ml|cl|l|kg|mg|g|m|cm|mm|毫升|升|克|千克|公斤|斤|两|吨|米|厘米|毫米|寸|英寸|片|粒|颗|抽|层|支|枚|度|w|v|mah"
COUNT = r"瓶|罐|听|包|袋|盒|箱|个|支|片|件|条|提|桶|卷|枚|只|块|双|本|组|套|粒"
find_spec = re.compile(
    rf"(?<![\d.])\d+(?:\.\d+)?\s*(?:{MEASURE})(?![a-z])"
    rf"(?:\s*[*×x/]\s*\d*(?:\.\d+)?\s*(?:{MEASURE}|{COUNT})?)*$",
    re.I,
).search
has_bracket = re.compile(
    r"(?P<name>.*\S)\s*[(（\[【](?P<spec>[^()（）\[\]【】]*\d[^()（）\[\]【】]*)[)）\]】]"
).fullmatch


def name_and_spec(text: str) -> tuple[str, str | None]:
    """可乐 500ml*24 → 可乐, 500ml*24. The second is a proposal, None where there is nothing like it."""
    bare = text.strip()
    if len(bare) > 500:  # no name of goods, and patterns take their time with it
        return bare, None
    if found := has_bracket(bare):
        name, spec = found["name"], found["spec"]
    elif found := find_spec(bare):
        name, spec = bare[: found.start()], found[0]
    else:
        return bare, None
    name = name.rstrip(" -_*×　")
    return (name, spec.strip()) if re.search(r"[^\W\d_]", name) else (bare, None)
