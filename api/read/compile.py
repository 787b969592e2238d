"""A validated selection becomes one SQL statement with one JSON text for each root field.

Permission is asked in four places only: `field` (selections), `filters.test`, `connection.keys` (orders) and `totals`.
Scope in one: `enter`, which every way to rows passes.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    SelectionSetNode,
    is_abstract_type,
)
from sqlalchemy import ARRAY, Integer, LargeBinary, Text, Uuid, case, cast, exists, func, literal_column, select, true
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from api.read import connection, filters
from api.read.declare import (
    CLOSED,
    OPEN,
    AnyNode,
    Choice,
    Computed,
    Field,
    Many,
    One,
    Pages,
    Permission,
    Row,
    Search,
    Totals,
    Type,
    Value,
    linked,
)
from api.read.jsontext import Json, Pieces, as_json, as_text, escaped, glue, json_array, json_object, or_null
from api.read.jsontext import constant as constant_json
from api.read.limits import too_complex
from api.read.plan import Asking, Hidden, Path, Plan, Read, constant
from api.read.scalars import read_id

DIALECT: Any = asyncpg_dialect()
BROKEN = "NON_NULL "  # how a broken non-null promise announces itself
Maker = Callable[[list[FieldNode], Path], Pieces]


class Compiler(Asking):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.errors: list[GraphQLError] = []
        self.patches: list[tuple[Path, Callable[..., Any]]] = []
        self.terms: list[tuple[Read, ...]] = []
        self.sizes: tuple[Read, ...] = ()  # of the lists around the field being compiled
        self.fields = self.rows = self.tests = 0
        self.scopes: dict[str, Any] = {}

    def plan(self, selections: Iterable[SelectionSetNode], prefix: Path = ()) -> Plan:
        columns: list[Json] = []
        keys: list[str | None] = []
        executed: list[FieldNode] = []
        for key, nodes in self.collect("Query", selections).items():
            name = nodes[0].name.value
            declared = self.model.graphql["Query"].get(name)
            if declared is None and name != "__typename":
                keys.append(None)
                executed += nodes
                continue
            keys.append(key)
            columns.append(glue(self.field(None, declared, nodes, None, (*prefix, key))))
        sql, reads = self.statement(columns) if columns else (None, ())
        errors = tuple(dict(error.formatted) for error in self.errors)
        patches, terms = tuple(self.patches), tuple(self.terms)
        return Plan(tuple(self.guards), tuple(keys), tuple(executed), sql, reads, errors, patches, terms)

    def statement(self, columns: list[Json]) -> tuple[str, tuple[Read, ...]]:
        return self.rendered(select(*[column.label(f"r{at}") for at, column in enumerate(columns)]))

    def rendered(self, query: Any) -> tuple[str, tuple[Read, ...]]:
        made = query.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
        order, fixed = made.positiontup or (), made.params
        return made.string, tuple(self.reads.get(name) or constant(fixed[name]) for name in order)

    # --- selections ---

    def collect(self, type_name: str, selections: Iterable[SelectionSetNode | None]) -> dict[str, list[FieldNode]]:
        found: dict[str, dict[int, FieldNode]] = {}
        spread: set[str] = set()

        def walk(selection_set: SelectionSetNode | None) -> None:
            for node in selection_set.selections if selection_set else ():
                if not self.included(node):
                    continue
                if isinstance(node, FieldNode):
                    found.setdefault((node.alias or node.name).value, {})[id(node)] = node
                elif isinstance(node, InlineFragmentNode):
                    if node.type_condition is None or self.applies(node.type_condition.name.value, type_name):
                        walk(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    fragment = self.fragments[node.name.value]
                    if self.applies(fragment.type_condition.name.value, type_name):
                        walk(fragment.selection_set)

        for selection_set in selections:
            walk(selection_set)
        self.fields += len(found)
        if self.fields > self.limits.fields:
            raise too_complex("Too many fields.")
        return {key: list(nodes.values()) for key, nodes in found.items()}

    def applies(self, condition: str, type_name: str) -> bool:
        wanted, type_ = self.schema.get_type(condition), self.schema.get_type(type_name)
        return wanted is type_ or (is_abstract_type(wanted) and self.schema.is_sub_type(wanted, type_))  # type: ignore[arg-type]

    def shape(self, type_name: str, nodes: list[FieldNode], path: Path, makers: Mapping[str, Maker]) -> Pieces:
        """The object of a selection, each field made by its maker."""
        if len(path) > self.limits.depth:
            raise too_complex("Nested too deeply.", nodes[0])
        pairs: list[tuple[str, Pieces]] = []
        for key, found in self.collect(type_name, [node.selection_set for node in nodes]).items():
            name = found[0].name.value
            pairs.append((key, [f'"{type_name}"'] if name == "__typename" else makers[name](found, (*path, key))))
        return json_object(pairs)

    def row(self, type_: Type, nodes: list[FieldNode], row: Row, path: Path) -> Pieces:
        self.terms.append(self.sizes)
        makers: dict[str, Maker] = {
            name: lambda found, at, declared=declared: self.field(type_, declared, found, row, at)
            for name, declared in self.model.graphql[type_.name].items()
        }
        return self.shape(type_.name, nodes, path, makers)

    # --- who may see what ---

    def may(self, permission: Permission | None) -> bool:
        held = self.inputs.caller.permissions
        return permission is None or (permission in held if isinstance(permission, str) else bool(held & {*permission}))

    def hidden(self, nodes: list[FieldNode], path: Path) -> Pieces:
        """One entry for each selection: its path has no list indices, since the rows are not known here."""
        problem = {"code": "FIELD_FORBIDDEN"}
        self.errors.append(GraphQLError("You may not see this field.", nodes, path=list(path), extensions=problem))
        return ["null"]

    def enter(self, target: Type, permission: Permission | None = None) -> tuple[Row, list[Any]]:
        """A row of a type and what narrows it to the caller and his warehouses and party. There is no other way in."""
        if not (self.may(permission) and self.may(target.permission)):
            raise Hidden
        self.rows += 1
        row = Row(target.table, f"t{self.rows}")
        scope = [condition for kind in ("warehouse", "party") for condition in self.scope(target, row, kind)]
        return row, scope if target.own is None or self.may(target.own[1]) else [*scope, self.his(row[target.own[0]])]

    def his(self, column: Any) -> Any:
        if "actor" not in self.scopes:
            self.scopes["actor"] = self.bind(lambda inputs: inputs.caller.actor_id, Uuid)
        return column == self.scopes["actor"]

    def scope(self, target: Type, row: Row, kind: str) -> list[Any]:
        caller, path = self.inputs.caller, getattr(target, kind)
        if (caller.warehouses if kind == "warehouse" else caller.party_id) is None or path is OPEN:
            return []
        if path is CLOSED:
            raise Hidden
        if isinstance(path, str) and isinstance(through := target.fields.get(path), One):
            owner = self.model.types[through.target]
            self.rows += 1
            to = Row(owner.table, f"t{self.rows}")
            where = [*linked(through, through.link, target, row, owner, to), *self.scope(owner, to, kind)]
            return [exists(select(literal_column("1")).select_from(to.source).where(*where))]
        if kind not in self.scopes:
            self.scopes[kind] = (
                self.bind(lambda inputs: list(inputs.caller.warehouses or ()), ARRAY(Uuid))
                if kind == "warehouse"
                else self.bind(lambda inputs: inputs.caller.party_id, Uuid)
            )
        bound = self.scopes[kind]
        if not isinstance(path, str):
            return [path(row, bound)]
        return [row[path] == (func.any(bound) if kind == "warehouse" else bound)]

    # --- fields ---

    def field(
        self, owner: Type | None, declared: Field | None, nodes: list[FieldNode], row: Row | None, path: Path
    ) -> Pieces:
        if declared is None:
            return ['"Query"']
        sizes = self.sizes
        try:
            if not self.may(declared.permission):
                raise Hidden
            return self.made(owner, declared, nodes, row, path)
        except Hidden:
            self.sizes = sizes
            return self.hidden(nodes, path)

    def made(self, owner: Any, declared: Field, nodes: list[FieldNode], row: Any, path: Path) -> Pieces:
        match declared:
            case Value(scalar=scalar):
                column = declared.of(row)
                pieces = scalar.pieces(column)
                if declared.proven and not declared.permission:
                    return pieces
                return [or_null(glue(pieces)) if declared.null else promised(column, pieces, path)]
            case Computed(of=of, python=python):
                self.patches.append((path, python))
                columns = [row[column] if isinstance(column, str) else column(row) for column in of]
                marked: list[str | Json] = [f'{{"":[{len(self.patches) - 1}']
                for column in columns:
                    marked += [",", or_null(readable(column))]
                return [*marked, "]}"]
            case One(target=target, link=link):
                return self.one(owner, declared, self.model.types[target], link, nodes, row, path)
            case Many():
                return self.many(owner, declared, nodes, row, path)
            case Pages():
                return connection.Page(self, owner, declared, nodes, row, path).pieces()
            case Totals():
                return self.totals(owner, declared, nodes, row, path)
            case Choice(options=options):
                return self.first_of(
                    [
                        (
                            self.model.types[name],
                            lambda target, to, link=link: linked(declared, link, owner, row, target, to),
                        )
                        for name, link in options.items()
                    ],
                    nodes,
                    path,
                )
            case AnyNode():
                wanted = self.wanted(nodes[0])
                return self.first_of(
                    [
                        (one, lambda target, to: [to[target.key[0]] == wanted])
                        for one in self.model.declared
                        if one.is_node
                    ],
                    nodes,
                    path,
                )
            case Search():
                raise Hidden  # no output

    def wanted(self, node: FieldNode) -> Any:
        read = self.arguments(None, node)["id"].read
        return self.bind(lambda inputs: read_id(read(inputs)), Uuid)

    def one(
        self, owner: Any, declared: One, target: Type, link: Any, nodes: list[FieldNode], row: Any, path: Path
    ) -> Pieces:
        to, scope = self.enter(target)
        if row:
            on = linked(declared, link, owner, row, target, to)
        else:
            on = [to[target.key[0]] == self.wanted(nodes[0])] if target.is_node else []
        if not row or scope or callable(link):
            return [or_null(self.scalar(self.row(target, nodes, to, path), to, [*on, *scope]))]
        row.joins.append((to.source, on[0]))  # by the target's key, so no row becomes two
        to.joins = row.joins
        made = glue(self.row(target, nodes, to, path))
        return [as_json(case((to[target.key[0]].is_not(None), made), else_=constant_json("null")))]

    def first_of(self, options: list[tuple[Type, Any]], nodes: list[FieldNode], path: Path) -> Pieces:
        """The row of whichever type has one; a type of which nothing is selected is not looked at."""
        found: list[Json] = []
        closed = 0
        for target, on in options:
            try:
                to, scope = self.enter(target)
            except Hidden:
                closed += 1
                continue
            if (pieces := self.row(target, nodes, to, path)) != ["{}"]:
                found.append(self.scalar(pieces, to, [*on(target, to), *scope]))
        if closed == len(options):
            raise Hidden
        return [or_null(func.coalesce(*found))] if found else ["null"]

    def many(self, owner: Any, declared: Many, nodes: list[FieldNode], row: Any, path: Path) -> Pieces:
        target = self.model.types[declared.target]
        to, scope = self.enter(target)
        where = [*(linked(declared, declared.link, owner, row, target, to) if row else []), *scope]
        with self.inside(constant(declared.at_most)):
            to.used.clear()
            item = glue(self.row(target, nodes, to, path))

        def order() -> list[Any]:
            names = [*declared.order, *target.key]
            return [to[name[1:]].desc() if name[0] == "-" else to[name] for name in dict.fromkeys(names)]

        outer = order() if to.joins else []  # a join may change the order that rows come in
        inner = select(*connection.columns(to)).select_from(to.source).where(*where).order_by(*order())
        page = inner.limit(literal_column(str(declared.at_most))).subquery(to.name)
        return [self.scalar(json_array(item, outer), to, [], page)]

    def scalar(self, pieces: Pieces, row: Row, where: list[Any], source: Any = None) -> Json:
        """The one value of a select over a row and what is joined to it."""
        source = row.source if source is None else source
        for to, on in row.joins:
            source = source.outerjoin(to, on)
        return as_json(select(glue(pieces)).select_from(source).where(*where).correlate(None).scalar_subquery())

    def inside(self, size: Read) -> "Inside":
        return Inside(self, size)

    # --- totals ---

    def totals(self, owner: Any, declared: Totals, nodes: list[FieldNode], row: Any, path: Path) -> Pieces:
        target = self.model.types[declared.target]
        t, scope = self.enter(target)
        args = self.arguments(owner, nodes[0])
        on = linked(declared, declared.link, owner, row, target, t) if row else []
        where = [*on, *scope, filters.condition(self, target, args.get("filter"), t)]
        group: Any = None
        if tree := args.get("groupBy"):
            chosen = target.fields[self.look(tree.read, lambda member: member.value)]
            if not isinstance(chosen, Value) or not self.may(chosen.permission):
                raise Hidden
            group = cast(chosen.scalar.show(chosen.of(t)), Text)
        self.terms.append((*self.sizes, constant(self.limits.scan)))

        def summed(value: Value) -> Maker:
            def make(found: list[FieldNode], at: Path) -> Pieces:
                if not self.may(value.permission):
                    return self.hidden(found, at)
                return [or_null(glue(value.scalar.pieces(func.sum(value.of(t)))))]

            return make

        graphql = self.model.graphql[target.name]
        sums = {name: summed(f) for name, f in graphql.items() if isinstance(f, Value) and f.total}
        made = self.shape(
            f"{target.name}Totals",
            nodes,
            path,
            {
                "key": lambda _, at: ["null"] if group is None else [or_null(escaped(group))],
                "count": lambda _, at: [as_text(func.count())],
                "sum": lambda found, at: self.shape(f"{target.name}Sums", found, at, sums),
            },
        )
        rows = select(glue(made).label("o")).select_from(t.source).where(*where)
        if group is None:
            rows = rows.having(true())  # one row, even where nothing is aggregated
        else:
            rows = rows.group_by(group).order_by(group).limit(literal_column(str(self.limits.groups)))
        listed = json_array(as_json(literal_column("o")))
        return [as_json(select(glue(listed)).select_from(rows.subquery("o_rows")).scalar_subquery())]


class Inside:
    """Compiling inside a list: its size counts for everything within."""

    def __init__(self, compiler: Compiler, size: Read) -> None:
        self.compiler, self.size, self.outside = compiler, size, compiler.sizes

    def __enter__(self) -> None:
        self.compiler.sizes = (*self.outside, self.size)

    def __exit__(self, *_: Any) -> None:
        self.compiler.sizes = self.outside


def readable(column: Any) -> Json:
    """What Python gets of a column: text, or hexadecimal in a list of one where it is binary."""
    if isinstance(getattr(column.type, "impl", column.type), LargeBinary):
        return glue(['["', as_json(func.encode(column, literal_column("'hex'"))), '"]'])
    return escaped(cast(column, Text))


def promised(column: Any, pieces: Pieces, path: Path) -> Json:
    """A non-null expression that no constraint proves: NULL makes the statement fail with the path in its message."""
    alarm = literal_column(f"'{BROKEN}{'.'.join(path)}'", Text)
    broken = cast(cast(alarm + func.coalesce(cast(column, Text), literal_column("''")), Integer), Text)
    return as_json(func.coalesce(glue(pieces), broken))
