"""Proposes what a new record may be the same as: something that is there, or a row above it in the file."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, LiteralString

from tenants.fields import normal_phone, normal_text
from tenants.registry import Company
from tenants.transaction import look_up, read_transaction
from workers.imports.map import Values, separated

PROPOSED_AT_MOST = 5
PARTNERS: LiteralString = "select id::text, code, name, phone_index from partner"
PRODUCTS: LiteralString = """select p.id::text, p.sku as code, p.name, p.spec, b.code as barcode
 from product_barcode b join product p on p.id = b.product_id where b.code = any($2)
 union all select id::text, sku, name, spec, null from product where name = any($1)"""
# legal forms: two names that differ in them only are one firm's, or so it is worth asking
FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|公司|co\.?,? ?ltd\.?|company limited|limited|ltd\.?|inc\.?|llc|gmbh)$"
)
odd = re.compile(r"[\W_]+")

Proposal = dict[str, Any]


def firm(name: str) -> str:
    """林记（上海）贸易有限公司 and 林记(上海) 贸易 are one."""
    return odd.sub("", FORMS.sub("", normal_text(name).strip(" .")))


def goods(name: str, spec: str) -> str:
    return odd.sub("", normal_text(f"{name}{spec}"))


class Partners:
    """All partners of the company by what they are called and by their phones."""

    def __init__(self, company: Company, rows: Sequence[Mapping[str, Any]]) -> None:
        self.company = company
        self.by_name: dict[str, list[Proposal]] = {}
        self.by_phone: dict[bytes, list[Proposal]] = {}
        self.lines: dict[str, int] = {}
        for row in rows:
            one = {"id": row["id"], "code": row["code"], "name": row["name"]}
            self.by_name.setdefault(firm(row["name"]), []).append(one)
            if row["phone_index"]:
                self.by_phone.setdefault(bytes(row["phone_index"]), []).append(one)

    @classmethod
    async def of(cls, company: Company) -> "Partners":
        async with read_transaction(company) as door:
            return cls(company, await door.raw.fetch(PARTNERS))  # type: ignore[arg-type]

    async def look(self, rows: Sequence[tuple[int, Values]]) -> dict[int, list[Proposal]]:
        found: dict[int, list[Proposal]] = {}
        for line, values in rows:
            name, phone = firm(values.get("name", "")), normal_phone(values.get("phone", ""))
            index = self.company.keys.index("partner.phone_index", phone) if len(phone) > 6 else b""
            said = [{**one, "why": "name"} for one in self.by_name.get(name, ())]
            said += [
                {**one, "why": "phone"} for one in self.by_phone.get(index, ()) if one not in self.by_name.get(name, ())
            ]
            if name in self.lines:
                said.append({"line": self.lines[name], "why": "name"})
            if said:
                found[line] = said[:PROPOSED_AT_MOST]
            self.lines.setdefault(name, line)
        return found


class Products:
    def __init__(self, company: Company) -> None:
        self.company = company
        self.lines: dict[str, int] = {}

    async def look(self, rows: Sequence[tuple[int, Values]]) -> dict[int, list[Proposal]]:
        codes = {line: [c.strip() for c in separated(row.get("barcodes", "")) if c.strip()] for line, row in rows}
        async with look_up(self.company) as door:
            known = await door.raw.fetch(
                PRODUCTS, list({row.get("name", "") for _, row in rows}), list({*chain(*codes.values())})
            )
        by_name: dict[str, list[Proposal]] = {}
        by_code: dict[str, list[Proposal]] = {}
        for row in known:
            one = {"id": row["id"], "code": row["code"], "name": row["name"]}
            named = by_name.setdefault(goods(row["name"], row["spec"]), [])
            if len(named) < PROPOSED_AT_MOST and one not in named:
                named.append(one)
            if row["barcode"]:
                by_code.setdefault(row["barcode"], []).append(one)
        found: dict[int, list[Proposal]] = {}
        for line, row in rows:
            name = goods(row.get("name", ""), row.get("spec", ""))
            said = [{**one, "why": "barcode"} for code in codes[line] for one in by_code.get(code, ())]
            said += [{**one, "why": "name"} for one in by_name.get(name, ())]
            for mark in (name, *codes[line]):
                if mark in self.lines:
                    said.append({"line": self.lines[mark], "why": "name" if mark == name else "barcode"})
                self.lines.setdefault(mark, line)
            once = {one.get("id", one.get("line")): one for one in reversed(said)}
            if once:
                found[line] = list(once.values())[:PROPOSED_AT_MOST]
        return found
