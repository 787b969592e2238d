"""Mutations: one for each entry of the catalogue, its input derived from the command dataclass.

A document that is a single such mutation, with both arguments as variables and plain fields of the outcome, takes a
fast lane around the executor. What the fast lane does not take as it stands goes to Strawberry, which explains.
"""

import dataclasses
import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import graphql
import orjson
import strawberry
from strawberry.scalars import JSON
from strawberry.tools import create_type

from api.read.declare import Model, camel
from api.read.engine import Answer, Reader, Rows, failed, masked, response
from api.read.limits import Bill, Limits
from api.read.scalars import DATES, DECIMALS, TIMES, UUIDS
from domain.catalogue import CATALOGUE
from domain.execute import StaleAccess, execute
from domain.tx import Call, Outcome, Record
from tenants.access import Caller

Refresh = Callable[[Caller], Awaitable[Caller]]
PLAIN = {"id", "status", "code", "field", "data", "__typename"}  # what the fast lane can answer
LONGEST = 4_000  # characters of a document that is looked at for the fast lane


@dataclass
class Context:
    """What a mutation needs of its request. `refresh` compiles the caller's rights anew, or raises GraphQLError."""

    caller: Caller
    refresh: Refresh


async def run(call: Call, context: Context) -> Outcome:
    """A right that was given since the caller's were compiled holds from now on, like one that was taken."""
    try:
        outcome = await execute(call, context.caller)
        if outcome.code != "forbidden":
            return outcome
    except StaleAccess:
        pass
    context.caller = await context.refresh(context.caller)
    return await execute(call, context.caller)


# --- types ---


def enumerated(name: str, values: tuple[str, ...]) -> Any:
    members: Any = enum.Enum(name, {value.upper(): value for value in values})
    return strawberry.enum(members)


CommandStatus = enumerated("CommandStatus", ("accepted", "partly", "refused", "waiting"))
RecordStatus = enumerated("RecordStatus", ("accepted", "unchanged", "changed", "refused"))


@strawberry.type(description="The outcome of one record of a list command, by the key it was sent with.")
class RecordOutcome:
    key: str
    status: RecordStatus  # pyright: ignore[reportInvalidTypeForm]
    code: str | None
    field: str | None
    details: JSON


def mutation_type(names: dict[str, Any]) -> type:
    """The Mutation type; also puts CommandOutcome among the names."""
    annotations = {
        "id": UUID, "status": CommandStatus, "code": str | None, "field": str | None, "data": JSON,
        "records": list[RecordOutcome], "query": names["Query"] | None,
    }  # fmt: skip
    described = "What became of a command. `code` names a refusal; a repeated id gets the first outcome back."
    outcome_type = strawberry.type(type("CommandOutcome", (), {"__annotations__": annotations}), description=described)

    def outcome_of(id: UUID, outcome: Outcome) -> Any:
        return outcome_type(
            id=id, status=CommandStatus(outcome.status), code=outcome.code, field=shown_path(outcome.field),
            data=shown(outcome.data), records=[record_of(record) for record in outcome.records], query=None,
        )  # fmt: skip

    def field_of(name: str) -> Any:
        entry = CATALOGUE[name]

        async def resolve(info: strawberry.Info, id: UUID, input: Any) -> Any:
            call = Call(id, name, body_of(input), datetime.now(UTC))
            return outcome_of(id, await run(call, info.context))

        resolve.__name__ = name.partition(".")[2]
        resolve.__annotations__ |= {"input": annotation(entry.command, ""), "return": outcome_type}
        return strawberry.mutation(resolve, name=mutation_name(name), description=entry.command.__doc__)

    return create_type("Mutation", [field_of(name) for name in CATALOGUE])


def mutation_name(name: str) -> str:
    return camel(name.partition(".")[2])


def record_of(record: Record) -> RecordOutcome:
    return RecordOutcome(
        key=record.key, status=RecordStatus(record.status), code=record.code, field=shown_path(record.field),
        details=shown(record.details),
    )  # fmt: skip


