"""From the lines of a file to the bodies of list commands."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from domain.command import RECORDS_AT_MOST
from domain.errors import Refused
from domain.ids import new_id
from domain.imports.kinds import KINDS as SAID
from tenants.registry import Company
from workers.imports import map as mapping
from workers.imports.map import Body, Names, Values
from workers.imports.names import SAME, as_it_is, named, names_of, with_partners, with_products
from workers.imports.values import sound

APART_AT_MOST = 5000  # lines between two rows of one document


@dataclass(frozen=True, slots=True)
class Kind:
    """`at_once`: rows in a chunk; the longer it is, the less often a processor turns to what it does not have at hand.
    `in_order`: a chunk begins when the one before it is done. `whole`: the rows of one number are one record."""

    command: str
    at_once: int
    in_order: bool = False
    whole: bool = False


IN_ORDER = {"opening_stock", "sales", "purchase_orders", "sales_orders"}
WHOLE = {"sales", "purchase_orders", "sales_orders"}
KINDS = {
    name: Kind(said.command, 2000 if name in IN_ORDER else RECORDS_AT_MOST, name in IN_ORDER, name in WHOLE)
    for name, said in SAID.items()
}


class Line(NamedTuple):
    """A row of the source. `refusal`: why it can be no part of a record."""

    number: int
    cells: Sequence[str]
    values: Values
    refusal: Refused | None = None


Group = list[Line]  # the rows of one record


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run is to be. `same_code`: a record with the code of one that is there is that one. `choices`: line → the
    record that a person says it is. `import_id`: what is made is kept for undoing. `dry`: decided, not written."""

    source: str
    run_id: UUID = field(default_factory=new_id)
    import_id: UUID | None = None
    same_code: bool = False
    reserve: bool = True
    dry: bool = False
    resumed: bool = False
    choices: Mapping[int, str] = field(default_factory=dict)
    order: mapping.Order | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """The body of a command, and what was refused before; by the place of the record among the chunk's groups."""

    groups: Sequence[Group]
    records: dict[int, Body]
    refused: dict[int, Refused]
    more: Body


async def chunks(company: Company, kind: str, lines: Iterable[Line], manner: Manner) -> AsyncIterator[Chunk]:
    what, seen = KINDS[kind], set[str]()
    names = replace(await names_of(company), order=manner.order, reserve=manner.reserve)
    for groups in packed(grouped(lines), what.at_once) if what.whole else single(lines, what.at_once):
        names = await looked_up(company, kind, names, groups)
        for some in by_day(groups) if kind == "opening_stock" else [groups]:
            chunk = made_of(some, kind, manner.source, names, seen)
            if kind in SAME and (manner.same_code or manner.choices):
                said = {p: id for p, group in enumerate(some) if (id := manner.choices.get(group[0].number))}
                await as_it_is(company, kind, chunk.records if manner.same_code else of(chunk.records, said), said)
            yield chunk


def of(records: Mapping[int, Body], places: Iterable[int]) -> dict[int, Body]:
    return {place: records[place] for place in places if place in records}


async def looked_up(company: Company, kind: str, names: Names, groups: Sequence[Group]) -> Names:
    if kind in ("products", "partners", "price_list"):
        return names
    if kind != "sales" or not all(mapping.is_simple(line.values) for group in groups for line in group):
        names = await with_products(company, names, named(groups, "sku"))
    if kind != "opening_stock":
        names = await with_partners(company, names, named(groups, "partner"))
    return names


def made_of(groups: Sequence[Group], kind: str, source: str, names: Names, seen: set[str]) -> Chunk:
    records: dict[int, Body] = {}
    refused: dict[int, Refused] = {}
    for place, group in enumerate(groups):
        try:
            record = record_of(group, kind, source, names)
            number = record["external"]["number"]
            if number in seen:
                raise Refused("duplicate_in_file", "number", number=number)
        except Refused as refusal:
            refused[place] = refusal.with_traceback(None)  # which would keep this call, and with it the whole chunk
        else:
            seen.add(number)
            records[place] = record
    more: Body = {}
    if kind == "opening_stock" and "date" in groups[0][0].values:
        try:
            day = names.day(groups[0][0].values, "date")
            more = {"document_on": day and day.isoformat()}
        except Refused as refusal:
            refused |= dict.fromkeys(records, refusal.with_traceback(None))
            records = {}
    return Chunk(groups, records, refused, more)


def record_of(group: Group, kind: str, source: str, names: Names) -> Body:
    for line in group:
        if line.refusal:
            raise line.refusal
        sound(line.values)
    match kind:
        case "products":
            return mapping.product(group[0].values, source)
        case "partners":
            return mapping.partner(group[0].values, source)
        case "price_list":
            return mapping.listed(group[0].values, source)
        case "opening_stock":
            return mapping.opening(group[0].values, source, names)
    rows = [line.values for line in group]
    if "number" not in rows[0]:
        raise Refused("id_missing", "number")
    match kind:
        case "purchase_orders":
            return mapping.order(rows, source, names)
        case "sales_orders":
            return mapping.sales_order(rows, source, names)
        case _:
            return mapping.document(rows, source, names)


def grouped(lines: Iterable[Line]) -> Iterator[Group]:
    """The rows of one number as one group, in the order of their last rows. They stand together in most files; one that
    does not is held until its number has not come for a while. A line that is refused or has no number stands alone."""
    held: dict[str, tuple[int, Group]] = {}  # number → place of its last row, its rows; the one longest ago first
    for place, line in enumerate(lines):
        number = line.values.get("number")
        if line.refusal or not number:
            yield [line]
            continue
        group = held.pop(number, (0, []))[1]
        group.append(line)
        held[number] = place, group
        while held and (oldest := next(iter(held.values())))[0] < place - APART_AT_MOST:
            yield held.pop(oldest[1][0].values["number"])[1]
    yield from (group for _, group in held.values())


def single(lines: Iterable[Line], at_once: int) -> Iterator[list[Group]]:
    """Each line a group. The first packs are small, so that there soon is something to decide."""
    rest, size = iter(lines), at_once // 4
    while some := list(islice(rest, size)):
        yield [[line] for line in some]
        size = min(2 * size, at_once)


def packed(groups: Iterable[Group], at_once: int) -> Iterator[list[Group]]:
    pack: list[Group] = []
    size = 0
    for group in groups:
        if pack and size + len(group) > at_once:
            yield pack
            pack, size = [], 0
        pack.append(group)
        size += len(group)
    if pack:
        yield pack


def by_day(groups: Sequence[Group]) -> Iterator[list[Group]]:
    """Opening stock of one day is one document."""
    days: dict[str, list[Group]] = {}
    for group in groups:
        days.setdefault(group[0].values.get("date", ""), []).append(group)
    yield from days.values()
