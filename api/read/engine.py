"""Answers a GraphQL request: parse and validate once, compile once per shape, run one statement, pass its text on."""

import hashlib
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import asyncpg
import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute,
    get_named_type,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from api.read.compile import BROKEN, Compiler
from api.read.declare import Caller, Model
from api.read.limits import Bill, Buckets, Limits, Recent, too_complex
from api.read.plan import Inputs, Path, Plan

log = logging.getLogger(__name__)
SHAPES = 16  # plans kept for one text


class Door(Protocol):
    @property
    def raw(self) -> Any: ...  # an asyncpg connection


Rows = Callable[[], AbstractAsyncContextManager[Door]]
Problem = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """`status` 200: execution began, so `data` is present (perhaps null); 400: the request itself was refused;
    405: not over GET; 429: `wait` that many seconds."""

    body: bytes
    status: int = 200
    wait: float = 0


class Refused(Exception):
    """The request cannot start."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems


@dataclass(frozen=True)
class Document:
    problems: Sequence[Problem] = ()
    operations: Mapping[str | None, OperationDefinitionNode] = field(default_factory=dict)
    fragments: Mapping[str, FragmentDefinitionNode] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        if self.problems:
            raise Refused(self.problems)
        if name not in self.operations:
            raise Refused([{"message": "Unknown operation, or several and none named."}])
        return self.operations[name]


class Reader:
    """`secret` (up to 64 bytes) signs cursors and is the same in every process. Both caches are bounded: documents by
    their tokens, plans by number."""

    def __init__(self, model: Model, limits: Limits, secret: bytes) -> None:
        self.model, self.limits, self.secret = model, limits, secret
        self.schema: GraphQLSchema = model.schema._schema
        self.buckets = Buckets(limits)
        self.documents: Recent[Document] = Recent(100_000)
        self.plans: Recent[list[Plan]] = Recent(2_000)

    async def answer(
        self,
        query: str,
        rows: Rows,
        caller: Caller,
        variables: dict[str, Any] | None = None,
        operation_name: str | None = None,
        context: Any = None,
        only_query: bool = False,
    ) -> Answer:
        """`rows` opens a read transaction, where SQL has to run; `context` is what Strawberry's resolvers see."""
        bill = Bill(self.buckets, (caller.company.id, caller.actor_id))
        try:
            bill.charge(1)
            digest = hashlib.sha256(query.encode(errors="surrogatepass")).digest()
            document = self.documents.get(digest) or self.read(query, digest, bill)
            operation = document.operation(operation_name)
            kind = operation.operation.value
            if only_query and kind != "query":
                return Answer(failed([{"message": "Use POST for this operation."}], bill).body, 405)
            coerced = self.coerced(operation, variables or {})
            inputs = Inputs(coerced, caller, self.secret)
            key = (digest, operation_name)
            request = Request(self, document, operation, inputs, variables or {}, rows, context, key, bill)
            return await (request.mutate() if kind == "mutation" else request.query())
        except Refused as error:
            return failed(error.problems, bill)
        except GraphQLError as error:  # an input that only the compiler understands: nothing has run
            return failed([dict(error.formatted)], bill)
        except RecursionError:
            return failed([dict(too_complex("Nested too deeply.").formatted)], bill)
        except Exception as error:
            return Answer(response(None, [masked(error)], bill))

    def coerced(self, operation: OperationDefinitionNode, variables: dict[str, Any]) -> Mapping[str, Any]:
        definitions = operation.variable_definitions or ()
        found = get_variable_values(self.schema, definitions, variables, 10, hide_suggestions=True)
        if isinstance(found, list):
            raise Refused([dict(error.formatted) for error in found])
        return found.coerced

    def read(self, query: str, digest: bytes, bill: Bill) -> Document:
        bill.charge(self.limits.parse)
        try:
            node = parse(query, max_tokens=self.limits.tokens)
            errors: Sequence[GraphQLError] = validate(self.schema, node, max_errors=10, hide_suggestions=True)
        except GraphQLError as error:
            node, errors = DocumentNode(definitions=()), [error]
        if errors:
            document = Document([dict(error.formatted) for error in errors])
        else:
            found = [d for d in node.definitions if isinstance(d, OperationDefinitionNode)]
            named: dict[str | None, OperationDefinitionNode] = {d.name.value if d.name else None: d for d in found}
            fragments = {d.name.value: d for d in node.definitions if isinstance(d, FragmentDefinitionNode)}
            document = Document((), named | ({None: found[0]} if len(found) == 1 else {}), fragments)
        self.documents.put(digest, document, max(node.token_count, 20))
        return document

    def plan(
        self, key: Any, document: Document, inputs: Inputs, selections: list[SelectionSetNode], prefix: Path, bill: Bill
    ) -> Plan:
        """Several plans for one text, told apart by their guards; the newest is tried first."""
        caller = inputs.caller
        key = (key, prefix, caller.permissions, caller.warehouses is None, caller.party_id is None)
        known = self.plans.get(key) or []
        for plan in known:
            if plan.fits(inputs):
                break
        else:
            bill.charge(self.limits.compile)
            plan = Compiler(self.model, document.fragments, inputs, self.limits).plan(selections, prefix)
            known = [plan, *known[: SHAPES - 1]]
            self.plans.put(key, known, len(known))
        if (nodes := plan.nodes(inputs)) > self.limits.nodes:
            raise too_complex(f"The answer could have {nodes} rows.")
        bill.charge(nodes // 100 + self.limits.execute * len(plan.executed))
        return plan


@dataclass
class Request:
    reader: Reader
    document: Document
    operation: OperationDefinitionNode
    inputs: Inputs
    variables: dict[str, Any]
    rows: Rows
    context: Any
    key: Any
    bill: Bill

    def plan(self, key: Any, selections: list[SelectionSetNode], prefix: Path = ()) -> Plan:
        return self.reader.plan(key, self.document, self.inputs, selections, prefix, self.bill)

    async def run(self, plan: Plan, prefix: Path, errors: list[Problem]) -> dict[str, bytes]:
        """Response key → JSON text of each compiled root field."""
        errors += plan.errors
        if plan.sql is None:
            return {}
        values = [read(self.inputs) for read in plan.reads]
        async with self.rows() as door:
            record = await door.raw.fetchrow(plan.sql, *values)
        self.bill.settle(plan.nodes(self.inputs) // 100, sum(map(len, record)))
        compiled = [key for key in plan.keys if key is not None]
        texts = {key: text.encode() for key, text in zip(compiled, record, strict=True)}
        if plan.patches:
            patch = Patch([python for _, python in plan.patches], self.inputs.caller, errors)
            parsed = {path[len(prefix)]: orjson.loads(texts[path[len(prefix)]]) for path, _ in plan.patches}
            for path, _ in plan.patches:
                root = path[len(prefix)]
                parsed[root] = patch.at(parsed[root], path[len(prefix) + 1 :], [*path[: len(prefix) + 1]])
            texts |= {root: orjson.dumps(value) for root, value in parsed.items()}
        return texts

    async def query(self) -> Answer:
        plan = self.plan(self.key, [self.operation.selection_set])
        errors: list[Problem] = []
        compiled = await self.run(plan, (), errors)
        if not plan.executed:
            return Answer(response(compiled, errors, self.bill))
        result = await self.execute(plan.executed)
        errors += [shown(error) for error in result.errors or ()]
        if result.data is None:  # a non-null root failed: null reaches the top
            return Answer(response(None, errors, self.bill))
        executed = iter(result.data.items())
        merged = dict((key, compiled[key]) if key else dumped(next(executed)) for key in plan.keys)
        return Answer(response(merged, errors, self.bill))

    async def mutate(self) -> Answer:
        """Strawberry runs the mutations; each payload's `query` is planned before, so that nothing is written when it
        is refused, and runs afterwards, so that it sees what they wrote."""
        payloads = self.payloads()
        result = await self.execute(self.operation.selection_set.selections)
        errors = [shown(error) for error in result.errors or ()]
        if (data := result.data) is None:
            return Answer(response(None, errors, self.bill))
        for (key, name), plan in payloads.items():
            if data.get(key) is None:
                continue
            try:
                data[key][name] = orjson.Fragment(joined(await self.run(plan, (key, name), errors)))
            except Exception as error:  # the mutation stands: only its re-reading failed
                problem = dict(error.formatted) if isinstance(error, GraphQLError) else masked(error)
                errors.append(problem | {"path": [key, name]})
        return Answer(response(dict(map(dumped, data.items())), errors, self.bill))

    def payloads(self) -> dict[tuple[str, str], Plan]:
        reader, plans = self.reader, {}
        owner: Any = reader.schema.mutation_type
        collector = Compiler(reader.model, self.document.fragments, self.inputs, reader.limits)
        for key, nodes in collector.collect("Mutation", [self.operation.selection_set]).items():
            self.bill.charge(reader.limits.execute)
            if nodes[0].name.value == "__typename":
                continue
            payload = get_named_type(owner.fields[nodes[0].name.value].type)
            for name, found in collector.collect(payload.name, [node.selection_set for node in nodes]).items():
                if found[0].name.value == "query":
                    selections = [node.selection_set for node in found if node.selection_set]
                    which = tuple(
                        s.loc.start for s in selections if s.loc
                    )  # chosen by @include outside the plan's guards
                    plans[key, name] = self.plan((self.key, which), selections, (key, name))
        return plans

    async def execute(self, selections: Sequence[Any]) -> ExecutionResult:
        operation = OperationDefinitionNode(
            operation=self.operation.operation,
            name=self.operation.name,
            directives=self.operation.directives,
            variable_definitions=self.operation.variable_definitions,
            selection_set=SelectionSetNode(selections=tuple(selections)),
        )
        document = DocumentNode(definitions=(operation, *self.document.fragments.values()))
        schema, context, variables = self.reader.schema, self.context, self.variables
        result = execute(schema, document, context_value=context, variable_values=variables, hide_suggestions=True)
        return await result if isinstance(result, Awaitable) else result


@dataclass
class Patch:
    """Puts what Python makes of Computed fields where SQL left their columns: `{"": [which, column, …]}`."""

    pythons: Sequence[Callable[..., Any]]
    caller: Caller
    errors: list[Problem]

    def at(self, value: Any, path: Sequence[str], where: list[str | int]) -> Any:
        if isinstance(value, list):
            return [self.at(item, path, [*where, n]) for n, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if path:
            if path[0] in value:  # a fragment on another type may lack it
                value[path[0]] = self.at(value[path[0]], path[1:], [*where, path[0]])
            return value
        if "" not in value:  # a document, under the same key of another type
            return value
        which, *columns = value[""]
        try:
            made = [bytes.fromhex(c[0]) if isinstance(c, list) else c for c in columns]
            return None if made and made[0] is None else self.pythons[which](self.caller, *made)
        except Exception as error:
            self.errors.append(masked(error) | {"path": where})
            return None


def dumped(item: tuple[str, Any]) -> tuple[str, bytes]:
    return item[0], orjson.dumps(item[1], default=str)


def joined(texts: Mapping[str, bytes]) -> bytes:
    return b"{" + b",".join(b'"%s":%s' % (key.encode(), text) for key, text in texts.items()) + b"}"


def response(data: Mapping[str, bytes] | None, errors: Iterable[Problem], bill: Bill) -> bytes:
    parts = {"data": b"null" if data is None else joined(data)}
    if errors:
        parts["errors"] = orjson.dumps(list(errors))
    return joined(parts | {"extensions": orjson.dumps({"cost": bill.shown()})})


def failed(problems: Iterable[Problem], bill: Bill) -> Answer:
    made: list[Problem] = [{"extensions": {"code": "BAD_QUERY"}} | problem for problem in problems]
    body = orjson.dumps({"errors": made, "extensions": {"cost": bill.shown()}})
    if made[0]["extensions"]["code"] == "RATE_LIMITED":
        return Answer(body, 429, float(made[0]["extensions"]["retryAfter"]))
    return Answer(body, 400)


def shown(error: GraphQLError) -> Problem:
    """Refusals of our own pass; anything else is a bug and is not told."""
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return dict(error.formatted)
    return dict(error.formatted) | masked(error.original_error)


def masked(error: BaseException) -> Problem:
    """Logged under an id. A broken non-null promise says where."""
    number = uuid.uuid4().hex[:12]
    late = isinstance(error, asyncpg.QueryCanceledError | TimeoutError)
    log.error("error %s", number, exc_info=error)
    path = re.search(BROKEN + r"([\w.]+)", str(error)) if isinstance(error, asyncpg.PostgresError) else None
    extensions = {"code": "TIMEOUT" if late else "INTERNAL", "id": number}
    message = "This took too long." if late else "Something went wrong."
    return {"message": message, "extensions": extensions} | ({"path": path[1].split(".")} if path else {})