def annotation(hint: Any, where: str) -> Any:
    """The GraphQL input type of a field of a command. `where` names the enum of a choice."""
    match get_origin(hint):
        case origin if origin in (Union, UnionType):
            inner = [arg for arg in get_args(hint) if arg is not NoneType]
            assert len(inner) == 1, f"{where}: {hint}"
            return annotation(inner[0], where) | None
        case origin if origin is tuple:
            return list[annotation(get_args(hint)[0], where)]
        case origin if origin is Literal:
            return choice(where, get_args(hint))
        case _:
            return input_type(hint) if dataclasses.is_dataclass(hint) else hint


@cache
def choice(name: str, values: tuple[str, ...]) -> Any:
    return enumerated(name, values)


@cache
def input_type(command: type) -> Any:
    hints, fields = get_type_hints(command), {}
    for field in dataclasses.fields(command):
        made = annotation(hints[field.name], command.__name__ + camel(f"_{field.name}"))
        fields[field.name] = made if required(field) else made | None
    body: dict[str, Any] = {
        field.name: strawberry.UNSET for field in dataclasses.fields(command) if not required(field)
    }
    made = type(f"{command.__name__}Input", (), {"__annotations__": fields, **body})
    return strawberry.input(made, description=command.__doc__)


def required(field: Any) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def body_of(value: Any) -> Any:
    """A Strawberry input as the JSON body of a command, without what was not given."""
    if dataclasses.is_dataclass(value):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: body_of(item) for name, item in pairs if item is not strawberry.UNSET}
    if isinstance(value, list):
        return [body_of(item) for item in value]
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, UUID) else value


def shown(value: Any) -> Any:
    """Keys of our own data in camelCase; there are no others in it."""
    if isinstance(value, Mapping):
        return {camel(key): shown(item) for key, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, list | tuple) else value


def shown_path(path: str | None) -> str | None:
    """lines.0.unit_price → lines.0.unitPrice"""
    return None if path is None else ".".join(camel(step) for step in path.split("."))


# --- the fast lane ---


class Slow(Exception):
    """Not for the fast lane; the executor will take or explain it."""


Read = Callable[[Any], Any]


def checked(parse: Callable[[Any], Any]) -> Read:
    """The text as it stands, once the scalar of the schema would take it."""

    def read(value: Any) -> Any:
        try:
            return body_of(parse(value))
        except ValueError:
            raise Slow from None

    return read


def of_kind(kind: type) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise Slow
        return value

    return read


def whole(value: Any) -> int:
    if type(value) is not int or not -(2**31) <= value < 2**31:
        raise Slow
    return value


LEAVES: dict[Any, Read] = {
    UUID: checked(UUIDS), Decimal: checked(DECIMALS), date: checked(DATES), datetime: checked(TIMES),
    str: of_kind(str), bool: of_kind(bool), int: whole,
}  # fmt: skip


@cache
def reader(hint: Any) -> Read:
    """JSON of a variable → body of a command, exactly where GraphQL's coercion would do the same; else Slow."""
    match get_origin(hint):
        case origin if origin in (Union, UnionType):
            [inner] = [arg for arg in get_args(hint) if arg is not NoneType]
            read = reader(inner)
            return lambda value: None if value is None else read(value)
        case origin if origin is tuple:
            item = reader(get_args(hint)[0])
            return lambda value: [item(each) for each in of_kind(list)(value)]
        case origin if origin is Literal:
            members = {value.upper(): value for value in get_args(hint)}

            def member(value: Any) -> Any:
                if not isinstance(value, str) or value not in members:
                    raise Slow
                return members[value]

            return member
        case _:
            return object_reader(hint) if dataclasses.is_dataclass(hint) else LEAVES[hint]


def object_reader(command: Any) -> Read:
    hints = get_type_hints(command)
    known = {camel(f.name): (f.name, reader(hints[f.name]), required(f)) for f in dataclasses.fields(command)}
    needed = {key for key, (_, _, must) in known.items() if must}

    def read(value: Any) -> dict[str, Any]:
        if type(value) is not dict or not needed <= value.keys() <= known.keys():
            raise Slow
        body = {}
        for key, item in value.items():
            name, of, must = known[key]
            body[name] = None if item is None and not must else of(item)
        return body

    return read


@dataclass(frozen=True)
class Lane:
    """A document the fast lane takes: which command, under which key, from which variables, asking for what."""

    operation: str | None
    name: str
    key: str
    id: str
    input: str
    asked: tuple[tuple[str, str], ...]


