"""Looks up what a file names and the company knows by ids."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.lists import External, identity
from tenants.registry import Company
from tenants.transaction import read_transaction
from workers.imports.map import Body, Good, Names, Packing

LOCATIONS: LiteralString = """select w.code, w.name, l.id::text from warehouse w
 join location l on l.warehouse_id = w.id and l.kind = 'storage' where w.active order by w.code"""
PRODUCTS: LiteralString = """select p.sku, p.id::text, u.id::text as unit_id, u.name as unit,
 (select json_agg(json_build_array(n.name, n.id, x.numerator::text, x.denominator::text))
  from product_unit x join unit n on n.id = x.unit_id where x.product_id = p.id) as packings
 from product p join unit u on u.id = p.unit_id where p.sku = any($1)"""
PARTNERS: LiteralString = """select code, name, id::text from partner where code = any($1) or name = any($1)"""
# with the code of a record that is there and has never come from this source
SAME_PRODUCTS: LiteralString = """select w.place, t.id::text, t.version from unnest($1::int[], $2::text[], $3::uuid[])
 as w(place, code, identity) join product t on t.sku = w.code
 where not exists (select from import_record i where i.id = w.identity)"""
SAME_PARTNERS: LiteralString = """select w.place, t.id::text, t.version from unnest($1::int[], $2::text[], $3::uuid[])
 as w(place, code, identity) join partner t on t.code = w.code
 where not exists (select from import_record i where i.id = w.identity)"""
VERSIONS: Mapping[str, LiteralString] = {
    "products": "select id::text, version from product where id = any($1::uuid[])",
    "partners": "select id::text, version from partner where id = any($1::uuid[])",
}
SAME: Mapping[str, tuple[LiteralString, str, str]] = {  # kind → query, its code, what its records are outside
    "products": (SAME_PRODUCTS, "sku", "product"),
    "partners": (SAME_PARTNERS, "code", "partner"),
}


async def names_of(company: Company) -> Names:
    async with read_transaction(company) as door:
        rows = await door.raw.fetch(LOCATIONS)
    by_name = {row["name"]: row["id"] for row in reversed(rows)}
    locations = by_name | {row["code"]: row["id"] for row in rows}
    return Names(company.time_zone, locations, rows[0]["id"] if len(rows) == 1 else None)


async def with_products(company: Company, names: Names, skus: set[str]) -> Names:
    async with read_transaction(company) as door:
        rows: Any = await door.raw.fetch(PRODUCTS, list(skus))
    return replace(names, products={row["sku"]: good_from(row) for row in rows})


def good_from(row: Mapping[str, Any]) -> Good:
    packings = {row["unit"]: Packing(row["unit_id"], Decimal(1), Decimal(1))}
    for name, id, numerator, denominator in row["packings"] or ():
        packings[name] = Packing(id, Decimal(numerator), Decimal(denominator))
    return Good(row["id"], packings)


async def with_partners(company: Company, names: Names, named: set[str]) -> Names:
    """A code goes before a name; a name that several have is none."""
    async with read_transaction(company) as door:
        rows = await door.raw.fetch(PARTNERS, list(named))
    by_name: dict[str, set[str]] = {}
    for row in rows:
        by_name.setdefault(row["name"], set()).add(row["id"])
    partners = {name: ids.pop() for name, ids in by_name.items() if len(ids) == 1}
    return replace(names, partners=partners | {row["code"]: row["id"] for row in rows})


async def as_it_is(company: Company, kind: str, records: Mapping[int, Body], said: Mapping[int, str]) -> None:
    """Tells records that are to be one of ours which one, on the version that it has now. `said`: place → id, as a
    person has chosen; the others by their code, where that has never come from this source."""
    said_of = SAME[kind]
    query: LiteralString = said_of[0]
    code, entity = said_of[1:]
    asked = [place for place in records if place not in said]
    async with read_transaction(company) as door:
        found = await door.raw.fetch(
            query,
            asked,
            [records[place].get(code, "") for place in asked],
            [UUID(known_as(company, records[place], entity)) for place in asked],
        )
        current: LiteralString = VERSIONS[kind]
        versions = await door.raw.fetch(current, list(said.values())) if said else []
    by_id = {row["id"]: row["version"] for row in versions}
    for row in found:
        records[row["place"]].update(id=row["id"], base_version=row["version"])
    for place, id in said.items():
        if place in records:
            records[place].update(id=id, base_version=by_id.get(id))


def known_as(company: Company, record: Body, entity: str) -> str:
    outside = record["external"]
    return identity(company.id, External(outside["source"].strip(), outside["number"].strip()), entity)


def named(groups: Sequence[Sequence[Any]], field: str) -> set[str]:
    return {value for group in groups for line in group if (value := line.values.get(field))}
