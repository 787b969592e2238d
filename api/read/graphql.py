"""The Strawberry schema of a model: what is printed, introspected and validated against.

Compiled fields have no resolvers here; Strawberry itself executes mutations and the fields of `query` alone.
"""

import enum
from collections.abc import Callable, Mapping
from typing import Any, Literal, Optional

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver
from strawberry.types.union import StrawberryUnion

from api.read.declare import (
    AnyNode,
    Choice,
    Computed,
    Declared,
    Field,
    Many,
    Model,
    One,
    Pages,
    Search,
    Totals,
    Type,
    Value,
    camel,
)
from api.read.scalars import GRAPHQL, PLAIN, Scalar

Names = dict[str, Any]
Resolver = Callable[[str, str, Field | None], Callable[..., Any]]
PAGING = {"first": "Optional[Int]", "after": "Optional[Text]", "last": "Optional[Int]", "before": "Optional[Text]"}
KEYWORDS = {"in", "and", "or", "not"}
COUNTED = "Rows in the whole list, counted up to 10001, which stands for more than 10000; totals count them all."


def unreachable(type_name: str, name: str, _: Field | None) -> Callable[..., Any]:
    """Only tests hand in resolvers of their own."""

    def resolve(self: Any, info: strawberry.Info, **arguments: Any) -> Any:
        raise RuntimeError(f"{type_name}.{name} is compiled, not resolved")

    return resolve


