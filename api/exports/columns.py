"""The columns of a list: its own fields, and of what a row refers to the fields that people know it by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from api.exports.words import HEADINGS, LISTS, Words
from api.read.declare import Caller, Computed, Many, Model, One, Pages, Type, Value
from api.read.walk import visible

Kind = Literal["text", "id", "person", "number", "whole", "flag", "date", "time", "choice"]
KINDS: dict[str, Kind] = {
    "Text": "text", "ID": "id", "Decimal": "number", "Int": "whole", "Bool": "flag", "Date": "date",
    "DateTime": "time", "JSON": "text",
}  # fmt: skip
KNOWN_BY: dict[str, tuple[str, ...]] = {  # of a row that another refers to
    "Category": ("name",),
    "Location": ("name", "warehouse.name"),
    "Partner": ("code", "name"),
    "Product": ("sku", "name", "spec", "unit.name"),
    "PurchaseOrder": ("number", "documentOn", "partner.name"),
    "SalesOrder": ("number", "documentOn", "partner.name"),
    "StockDocument": ("number", "kind", "documentOn"),
    "StockTransfer": ("number",),
    "Unit": ("name",),
    "Warehouse": ("name",),
}
TOGETHER = {"Product": ("barcodes.code",)}  # of lists within a row: all in one cell
ASIDE = {"id", "version", "numerator", "denominator", "createdAt", "updatedAt", "recordedAt", "quantity2", "body"}


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is its path in GraphQL and stays the same. `chosen`: among those that nobody has to ask for."""

    key: str
    kind: Kind
    scalar: str
    heading: Words
    chosen: bool


def roots(model: Model) -> list[str]:
    """The lists there are."""
    return [name for name, field in model.graphql["Query"].items() if isinstance(field, Pages)]


def columns_of(model: Model, root: str) -> tuple[Column, ...]:
    """All that the list has, whoever asks, the usual ones first."""
    declared = model.graphql["Query"][root]
    assert isinstance(declared, Pages)
    target = model.types[declared.target]
    columns = [column(model, target, path) for path in paths(model, target)]
    return tuple(sorted(columns, key=lambda one: not one.chosen))


def offered(model: Model, caller: Caller, root: str) -> list[Column]:
    """Those that the caller may see."""
    columns = columns_of(model, root)
    seen = set(visible(model, caller, root, [one.key for one in columns]))
    return [one for one in columns if one.key in seen]


def paths(model: Model, owner: Type) -> Iterator[str]:
    fields = model.graphql[owner.name]
    own = {heading(owner.name, name) for name in fields}
    for name, declared in fields.items():
        match declared:
            case Value() | Computed():
                if not (name.endswith("Id") and name[:-2] in fields):  # what it refers to says more
                    yield name
            case One(target=target):
                known = (f"{name}.{below}" for below in KNOWN_BY.get(target, ()))
                yield from (path for path in known if heading(owner.name, path) not in own)  # not twice the same
            case _:
                yield from (path for path in TOGETHER.get(owner.name, ()) if path.startswith(f"{name}."))


def column(model: Model, owner: Type, key: str) -> Column:
    type_, scalar = owner, ""
    for step in key.split("."):
        match model.graphql[type_.name][step]:
            case One(target=target) | Many(target=target):
                type_ = model.types[target]
            case Value(scalar=found) | Computed(scalar=found):
                scalar = found.name
            case other:
                raise TypeError(f"{owner.name}.{key}: no column of {other}")
    name = key.rpartition(".")[2]
    if name == "actorId" and "actorName" not in model.graphql[type_.name]:
        return Column(key, "person", scalar, HEADINGS["actorName"], chosen=True)
    kind = KINDS.get(scalar, "choice")
    return Column(key, kind, scalar, heading(owner.name, key), chosen=name not in ASIDE and kind != "id")


def heading(owner: str, key: str) -> Words:
    """As the type calls it, or as all do; what nobody has named is called by its key."""
    return HEADINGS.get(f"{owner}.{key}") or HEADINGS.get(key) or Words(key, key)


def title(root: str) -> Words:
    return LISTS.get(root) or Words(root, root)


def keys(columns: Sequence[Column]) -> list[str]:
    return [one.key for one in columns]
