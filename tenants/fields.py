"""Encrypted columns and the blind indexes beside them: how they are declared, filled and searched.

    encrypted("phone"),
    blind_index("phone_index", of="phone", normal=normal_phone),
    blind_index("phone_last4_index", of="phone", normal=last4),

`seal` fills all of them from plain values; a search compares an index column with `index_of`.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from re import compile
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, LargeBinary, MetaData, Table, TypeDecorator
from sqlalchemy.sql.operators import is_, is_not

from tenants.keys import FORMAT, SEALED_AT_LEAST, CompanyKeys

BLIND_INDEX = "blind_index"  # in Column.info


class Encrypted(TypeDecorator[bytes]):
    """Bytes that CompanyKeys.encrypt made. Refuses plain ones; can be tested for NULL and for nothing else."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: object) -> bytes | None:
        if value is not None and (len(value) < SEALED_AT_LEAST or value[0] != FORMAT):
            raise ValueError("a value for an encrypted column is not encrypted")
        return value

    class Comparator(TypeDecorator.Comparator[bytes]):
        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            if op not in (is_, is_not):
                raise TypeError(f"{self.expr} is encrypted: compare its blind index")
            return super().operate(op, *other, **options)

    comparator_factory = Comparator  # pyright: ignore[reportAssignmentType]


@dataclass(frozen=True, slots=True)
class BlindIndex:
    """`normal` brings the ways to write one value to one form; what it leaves empty is not indexed."""

    of: str
    normal: Callable[[str], str]


def encrypted(name: str, null: bool = True) -> Column[bytes]:
    """A column of the Encrypted type; the database too refuses a value that cannot be one."""
    shape = f"octet_length({name}) >= {SEALED_AT_LEAST} and get_byte({name}, 0) = {FORMAT}"
    return Column(name, Encrypted, CheckConstraint(shape, name=name), nullable=null)


def blind_index(name: str, of: str, normal: Callable[[str], str]) -> Column[bytes]:
    return Column(name, LargeBinary, info={BLIND_INDEX: BlindIndex(of, normal)})


def encrypted_columns(metadata: MetaData) -> Iterator[Column[bytes]]:
    """All that rotation, export and erasure have to know of."""
    for table in metadata.sorted_tables:
        yield from (column for column in table.columns if isinstance(column.type, Encrypted))


def blind_indexes(table: Table) -> Iterator[tuple[str, BlindIndex]]:
    for column in table.columns:
        if index := column.info.get(BLIND_INDEX):
            yield column.name, index


def seal(keys: CompanyKeys, table: Table, row_id: UUID, values: Mapping[str, str | None]) -> dict[str, bytes | None]:
    """The stored form of these plain values of one row, and of every blind index that hangs on one of them."""
    sealed: dict[str, bytes | None] = {}
    for name, value in values.items():
        assert isinstance(table.c[name].type, Encrypted), f"{table.name}.{name} is not an encrypted column"
        sealed[name] = None if value is None else keys.encrypt(table.name, name, row_id, value)
    for name, index in blind_indexes(table):
        if index.of in values:
            value = values[index.of]
            sealed[name] = None if value is None else index_of(keys, table, name, value)
    return sealed


def index_of(keys: CompanyKeys, table: Table, name: str, value: str) -> bytes | None:
    """What to compare the blind index column `name` with in order to find `value`. None: nothing can be found."""
    index: BlindIndex = table.c[name].info[BLIND_INDEX]
    normal = index.normal(value)
    return keys.index(f"{table.name}.{name}", normal) if normal else None


# ---------------------------------------------------------------------------------------------------------------------
# One form for the many ways to write a value
# ---------------------------------------------------------------------------------------------------------------------

is_mobile_with_country = compile(r"861[3-9]\d{9}").fullmatch
is_landline = compile(r"(?!1[3-9]\d{9}|[48]00\d{7})\d{10,11}").fullmatch  # area code without its 0, and number


def normal_phone(text: str) -> str:
    """Digits alone; with a leading + for countries other than China, whose numbers are in their national form.

    +86 138-0013-8000, 0086 13800138000, 8613800138000, １３８００１３８０００ and 138 0013 8000 are one number;
    so are +86 10 6552 9988, (010) 65529988 and 010-65529988.
    """
    text = unicodedata.normalize("NFKC", text)
    first = next((place for place, char in enumerate(text) if char.isdecimal()), len(text))
    digits = "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())
    if "+" in text[:first] or digits.startswith("00"):
        digits = digits.lstrip("0")
        if digits and not digits.startswith("86"):
            return f"+{digits}"
        digits = digits[2:].lstrip("0")
        if is_landline(digits):
            return f"0{digits}"
    return digits[2:] if is_mobile_with_country(digits) else digits


def last4(text: str) -> str:
    """The last four digits of a phone number; nothing where it has fewer."""
    digits = normal_phone(text).removeprefix("+")
    return digits[-4:] if len(digits) >= 4 else ""


def normal_text(text: str) -> str:
    """Without differences of width, case and spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