class Builder:
    """Makes every type by name; annotations are strings, looked up in `names` when the schema is assembled."""

    def __init__(self, model: Model, resolver: Resolver) -> None:
        self.model, self.resolver = model, resolver
        node = strawberry.interface(type("Node", (), {"__annotations__": {"id": strawberry.ID}}))
        self.names: Names = {**PLAIN, "Node": node, "List": list, "Optional": Optional}

    def annotation(self, text: str) -> StrawberryAnnotation:
        return StrawberryAnnotation(text, namespace=self.names)

    def field(
        self, owner: str, name: str, annotation: str, declared: Field | None = None, arguments: Mapping[str, str] = {}
    ) -> StrawberryField:
        made = StrawberryField(
            python_name=name,
            type_annotation=self.annotation(annotation),
            base_resolver=StrawberryResolver(self.resolver(owner, name, declared)),
            description=declared.description if declared else COUNTED if name == "total_count" else None,
        )
        made.arguments = [
            StrawberryArgument(python_name=key, graphql_name=None, type_annotation=self.annotation(value))
            for key, value in arguments.items()
        ]
        return made

    def add(
        self,
        name: str,
        fields: Mapping[str, StrawberryField],
        decorate: Any,
        bases: tuple[type, ...] = (),
        **options: Any,
    ) -> None:
        annotations = {key: made.type_annotation for key, made in fields.items()}
        made = type(name, bases, {**fields, "__annotations__": dict(annotations)})
        self.names[name] = decorate(made, name=name, **options)
        for key, field in fields.items():  # Strawberry writes "unresolved" over names that do not exist yet
            field.type_annotation = annotations[key]

    def add_shape(self, name: str, shape: Mapping[str, str]) -> None:
        self.add(name, {key: self.field(name, key, text) for key, text in shape.items()}, strawberry.type)

    def add_input(self, name: str, shape: Mapping[str, str]) -> None:
        fields = {}
        for key, text in shape.items():
            python = f"{key}_" if key in KEYWORDS else key
            fields[python] = StrawberryField(
                python_name=python,
                graphql_name=camel(key),
                type_annotation=self.annotation(f"Optional[{text}]"),
                default=strawberry.UNSET,
            )
        self.add(name, fields, strawberry.input)

    def add_enum(self, name: str, members: Mapping[str, Any]) -> None:
        if members:
            made: Any = enum.Enum(name, dict(members))
            self.names[name] = strawberry.enum(made)

    def declared(self, owner: str, name: str, declared: Field) -> StrawberryField | None:
        match declared:
            case Value(scalar=scalar, null=null):
                annotation, arguments = (f"Optional[{scalar.name}]" if null else scalar.name), {}
            case Computed(scalar=scalar):
                annotation, arguments = f"Optional[{scalar.name}]", {}
            case One(target=target):
                by_id = owner == "Query" and self.model.types[target].is_node
                annotation, arguments = f"Optional[{target}]", {"id": "ID"} if by_id else {}
            case AnyNode():
                annotation, arguments = "Optional[Node]", {"id": "ID"}
            case Many(target=target):
                annotation, arguments = f"Optional[List[{target}]]", {}
            case Pages(target=target):
                annotation, arguments = f"Optional[{target}Connection]", PAGING | self.choosing(target, "sort")
            case Totals(target=target):
                annotation, arguments = f"Optional[List[{target}Totals]]", self.choosing(target, "group")
            case Choice(union=union, options=options):
                self.names[union] = StrawberryUnion(union, tuple(self.annotation(option) for option in options))
                annotation, arguments = f"Optional[{union}]", {}
            case Search():
                return None
        return self.field(owner, name, annotation, declared, arguments)

    def choosing(self, target: str, how: Literal["sort", "group"]) -> dict[str, str]:
        """The arguments of a list; of a type that cannot be ordered or grouped there is nothing to choose."""
        filtered = {"filter": f"Optional[{target}Filter]"}
        if not any(isinstance(f, Value) and getattr(f, how) for f in self.model.types[target].fields.values()):
            return filtered
        enums = {
            "sort": {"order_by": f"Optional[List[{target}Order]]"},
            "group": {"group_by": f"Optional[{target}Group]"},
        }
        return filtered | enums[how]

    def add_type(self, one: Type) -> None:
        name = one.name
        made = {key: self.declared(name, key, declared) for key, declared in one.fields.items()}
        fields = {key: field for key, field in made.items() if field}
        bases = (self.names["Node"],) if one.is_node else ()
        self.add(name, fields, strawberry.type, bases, description=one.description)
        self.add_input(f"{name}Filter", filters(one))
        values = {key: f for key, f in one.fields.items() if isinstance(f, Value)}
        orders = {
            f"{k}_{way}".upper(): (k, way == "desc") for k, f in values.items() if f.sort for way in ("asc", "desc")
        }
        self.add_enum(f"{name}Order", orders)
        self.add_enum(f"{name}Group", {k.upper(): k for k, f in values.items() if f.group})
        summed = {k: f"Optional[{f.scalar.name}]" for k, f in values.items() if f.total}
        self.add_shape(f"{name}Edge", {"cursor": "Text", "node": name})
        self.add_shape(
            f"{name}Connection",
            {"edges": f"List[{name}Edge]", "nodes": f"List[{name}]", "page_info": "PageInfo", "total_count": "Int"},
        )
        if summed:
            self.add_shape(f"{name}Sums", summed)
        self.add_shape(
            f"{name}Totals", {"key": "Optional[Text]", "count": "Int"} | ({"sum": f"{name}Sums"} if summed else {})
        )

    def build(self, query: type, mutation: Callable[[Names], type] | None) -> strawberry.Schema:
        for scalar in scalars(self.model):
            self.names[scalar.name] = scalar.python
            lists = {"in": f"List[{scalar.name}]", "is_null": "Bool"}
            self.add_input(f"{scalar.name}Filter", {name: lists.get(name, scalar.name) for name in scalar.operators})
        flags = {"has_next_page": "Bool", "has_previous_page": "Bool"}
        self.add_shape("PageInfo", flags | {"start_cursor": "Optional[Text]", "end_cursor": "Optional[Text]"})
        for one in self.model.declared:
            self.add_type(one)
        made = {key: self.declared("Query", key, root) for key, root in self.model.roots.items()}
        self.add("Query", {key: field for key, field in made.items() if field}, strawberry.type, (query,))
        return strawberry.Schema(
            self.names["Query"],
            mutation(self.names) if mutation else None,
            types=[self.names[one.name] for one in self.model.declared],
            config=StrawberryConfig(disable_field_suggestions=True, scalar_map=GRAPHQL),
        )


def filters(one: Type) -> dict[str, str]:
    """What a filter of this type may ask; of a list: that one of its rows at least answers."""
    shape: dict[str, str] = {}
    for key, declared in one.fields.items():
        match declared:
            case Value(find=True, scalar=scalar):
                shape[key] = f"{scalar.name}Filter"
            case One(find=True, target=target) | Many(find=True, target=target) | Pages(find=True, target=target):
                shape[key] = f"{target}Filter"
            case Search() | Computed(find=Search()):
                shape[key] = "Text"
    name = f"{one.name}Filter"
    return shape | {"and": f"List[{name}]", "or": f"List[{name}]", "not": name}


def scalars(model: Model) -> list[Scalar]:
    fields: list[Declared] = [declared for one in model.declared for declared in one.fields.values()]
    return list({f.scalar.name: f.scalar for f in fields if isinstance(f, Value | Computed)}.values())


def build(
    model: Model, query: type, mutation: Callable[[Names], type] | None = None, resolver: Resolver = unreachable
) -> Model:
    """Give the model its schema. `query` adds fields that Strawberry executes; `mutation` makes the mutation type from
    the types by name: a payload with a field `query` of type `names["Query"] | None`, resolved to None, is re-read."""
    model.schema = Builder(model, resolver).build(query, mutation)
    return model
