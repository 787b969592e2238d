"""The parts as SQL, made by the read compiler, so that field guards and formats are those of GraphQL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product as combinations
from typing import Any
from uuid import UUID

import orjson
from graphql import FieldNode, NameNode, OperationDefinitionNode, parse
from sqlalchemy import (
    ARRAY,
    Integer,
    Text,
    Uuid,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.expression import FromClause

from api.read.compile import DIALECT, Compiler
from api.read.declare import Model, Row, settle
from api.read.engine import Patch
from api.read.jsontext import Json, as_text, glue, json_array
from api.read.limits import Limits
from api.read.plan import Inputs
from api.sync.parts import PARTS, Part
from api.sync.pinyin import pinyin
from domain.base import NIL
from domain.inventory.tables import stock_balance
from domain.masterdata.tables import location
from tenants.transaction import Door

HASHES = 128  # hash buckets of a part: the last seven bits of an id
GLUE = {"json": "','", "extra": "chr(10)"}
NONE = literal_column("null::uuid", Uuid)
ZERO = literal_column("0")
NO_TEXT = literal_column("null::text", Text)


@dataclass(frozen=True)
class Nobody:
    """Has the permissions of a part and nothing else: no company, and no bounds, which are the bucket's."""

    permissions: frozenset[str]
    company: Any = None
    actor_id: UUID = NIL
    party_id: UUID | None = None
    warehouses: frozenset[UUID] | None = None


@dataclass(frozen=True)
class Statement:
    """`parameters`: their names, in the order of $1, $2, …; `fixed`: the values of those that declarations bring."""

    text: str
    parameters: Sequence[str]
    fixed: Mapping[str, Any]

    async def run(self, door: Door, given: Mapping[str, Any]) -> list[Any]:
        values = [given[name] if name in given else self.fixed[name] for name in self.parameters]
        return await door.raw.fetch(self.text, *values)


@dataclass(frozen=True)
class Compiled:
    """`id`, `warehouse`, `json` and `extra` are expressions over `source`; `extra` is text for Python, not for devices.

    `patches` are those of Computed fields, as the engine has them.
    """

    part: Part
    source: FromClause
    id: Any
    warehouse: Any
    json: Json
    extra: Any = NO_TEXT
    held: Sequence[Any] = ()
    group: Sequence[Any] = ()
    patches: Sequence[tuple[Sequence[str], Callable[..., Any]]] = ()

    @property
    def hash(self) -> Any:
        last: Any = func.get_byte(func.uuid_send(self.id), literal_column("15"))
        return last.op("&")(literal_column(str(HASHES - 1)))

    def some(self) -> Any:
        """Rows by their ids, those of warehouses only as they are there."""
        name = literal_column(f"'{self.part.name}'", Text)
        columns = [name.label("part"), self.warehouse.label("warehouse"), self.id.label("id")]
        wanted = [self.id == func.any(bindparam(self.part.name, type_=ARRAY(Uuid)))]
        if self.part.kind == "w":
            wanted.append(self.warehouse == func.any(bindparam("warehouses", type_=ARRAY(Uuid))))
        made = select(*columns, self.json.label("json"), self.extra.label("extra"))
        return made.select_from(self.source).where(*wanted).group_by(*self.group)

    def chunk(self) -> Any:
        """One chunk of a snapshot: a row for each hash bucket that has any, with all its JSON and all its names."""
        mine = self.hash % bindparam("chunks", type_=Integer) == bindparam("chunk", type_=Integer)
        whose = [self.warehouse == bindparam("warehouse", type_=Uuid)] if self.part.kind == "w" else []
        made = select(self.hash.label("n"), self.json.label("json"), self.extra.label("extra"))
        rows = made.select_from(self.source).where(*whose, mine, *self.held).group_by(*self.group)
        rows = rows.order_by(self.hash, self.id).subquery("o_rows")  # neighbours in time look alike, and pack well
        joined = [func.string_agg(rows.c[name], literal_column(by)).label(name) for name, by in GLUE.items()]
        return select(rows.c.n, *joined).group_by(rows.c.n)

    def ids(self) -> Any:
        """The ids of one chunk: a row for each hash bucket that has any, in their order."""
        mine = self.hash % bindparam("chunks", type_=Integer) == bindparam("chunk", type_=Integer)
        listed = func.array_agg(aggregate_order_by(self.id, self.id)).label("ids")
        return select(self.hash.label("n"), listed).select_from(self.source).where(mine).group_by(self.hash)

    def count(self) -> Any:
        """How many rows a snapshot has, in each warehouse."""
        name, many = literal_column(f"'{self.part.name}'", Text), func.count(self.id.distinct())
        made = select(name.label("part"), self.warehouse.label("warehouse"), many.label("count"))
        rows = made.select_from(self.source).where(*self.held)
        return rows.group_by(self.warehouse) if self.part.kind == "w" else rows

    def finished(self, rows: Sequence[Mapping[str, Any]], caller: Any) -> list[str]:
        """The JSON of single rows, with what Python adds. Of the caller only the company's keys matter."""
        if self.part.spoken:
            return [with_pinyin(row["json"], row["extra"]) for row in rows]
        return [self.patched(row["json"], caller) for row in rows]

    def patched(self, listed: str, caller: Any) -> str:
        """Rows joined by commas, with their Computed fields."""
        if not self.patches:
            return listed
        patch, rows = Patch([python for _, python in self.patches], caller, []), orjson.loads(f"[{listed}]")
        for path, _ in self.patches:
            rows = patch.at(rows, path, [])
        return orjson.dumps(rows).decode()[1:-1]


