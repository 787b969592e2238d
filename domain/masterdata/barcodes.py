"""What is printed under the bars."""

import re
import unicodedata
from typing import Literal

GTIN_LENGTHS = (8, 12, 13, 14)
DIGITS = bytes.maketrans(b"0123456789", bytes(range(10)))
is_destroyed = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+").fullmatch  # 6.9E+12: what Excel leaves of a long number


def check_digit(digits: str) -> int:
    """Of the digits before it: from the right they count three times and once in turn."""
    values = digits.encode().translate(DIGITS)
    return -(3 * sum(values[::-2]) + sum(values[-2::-2])) % 10


def looks_like_gtin(code: str) -> bool:
    return len(code) in GTIN_LENGTHS and code.isascii() and code.isdecimal()


def is_gtin(code: str) -> bool:
    return looks_like_gtin(code) and check_digit(code[:-1]) == int(code[-1])


def with_zeros(code: str) -> str | None:
    """The GTIN that the digits were before a spreadsheet took them for a number: one zero is gone of a GTIN-8, or up to
    three of a GTIN-12, as the codes of America have them. A zero before a longer one changes nothing."""
    if not code.isascii() or not code.isdecimal() or code.startswith("0"):
        return None
    length = 8 if len(code) == 7 else 12 if 9 <= len(code) <= 11 else len(code)
    return code.zfill(length) if length > len(code) and is_gtin(code.zfill(length)) else None


def read(text: str) -> tuple[str, Literal["gtin", "house"], str | None]:
    """The code as a scanner gives it, its kind, and a warning where it is not one that GS1 would have given.

    Real catalogues are full of the others, and they are on real goods: they are kept, as codes of the house.
    """
    if is_gtin(text):
        return text, "gtin", None
    code = unicodedata.normalize("NFKC", text).strip()
    bare = code.replace(" ", "").replace("-", "")
    if is_gtin(bare):
        return bare, "gtin", None
    if with_zeros(bare):
        return code, "house", "barcode_zeros_lost"
    return code, "house", "barcode_check_digit" if looks_like_gtin(bare) else "barcode_house"