class FastLane:
    """Plans each text once. `taken` counts what went this way."""

    def __init__(self, schema: graphql.GraphQLSchema) -> None:
        self.schema = schema
        self.names = {mutation_name(name): name for name in CATALOGUE}
        self.plan = lru_cache(1000)(self.make_plan)
        self.taken = 0

    def make_plan(self, text: str) -> Lane | None:
        try:
            document = graphql.parse(text, max_tokens=1000)
        except (graphql.GraphQLError, RecursionError):
            return None
        match document.definitions:
            case [graphql.OperationDefinitionNode(operation=graphql.OperationType.MUTATION) as operation]:
                pass
            case _:
                return None
        match operation.selection_set.selections:
            case [graphql.FieldNode() as field] if field.selection_set and field.name.value in self.names:
                asked = field.selection_set.selections
            case _:
                return None
        variables = operation.variable_definitions or ()
        given = {
            a.name.value: a.value.name.value for a in field.arguments or () if isinstance(a.value, graphql.VariableNode)
        }
        plain = all(
            isinstance(one, graphql.FieldNode) and not one.directives and one.name.value in PLAIN for one in asked
        )
        simple = not field.directives and not operation.directives and not any(v.default_value for v in variables)
        if not (plain and simple and given.keys() == {"id", "input"}) or graphql.validate(self.schema, document):
            return None
        pairs = ((one.alias or one.name, one.name) for one in asked if isinstance(one, graphql.FieldNode))
        operation_name, key = operation.name, (field.alias or field.name).value
        asking = tuple((key.value, name.value) for key, name in pairs)
        name, named = self.names[field.name.value], operation_name.value if operation_name else None
        return Lane(named, name, key, given["id"], given["input"], asking)

    def read(self, lane: Lane, variables: Mapping[str, Any]) -> Call | None:
        """The call; None: the executor has to look at it."""
        if variables.keys() != {lane.id, lane.input}:
            return None
        try:
            id = LEAVES[UUID](variables[lane.id])
            body = reader(CATALOGUE[lane.name].command)(variables[lane.input])
        except Slow:
            return None
        return Call(UUID(id), lane.name, body, datetime.now(UTC))

    def call(self, text: str, variables: Mapping[str, Any], operation: str | None) -> tuple[Lane, Call] | None:
        """None: not for the fast lane."""
        lane = self.plan(text) if len(text) <= LONGEST else None
        if lane is None or operation not in (None, lane.operation):
            return None
        call = self.read(lane, variables)
        return (lane, call) if call else None


def answered(lane: Lane, call: Call, outcome: Outcome) -> bytes:
    values = {
        "id": call.id, "status": outcome.status.upper(), "code": outcome.code, "field": shown_path(outcome.field),
        "data": shown(outcome.data), "__typename": "CommandOutcome",
    }  # fmt: skip
    return orjson.dumps({key: values[name] for key, name in lane.asked}, default=str)


class Door(Reader):
    """Answers a request: single mutations on the fast lane, everything else by the compiler and Strawberry."""

    def __init__(self, model: Model, limits: Limits, secret: bytes) -> None:
        super().__init__(model, limits, secret)
        self.lane = FastLane(self.schema)

    async def answer(
        self,
        query: str,
        rows: Rows,
        caller: Any,
        variables: dict[str, Any] | None = None,
        operation_name: str | None = None,
        context: Any = None,
        only_query: bool = False,
    ) -> Answer:
        found = None if only_query else self.lane.call(query, variables or {}, operation_name)
        if found is None:
            return await super().answer(query, rows, caller, variables, operation_name, context, only_query)
        lane, call = found
        bill = Bill(self.buckets, (caller.company.id, caller.actor_id))
        try:
            bill.charge(1)
        except graphql.GraphQLError as error:
            return failed([dict(error.formatted)], bill)
        self.lane.taken += 1
        try:
            outcome = await run(call, context)
        except Exception as error:
            problem = dict(error.formatted) if isinstance(error, graphql.GraphQLError) else masked(error)
            return Answer(response(None, [problem | {"path": [lane.key]}], bill))
        return Answer(response({lane.key: answered(lane, call, outcome)}, (), bill))
