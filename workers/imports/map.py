"""From the values of a file's rows to a command's records."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import Refused

Values = dict[str, str]  # field → cell, without the empty ones
Body = dict[str, Any]

KINDS = {
    "goods": "goods", "商品": "goods", "实物": "goods", "service": "service", "服务": "service",
    "sale": "sale", "销售": "sale", "销售单": "sale", "销售出库": "sale", "销售出库单": "sale",
    "return": "return", "退货": "return", "销售退货": "return", "销售退货单": "return",
    "writeoff": "writeoff", "write-off": "writeoff", "报损": "writeoff", "报损单": "writeoff",
}  # fmt: skip
NO = {"no", "false", "0", "n", "否", "停用", "禁用", "inactive"}
YES = {"yes", "true", "1", "y", "是", "启用", "正常", "active"}
separated = re.compile(r"[;,，；\n]").split
is_grouped = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?").fullmatch
is_date = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII
).fullmatch


# --- values as people write them ---


def number(text: str) -> str:
    """1,234.50 and ￥12.5 and full-width digits. What is no number stays as it is: the command refuses it."""
    if text.isascii() and "," not in text and text[:1] not in "¥$£€":
        return text
    text = unicodedata.normalize("NFKC", text).strip().lstrip("¥$£€ ")
    return text.replace(",", "") if is_grouped(text) else text


def choice(text: str, what: str) -> str:
    """Refuses: unknown_choice."""
    if (found := KINDS.get(text.strip().casefold())) is None:
        raise Refused("unknown_choice", what, value=text)
    return found


def yes(text: str, what: str) -> bool:
    """Refuses: unknown_choice."""
    plain = text.casefold()
    if plain not in YES | NO:
        raise Refused("unknown_choice", what, value=text)
    return plain in YES


def moment(text: str, zone: str, *, inward: bool) -> str:
    """A day, or a day and a time, in the company's time zone. A day alone sorts inward before outward. Refuses:
    not_a_date."""
    found = is_date(unicodedata.normalize("NFKC", text).strip())
    if not found:
        raise Refused("not_a_date", "date", value=text)
    year, month, day, *clock = (int(part) if part else None for part in found.groups())
    try:
        begin = datetime(year or 0, month or 0, day or 0, tzinfo=ZoneInfo(zone))
        if clock[0] is not None:
            return begin.replace(hour=clock[0], minute=clock[1] or 0, second=clock[2] or 0).isoformat()
    except ValueError:
        raise Refused("not_a_date", "date", value=text) from None
    end = datetime.combine(begin.date() + timedelta(days=1), time(), begin.tzinfo) - timedelta(microseconds=1)
    return (begin if inward else end).isoformat()


# --- records ---


@dataclass(frozen=True, slots=True)
class Names:
    """What a file names and the company knows by ids."""

    zone: str
    products: Mapping[str, str]
    locations: Mapping[str, str]  # code or name of a warehouse → its storage place
    only_location: str | None

    def location(self, values: Values) -> str:
        """Refuses: not_found, warehouse_missing."""
        if (named := values.get("warehouse")) is not None:
            if named not in self.locations:
                raise Refused("not_found", "warehouse", warehouse=named)
            return self.locations[named]
        if self.only_location is None:
            raise Refused("warehouse_missing", "warehouse")
        return self.only_location


def product(values: Values, source: str) -> Body:
    body: Body = dict(values)
    for field in ("price", "reference_cost"):
        if field in body:
            body[field] = number(body[field])
    if "barcodes" in body:
        body["barcodes"] = [
            {"code": code.strip()} for code in re.split(r"[;,，；\n]", body["barcodes"]) if code.strip()
        ]
    if "kind" in body:
        body["kind"] = choice(body["kind"], "kind")
    if "active" in body:
        body["active"] = yes(body["active"], "active")
    body["external"] = {"source": source, "number": values.get("sku", "")}
    return body


def partner(values: Values, source: str) -> Body:
    """Without a column that says which, everybody may be both."""
    body: Body = {field: value for field, value in values.items() if field != "kind"}
    said = values.get("kind", "").casefold()
    supplier = "供应商" in said or "supplier" in said
    customer = "客户" in said or "customer" in said
    body["is_supplier"], body["is_customer"] = (supplier, customer) if supplier or customer else (True, True)
    if "active" in body:
        body["active"] = yes(body["active"], "active")
    body["external"] = {"source": source, "number": values.get("code", "")}
    return body


def opening(values: Values, source: str, names: Names) -> Body:
    """Refuses: not_found, warehouse_missing."""
    sku, location_id = values.get("sku", ""), names.location(values)
    if sku not in names.products:
        raise Refused("not_found", "sku", sku=sku)
    body: Body = {"product_id": names.products[sku], "location_id": location_id, "key": sku}
    for field in ("quantity", "unit_cost", "value"):
        if field in values:
            body[field] = number(values[field])
    body["external"] = {"source": source, "number": f"{location_id}/{sku}"}
    return body


def document(rows: Sequence[Values], source: str, names: Names) -> Body:
    """The rows of one number. What they say of the document, the first one says; without a kind, goods with negative
    quantities are coming back. Refuses: not_a_date, unknown_choice, mixed_signs, not_found, warehouse_missing."""
    head = rows[0]
    signs = {values.get("quantity", "").startswith("-") for values in rows}
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
        "happened_at": moment(head.get("date", ""), names.zone, inward=kind == "return"),
        "lines": [line(values, kind) for values in rows],
    }
    return body | {field: head[field] for field in ("partner", "note") if field in head}


def line(values: Values, kind: str) -> Body:
    body: Body = {"sku": values.get("sku"), "quantity": number(values.get("quantity", ""))}
    for field in ("unit_price", "amount"):
        if field in values:
            body[field] = number(values[field])
    if kind == "return":  # written with a minus in many files
        body |= {field: body[field].removeprefix("-") for field in ("quantity", "amount") if field in body}
    return body


RECORDS: dict[str, Callable[..., Body]] = {"products": product, "partners": partner, "opening-stock": opening}
