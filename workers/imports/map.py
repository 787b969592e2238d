"""From the values of a file's rows to a command's records."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from domain.errors import Refused
from domain.quantity import decimals_of
from workers.imports import dates, values
from workers.imports.dates import Order

Values = dict[str, str]  # field → cell, without the empty ones
Body = dict[str, Any]

CHOICES = {
    "goods": "goods", "商品": "goods", "实物": "goods", "service": "service", "服务": "service",
    "sale": "sale", "销售": "sale", "销售单": "sale", "销售出库": "sale", "销售出库单": "sale",
    "return": "return", "退货": "return", "销售退货": "return", "销售退货单": "return",
    "writeoff": "writeoff", "write-off": "writeoff", "报损": "writeoff", "报损单": "writeoff",
}  # fmt: skip
PRICE_DECIMALS = 8
is_plain = re.compile(r"-?\d{1,12}(\.\d{1,8})?", re.ASCII).fullmatch
is_grouped = re.compile(r"-?\d{1,3}(,\d{3}){1,3}(\.\d{1,8})?", re.ASCII).fullmatch
separated = re.compile(r"[;,，；、\n]").split


class Packing(NamedTuple):
    """A unit of a product: one of it is numerator ÷ denominator stock units."""

    id: str
    numerator: Decimal
    denominator: Decimal


@dataclass(frozen=True, slots=True)
class Good:
    """A product as far as quantities and prices of a file need it. `packings`: by the name of the unit, its own too."""

    id: str
    packings: Mapping[str, Packing]


@dataclass(frozen=True, slots=True)
class Names:
    """What a file names and the company knows by ids. `partners`: by code, and by name where only one has it."""

    zone: str
    locations: Mapping[str, str]  # code or name of a warehouse → its storage place
    only_location: str | None
    products: Mapping[str, Good] = field(default_factory=dict)
    partners: Mapping[str, str] = field(default_factory=dict)
    order: Order | None = None  # in which order the file's dates have day and month
    reserve: bool = True

    def location(self, row: Values) -> str:
        """Refuses: not_found, warehouse_missing."""
        if (named := row.get("warehouse")) is not None:
            if named not in self.locations:
                raise Refused("not_found", "warehouse", warehouse=named)
            return self.locations[named]
        if self.only_location is None:
            raise Refused("warehouse_missing", "warehouse")
        return self.only_location

    def good(self, row: Values) -> Good:
        """Refuses: not_found."""
        sku = row.get("sku", "")
        if (good := self.products.get(sku)) is None:
            raise Refused("not_found", "sku", sku=sku)
        return good

    def partner(self, row: Values) -> str:
        """Refuses: not_found, partner_missing."""
        if (named := row.get("partner")) is None:
            raise Refused("partner_missing", "partner")
        if named not in self.partners:
            raise Refused("not_found", "partner", partner=named)
        return self.partners[named]

    def moment(self, text: str, *, inward: bool) -> str:
        """A day, or a day and a time, in the company's time zone. A day alone sorts inward before outward. Refuses as
        `dates.moment`."""
        found = dates.moment(text, "date", self.order)
        if isinstance(found, datetime):
            return found.replace(tzinfo=ZoneInfo(self.zone)).isoformat()
        begin = datetime.combine(found, time(), ZoneInfo(self.zone))
        if inward:
            return begin.isoformat()
        end = datetime.combine(found + timedelta(days=1), time(), begin.tzinfo) - timedelta(microseconds=1)
        return end.isoformat()

    def day(self, row: Values, name: str) -> date | None:
        return dates.day(row[name], name, self.order) if name in row else None


# --- values as commands take them ---


def simple(text: str) -> str | None:
    """12.5 and 1,234.50: what most numbers are, without the way through a Decimal. None: it may be one all the same."""
    if is_plain(text):
        return text
    return text.replace(",", "") if is_grouped(text) else None


def number(text: str, name: str) -> str:
    """Refuses as `values.number`."""
    return simple(text) or values.written(values.number(text, name))


def price(row: Values, name: str, packings: Mapping[str, Packing] | None = None, of: str | None = None) -> str:
    """Per unit `of` (none: the stock unit), whichever unit the cell says it is for. Refuses: unknown_unit, and as
    `values.price`."""
    text = row[name]
    if (plain := simple(text)) is not None:
        return plain
    found = values.price(text, name)
    if found.unit is None or found.unit == of:
        return values.written(found.amount)
    known = packings or {}
    if found.unit not in known or (of and of not in known):
        raise Refused("unknown_unit", name, unit=found.unit)
    amount = found.amount * known[found.unit].denominator / known[found.unit].numerator
    if of:
        amount = amount * known[of].numerator / known[of].denominator
    if decimals_of(amount) > PRICE_DECIMALS:
        raise Refused("too_many_decimals", name, value=text, decimals=PRICE_DECIMALS)
    return values.written(amount)


def amount(row: Values, good: Good | None) -> tuple[Decimal | str, str | None]:
    """A quantity, and the name of its unit; of several parts (3箱5个) all of it in the stock unit. Refuses:
    unknown_unit, and as `values.quantity`."""
    text, unit = row.get("quantity", ""), row.get("unit")
    if is_plain(text):
        return text, unit
    parts = values.quantity(text, "quantity")
    if len(parts) == 1:
        return parts[0].amount, parts[0].unit or unit
    return sum((stocked(part, good) for part in parts), Decimal(0)), None


def stocked(part: values.Part, good: Good | None) -> Decimal:
    if part.unit is None:
        return part.amount
    if good is None or (packing := good.packings.get(part.unit)) is None:
        raise Refused("unknown_unit", "quantity", unit=part.unit)
    return part.amount * packing.numerator / packing.denominator


def is_simple(row: Values) -> bool:
    """Its quantity and prices need no look at the product."""
    return is_plain(row.get("quantity", "")) is not None and all(
        name not in row or is_plain(row[name]) for name in ("unit_price", "unit_cost")
    )


def choice(text: str, what: str) -> str:
    """Refuses: unknown_choice."""
    if (found := CHOICES.get(text.strip().casefold())) is None:
        raise Refused("unknown_choice", what, value=text)
    return found


# --- records ---


def product(row: Values, source: str) -> Body:
    """Refuses what its values refuse."""
    body: Body = dict(row)
    pack, size = body.pop("pack_unit", None), body.pop("pack_size", None)
    if pack and size:
        body["units"] = [{"unit": pack, "numerator": number(size, "pack_size")}]
    for name in ("price", "reference_cost"):
        if name in row:
            body[name] = simple(row[name]) or price(row, name, packings_of(body))
    if "barcodes" in row:
        codes = row["barcodes"]
        every = [codes] if codes.isalnum() else [code.strip() for code in separated(codes)]
        body["barcodes"] = [{"code": code} for code in every if code]
    if "kind" in row:
        body["kind"] = choice(row["kind"], "kind")
    if "active" in row:
        body["active"] = values.yes(row["active"], "active")
    body["external"] = {"source": source, "number": row.get("sku", "")}
    return body


def packings_of(body: Body) -> dict[str, Packing]:
    """The units of a product that is on its way itself."""
    own = {body["unit"]: Packing("", Decimal(1), Decimal(1))} if "unit" in body else {}
    return own | {one["unit"]: Packing("", Decimal(one["numerator"]), Decimal(1)) for one in body.get("units", ())}


def partner(row: Values, source: str) -> Body:
    """Without a column that says which, everybody may be both. Refuses what its values refuse."""
    body: Body = {name: value for name, value in row.items() if name != "kind"}
    said = row.get("kind", "").casefold()
    supplier = "供应商" in said or "supplier" in said
    customer = "客户" in said or "customer" in said
    body["is_supplier"], body["is_customer"] = (supplier, customer) if supplier or customer else (True, True)
    if "phone" in row:
        body["phone"] = values.phone(row["phone"], "phone")
    if "active" in row:
        body["active"] = values.yes(row["active"], "active")
    body["external"] = {"source": source, "number": row.get("code", "")}
    return body


def listed(row: Values, source: str) -> Body:
    """A line of a price list."""
    sku = row.get("sku", "")
    body: Body = {"sku": sku, "external": {"source": source, "number": sku}}
    return body | {"price": price(row, "price")} if "price" in row else body


def opening(row: Values, source: str, names: Names) -> Body:
    """Refuses: not_found, warehouse_missing, unknown_unit, and what its values refuse."""
    location_id, good = names.location(row), names.good(row)
    quantity, unit = amount(row, good)
    sku = row["sku"]
    body: Body = {"product_id": good.id, "location_id": location_id, "key": sku, "quantity": str(quantity)}
    if unit is not None:
        if unit not in good.packings:
            raise Refused("unknown_unit", "unit", unit=unit)
        body["unit_id"] = good.packings[unit].id
    if "unit_cost" in row:
        body["unit_cost"] = price(row, "unit_cost", good.packings, unit)
    if "value" in row:
        body["value"] = number(row["value"], "value")
    body["external"] = {"source": source, "number": f"{location_id}/{sku}"}
    return body


def order(rows: Sequence[Values], source: str, names: Names) -> Body:
    """An open order: the rows of one number. What they say of the order, the first one says. Refuses: not_found,
    partner_missing, warehouse_missing, unknown_unit, and what its values refuse."""
    head = rows[0]
    lines: list[Body] = []
    for row in rows:
        good = names.good(row)
        quantity, unit = amount(row, good)
        if unit is not None and unit not in good.packings:
            raise Refused("unknown_unit", "unit", unit=unit)
        line: Body = {"product_id": good.id, "quantity": str(quantity)}
        if unit is not None:
            line["unit_id"] = good.packings[unit].id
        if "unit_price" in row:
            line["unit_price"] = price(row, "unit_price", good.packings, unit)
        lines.append(line)
    body: Body = {
        "external": {"source": source, "number": head["number"]}, "partner_id": names.partner(head),
        "location_id": names.location(head), "lines": lines,
    }  # fmt: skip
    for name, key in (("date", "document_on"), ("expected", "expected_on")):
        if (day := names.day(head, name)) is not None:
            body[key] = day.isoformat()
    return body | ({"note": head["note"]} if "note" in head else {})


def sales_order(rows: Sequence[Values], source: str, names: Names) -> Body:
    return order(rows, source, names) | {"reserve": "available" if names.reserve else "none"}


def document(rows: Sequence[Values], source: str, names: Names) -> Body:
    """The rows of one number. What they say of the document, the first one says; without a kind, goods with negative
    quantities are coming back. Refuses: mixed_signs, unknown_choice, warehouse_missing, and what its values refuse."""
    head = rows[0]
    signs = {row.get("quantity", "").startswith(("-", "－", "(", "（")) for row in rows}
    if "kind" in head:
        kind = choice(head["kind"], "kind")
    elif len(signs) > 1:
        raise Refused("mixed_signs", "quantity")
    else:
        kind = "return" if signs == {True} else "sale"
    body: Body = {
        "external": {"source": source, "number": head["number"]},
        "kind": kind,
        "location_id": names.location(head),
        "happened_at": names.moment(head.get("date", ""), inward=kind == "return"),
        "lines": [sold(row, kind, names) for row in rows],
    }
    if (said := head.get("partner")) is not None:
        body |= {"partner_id": names.partners[said]} if said in names.partners else {"partner": said}
    return body | ({"note": head["note"]} if "note" in head else {})


def sold(row: Values, kind: str, names: Names) -> Body:
    if is_simple(row):
        body: Body = {"sku": row.get("sku"), "quantity": row["quantity"]}
        body |= {"unit_price": row["unit_price"]} if "unit_price" in row else {}
    else:
        good = names.good(row)
        quantity, unit = amount(row, good)
        body = {"sku": row.get("sku"), "quantity": str(stocked(values.Part(Decimal(quantity), unit), good))}
        if "unit_price" in row:
            body["unit_price"] = price(row, "unit_price", good.packings)
    if "amount" in row:
        body["amount"] = number(row["amount"], "amount")
    if kind == "return":  # written with a minus in many files
        body |= {name: body[name].removeprefix("-") for name in ("quantity", "amount") if name in body}
    return body