def with_pinyin(text: str, name: str) -> str:
    """Pinyin is letters and digits, which stand in JSON as they are."""
    initials, full = pinyin(name)
    return f'{text[:-1]},"py":"{initials}","pyf":"{full}"}}'


class Statements:
    """What the parts of a model need. Raises TypeError where a part names what there is not, or what its permissions do
    not cover."""

    def __init__(self, model: Model) -> None:
        self.parts = {part.name: compile_part(part, model) for part in PARTS}
        self.chunks = {name: rendered(one.chunk()) for name, one in self.parts.items()}
        self.products = rendered(self.parts["product"].ids())
        self.counts = rendered(union_all(*[one.count() for one in self.parts.values()]))
        self.rows = lru_cache(256)(self.make_rows)

    def make_rows(self, *names: str) -> Statement:
        """One statement for the rows of these parts: part, warehouse, id, json, extra. Parameters: the ids by the name
        of each part, and `warehouses`."""
        found = [self.parts[name].some() for name in names]
        return rendered(union_all(*found) if len(found) > 1 else found[0])


def rendered(query: Any) -> Statement:
    made = query.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    return Statement(made.string, made.positiontup or (), made.params)


def compile_part(part: Part, model: Model) -> Compiled:
    """For every way to have the part's permissions, which have to come to the same."""
    made = [
        compile_for(part, model, frozenset(chosen))
        for chosen in combinations(*[(one,) if isinstance(one, str) else one for one in part.permissions])
    ]
    assert len({rendered(one.some()).text for one in made}) == 1, part.name
    return made[0]


def compile_for(part: Part, model: Model, permissions: frozenset[str]) -> Compiled:
    if unknown := permissions - model.permissions:
        raise TypeError(f"part {part.name}: unknown permission {', '.join(unknown)}")
    compiler = Compiler(model, {}, Inputs({}, Nobody(permissions)), Limits())
    type_ = model.types[part.type]
    row, _ = compiler.enter(type_)
    if part.name == "stock":
        row = Row(LEVELS, row.name)
    try:
        pieces = compiler.row(type_, [selection_of(part)], row, (part.name,))
    except KeyError as unknown:
        raise TypeError(f"part {part.name}: {part.type} has no field {unknown}") from None
    for name, declared in part.more.items():
        value = compiler.field(type_, settle(name, declared, row.columns), [], row, (part.name, name))
        pieces = [*pieces[:-1], f',"{name}":', *value, "}"]
    if compiler.errors:
        hidden = ", ".join(".".join(map(str, error.path or ())) for error in compiler.errors)
        raise TypeError(f"part {part.name}: its permissions do not cover {hidden}")
    source: Any = row.source
    for to, on in row.joins:
        source = source.outerjoin(to, on)
    if part.name == "stock":
        return stock(part, row, source, glue(pieces))
    warehouse: Any = NONE
    if part.kind == "w":
        source, warehouse = of_warehouses(part, row, source)
    return Compiled(
        part, source, row["id"], warehouse, glue(pieces),
        extra=row[part.spoken] if part.spoken else NO_TEXT,
        held=[part.held(row)] if part.held else (),
        patches=[(path[1:], python) for path, python in compiler.patches],
    )  # fmt: skip


def selection_of(part: Part) -> FieldNode:
    [operation] = parse(f"{{ {part.selection} }}").definitions
    assert isinstance(operation, OperationDefinitionNode)
    return FieldNode(name=NameNode(value=part.name), selection_set=operation.selection_set, arguments=(), directives=())


def of_warehouses(part: Part, row: Row, source: Any) -> tuple[Any, Any]:
    """A row for each warehouse that it is of: both ends of a transfer see it."""
    if not part.places:
        return source, row["id"]
    columns = [row[name] for name in part.places]
    own = location.alias("l_own")
    found = select(own.c.warehouse_id.label("id")).distinct().where(own.c.id.in_(columns)).correlate(None)
    return source.join(found.lateral("w_own"), true()), literal_column("w_own.id", Uuid)


# Of one product in one place, whatever lots it is in; what nothing is left of is no row on a device. Balances of zero
# stay in the table, and would be most of a snapshot of a shop that has existed for some years.
LEVELS: Any = (
    select(
        stock_balance.c.product_id,
        location.c.warehouse_id,
        stock_balance.c.location_id,
        func.sum(stock_balance.c.on_hand).label("on_hand"),
        func.sum(stock_balance.c.reserved).label("reserved"),
    )
    .join(location, location.c.id == stock_balance.c.location_id)
    .where(location.c.kind == literal_column("'storage'"), stock_balance.c.owner_id == literal_column(f"'{NIL}'::uuid"))
    .group_by(stock_balance.c.product_id, location.c.warehouse_id, stock_balance.c.location_id)
    .having(or_(func.sum(stock_balance.c.on_hand) != ZERO, func.sum(stock_balance.c.reserved) != ZERO))
)


def stock(part: Part, row: Row, source: Any, level: Json) -> Compiled:
    """The levels of one product in one warehouse are one row."""
    product, warehouse = row["product_id"], row["warehouse_id"]
    made = glue(['{"id":"', as_text(product), '","levels":', *json_array(level), "}"])
    return Compiled(part, source, product, warehouse, made, group=[product, warehouse])
