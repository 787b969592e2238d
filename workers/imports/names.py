"""Looks up what a file names and the company knows by ids."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, LiteralString, NamedTuple

from domain.lists import External, identity
from tenants.registry import Company
from tenants.transaction import look_up, read_transaction
from workers.imports.map import Body, Good, Names, Packing

LOCATIONS: LiteralString = """select w.code, w.name, l.id::text from warehouse w
 join location l on l.warehouse_id = w.id and l.kind = 'storage' where w.active order by w.code"""
PRODUCTS: LiteralString = """select p.sku, p.id::text, u.id::text as unit_id, u.name as unit,
 (select json_agg(json_build_array(n.name, n.id, x.numerator::text, x.denominator::text))
  from product_unit x join unit n on n.id = x.unit_id where x.product_id = p.id) as packings
 from product p join unit u on u.id = p.unit_id where p.sku = any($1)"""
PARTNERS: LiteralString = """select code, name, id::text from partner where code = any($1) or name = any($1)"""
IDENTIFIED: LiteralString = "select id::text from import_record where id = any($1::uuid[])"


class Ours(NamedTuple):
    """What a kind's records are compared with. `code`: how two of them are told to be one; `entity`: what they are
    outside."""

    code: str
    entity: str
    by_code: LiteralString
    by_id: LiteralString


SAME: Mapping[str, Ours] = {
    "products": Ours(
        "sku", "product", "select sku as code, id::text, version from product where sku = any($1)",
        "select id::text, version from product where id = any($1::uuid[])",
    ),
    "partners": Ours(
        "code", "partner", "select code, id::text, version from partner where code = any($1)",
        "select id::text, version from partner where id = any($1::uuid[])",
    ),
}  # fmt: skip


async def names_of(company: Company) -> Names:
    async with read_transaction(company) as door:
        rows = await door.raw.fetch(LOCATIONS)
    by_name = {row["name"]: row["id"] for row in reversed(rows)}
    locations = by_name | {row["code"]: row["id"] for row in rows}
    return Names(company.time_zone, locations, rows[0]["id"] if len(rows) == 1 else None)


async def with_products(company: Company, names: Names, skus: set[str]) -> Names:
    async with look_up(company) as door:
        rows: Any = await door.raw.fetch(PRODUCTS, list(skus))
    return replace(names, products={row["sku"]: good_from(row) for row in rows})


def good_from(row: Mapping[str, Any]) -> Good:
    packings = {row["unit"]: Packing(row["unit_id"], Decimal(1), Decimal(1))}
    for name, id, numerator, denominator in row["packings"] or ():
        packings[name] = Packing(id, Decimal(numerator), Decimal(denominator))
    return Good(row["id"], packings)


async def with_partners(company: Company, names: Names, named: set[str]) -> Names:
    """A code goes before a name; a name that several have is none."""
    async with look_up(company) as door:
        rows = await door.raw.fetch(PARTNERS, list(named))
    by_name: dict[str, set[str]] = {}
    for row in rows:
        by_name.setdefault(row["name"], set()).add(row["id"])
    partners = {name: ids.pop() for name, ids in by_name.items() if len(ids) == 1}
    return replace(names, partners=partners | {row["code"]: row["id"] for row in rows})


async def as_it_is(company: Company, kind: str, records: Mapping[int, Body], said: Mapping[int, str]) -> None:
    """Tells records that are to be one of ours which one, on the version that it has now. `said`: place → id, as a
    person has chosen; the others by their code, where that has never come from this source."""
    ours = SAME[kind]
    by_code: LiteralString = ours.by_code
    by_id: LiteralString = ours.by_id
    codes = {place: record.get(ours.code, "") for place, record in records.items() if place not in said}
    async with look_up(company) as door:
        there = {row["code"]: row for row in await door.raw.fetch(by_code, list(codes.values()))}
        known = {place: known_as(company, records[place], ours.entity) for place in codes if codes[place] in there}
        before = {row["id"] for row in await door.raw.fetch(IDENTIFIED, list(known.values()))} if known else set()
        rows = await door.raw.fetch(by_id, list(said.values())) if said else []
    versions = {row["id"]: row["version"] for row in rows}
    for place, outside in known.items():
        if outside not in before:
            row = there[codes[place]]
            records[place].update(id=row["id"], base_version=row["version"])
    for place, id in said.items():
        if place in records:
            records[place].update(id=id, base_version=versions.get(id))


def known_as(company: Company, record: Body, entity: str) -> str:
    outside = record["external"]
    return identity(company.id, External(outside["source"].strip(), outside["number"].strip()), entity)


def named(groups: Sequence[Sequence[Any]], field: str) -> set[str]:
    return {value for group in groups for line in group if (value := line.values.get(field))}
