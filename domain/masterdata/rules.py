"""Decides what master data may say. No database, no clock, no await."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from domain.errors import Refused
from domain.masterdata import barcodes
from domain.masterdata.records import BarcodeRecord, ProductUnitRecord
from domain.quantity import SCALE, ZERO, decimals_of

UnitSet = dict[str, tuple[str, str]]  # unit → numerator, denominator
BarcodeSet = dict[str, tuple[str | None, str, int]]  # code → unit, kind, position
UnitOf = Callable[[UUID | None, str | None, str], str | None]


def check_version(stored: int | None, base_version: int | None, *, identified: bool) -> None:
    """A save names the version it was made on, so that nobody's change is overwritten unseen.

    `identified`: an outside identity led to the record, which then follows its source. Refuses: not_found,
    stale_version.
    """
    if stored is None:
        if base_version is not None:
            raise Refused("not_found", "id")
    elif base_version != stored and not (identified and base_version is None):
        raise Refused("stale_version", "base_version", version=stored)


def exact_text(value: Decimal) -> str:
    """A number as PostgreSQL shows it without idle zeros, so that equal ones are equal texts."""
    text = str(value)
    if "." in text and "E" not in text and text[0] != "-":  # as most prices are
        return text.rstrip("0").rstrip(".")
    return format((value + ZERO).normalize(), "f")


def price(value: Decimal | None, where: str) -> str | None:
    """Refuses: price_negative."""
    if value is None:
        return None
    if value < 0:
        raise Refused("price_negative", where, price=value)
    return exact_text(value)


def path(text: str) -> tuple[str, ...]:
    """饮料 / 茶 → its steps. Refuses: category_path."""
    steps = tuple(step.strip() for step in text.split("/"))
    if not all(steps):
        raise Refused("category_path", "category", category=text)
    return steps


def check_tree(id: str, parent_id: str | None, parents: Callable[[str], str | None]) -> None:
    """Refuses: category_cycle."""
    while parent_id is not None:
        if parent_id == id:
            raise Refused("category_cycle", "parent_id")
        parent_id = parents(parent_id)


def unit_set(records: Sequence[ProductUnitRecord], stock_unit: str, unit_of: UnitOf) -> UnitSet:
    """Refuses: unknown_unit, unit_missing, unit_twice, factor_not_positive, too_many_decimals."""
    units: UnitSet = {}
    for index, record in enumerate(records):
        at = f"units.{index}"
        unit_id = unit_of(record.unit_id, record.unit, at)
        if unit_id is None:
            raise Refused("unit_missing", f"{at}.unit_id")
        if unit_id == stock_unit or unit_id in units:
            raise Refused("unit_twice", f"{at}.unit_id", unit_id=unit_id)
        for name in ("numerator", "denominator"):
            value: Decimal = getattr(record, name)
            if value <= 0:
                raise Refused("factor_not_positive", f"{at}.{name}", value=value)
            if decimals_of(value) > SCALE:
                raise Refused("too_many_decimals", f"{at}.{name}", value=value, decimals=SCALE)
        units[unit_id] = exact_text(record.numerator), exact_text(record.denominator)
    return units


def barcode_set(
    records: Sequence[BarcodeRecord], stock_unit: str, units: Mapping[str, object], unit_of: UnitOf
) -> tuple[BarcodeSet, list[dict[str, str]]]:
    """The codes of a product, and warnings about those that GS1 would not have given.

    A code given twice for one unit is one. Refuses: barcode_destroyed, barcode_twice, unknown_unit.
    """
    codes: BarcodeSet = {}
    warnings = []
    for index, record in enumerate(records):
        at = f"barcodes.{index}"
        if barcodes.is_destroyed(record.code):
            raise Refused("barcode_destroyed", f"{at}.code", barcode=record.code)
        unit_id = unit_of(record.unit_id, record.unit, at)
        if unit_id == stock_unit:
            unit_id = None
        if unit_id is not None and unit_id not in units:
            raise Refused("unknown_unit", f"{at}.unit_id", unit_id=unit_id)
        code, kind, warning = barcodes.read(record.code)
        if code in codes:
            if codes[code][0] != unit_id:
                raise Refused("barcode_twice", f"{at}.code", barcode=code)
            continue
        codes[code] = unit_id, kind, len(codes)
        if warning:
            warnings.append({"code": warning, "field": f"{at}.code", "barcode": code})
    return codes, warnings


def check_fixed(stored: Mapping[str, object], values: Mapping[str, object], *, moved: bool) -> None:
    """What the stock of a product is counted in stands once there are moves. Refuses: kind_fixed, unit_fixed."""
    for column, code in (("kind", "kind_fixed"), ("unit_id", "unit_fixed")):
        if moved and stored[column] != values[column]:
            raise Refused(code, column)
