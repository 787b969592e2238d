"""Who may see, filter by, order by, group by and sum what: found out by asking for all of it, every way, as every role.

A cell is open if any way to it is: from a root, by `node`, along each relation of each type, through a union.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.read.declare import (
    AnyNode,
    Choice,
    Computed,
    Field,
    Many,
    Model,
    One,
    Pages,
    Search,
    Totals,
    Type,
    Value,
)
from api.read.graphql import filters
from tests.api.shop import Firm, Shop

TOGETHER = 12  # of what is asked for in one request
HOLE = "@"
Ways = dict[str, list[str]]  # type → queries with a hole for what is asked of it
Cell = tuple[str, str, str]  # type, use, field
TESTS = {
    "ID": 'eq: "0190b5c2-7c1e-7e63-a2fd-3f1d9b1f6e0a"', "Decimal": 'gt: "0"', "Int": "gt: 0", "Bool": "eq: true",
    "Date": 'gt: "2026-01-01"', "DateTime": 'gt: "2026-01-01T00:00:00Z"', "Text": 'eq: "x"',
}  # fmt: skip


@dataclass
class Asked:
    """`template` around one question for each name; a name is open where it is answered, and without an error.

    A union and `node` pass over what is closed in silence, as if there were no such row: then nothing is answered.
    """

    questions: Mapping[str, str]
    template: str = HOLE
    open: set[str] = field(default_factory=set)

    async def ask(self, shop: Shop, token: str) -> set[str]:
        names = list(self.questions)
        for at in range(0, len(names), TOGETHER):
            chosen = names[at : at + TOGETHER]
            text = " ".join(f"ask_{name}: {self.questions[name]}" for name in chosen)
            answer = await shop.ask(token, f"{{ {self.template.replace(HOLE, text)} }}")
            closed: set[str] = set()
            for error in answer.get("errors", ()):
                assert error["extensions"]["code"] == "FIELD_FORBIDDEN", (error, self.template, text)
                one = next((str(step) for step in error["path"] if str(step).startswith("ask_")), None)
                closed |= {one.removeprefix("ask_")} if one else set(chosen)
            answered = dict(answers(answer["data"]))
            assert all(value is None for name, value in answered.items() if name in closed), (answer, closed)
            self.open |= answered.keys() - closed
        return self.open


def answers(data: Any) -> Iterator[tuple[str, Any]]:
    """What is there under the name of each question; a null only where there is nothing else."""
    found: list[tuple[str, Any]] = []
    for key, value in data.items() if isinstance(data, dict) else ():
        if key.startswith("ask_"):
            found.append((key.removeprefix("ask_"), value if leaf(value) else None))
        found += answers(value)
    for item in data if isinstance(data, list) else ():
        found += answers(item)
    yield from sorted(found, key=lambda one: one[1] is not None)


def leaf(value: Any) -> bool:
    """Of an object that holds the question, the answer lies inside."""
    return value is not None and not (isinstance(value, dict) and None in value.values())


class Matrix:
    def __init__(self, shop: Shop, firm: Firm, model: Model) -> None:
        self.shop, self.firm, self.model = shop, firm, model
        self.open: dict[Cell, set[str]] = defaultdict(set)

    # --- ways ---

    def ways(self, owner: str, around: str = HOLE) -> Iterator[tuple[str, str]]:
        """What the fields of a type lead to."""
        for name, declared in self.model.graphql[owner].items():
            match declared:
                case One(target=target):
                    by_id = owner == "Query" and self.model.types[target].is_node
                    given = f'(id: "{self.id(self.model.types[target])}")' if by_id else ""
                    yield target, around.replace(HOLE, f"{name}{given} {{ {HOLE} }}")
                case Many(target=target):
                    yield target, around.replace(HOLE, f"{name} {{ {HOLE} }}")
                case Pages(target=target):
                    yield target, around.replace(HOLE, f"{name}(first: 1) {{ nodes {{ {HOLE} }} }}")
                case Choice(options=options):
                    for target in options:
                        yield target, around.replace(HOLE, f"{name} {{ ... on {target} {{ {HOLE} }} }}")
                case AnyNode():
                    for one in self.model.declared:
                        if one.is_node:
                            asked = f'{name}(id: "{self.id(one)}") {{ ... on {one.name} {{ {HOLE} }} }}'
                            yield one.name, around.replace(HOLE, asked)

    def id(self, one: Type) -> str:
        return str(self.firm.id(str(getattr(one.table, "name", "location"))))

    def all_ways(self) -> Ways:
        """From every root, then along every relation of whatever was reached, once each."""
        found: Ways = {}
        fresh = list(self.ways("Query"))
        while fresh:
            new = [target for target, _ in fresh if target not in found]
            for target, way in fresh:
                found.setdefault(target, []).append(way)
            fresh = [step for owner in dict.fromkeys(new) for step in self.ways(owner, found[owner][0])]
        return found

    def lists(self, kind: type) -> Iterator[tuple[str, str, str]]:
        """Target, name and surroundings of every field of a kind: at the root and inside."""
        ways = {"Query": [HOLE]} | self.all_ways()
        for owner, fields in self.model.graphql.items():
            for name, declared in fields.items():
                if isinstance(declared, kind):
                    yield declared.target, name, ways[owner][0]  # type: ignore[attr-defined]

    # --- questions ---

    def selections(self, one: Type) -> dict[str, str]:
        empty = {One: "{ __typename }", Many: "{ __typename }", Choice: "{ __typename }"}
        return {
            name: f"{name}(first: 1) {{ totalCount }}"
            if isinstance(declared, Pages)
            else f"{name} {empty.get(type(declared), '')}"
            for name, declared in self.model.graphql[one.name].items()
            if not isinstance(declared, Search)
        }

    def tests(self, one: Type) -> dict[str, str]:
        """Filters by each key there is."""
        made: dict[str, str] = {}
        allowed = filters(one)
        for (snake, _), (name, declared) in zip(one.fields.items(), self.model.graphql[one.name].items(), strict=True):
            if snake in allowed:
                made[name] = f"{{ {name}: {self.test(declared)} }}"
        return made

    def test(self, declared: Field) -> str:
        match declared:
            case Value(scalar=scalar):
                values = getattr(scalar.python, "__strawberry_definition__", None)
                example = TESTS.get(scalar.name) or f"eq: {values.values[0].name}"  # type: ignore[union-attr]
                return f"{{ {example} }}"
            case Search() | Computed():
                return '"1234"'
            case _:
                return "{}"

    async def note(self, role: str, target: str, use: str, asked: Asked) -> None:
        for name in await asked.ask(self.shop, self.firm.tokens[role]):
            self.open[target, use, name].add(role)

    async def find(self, role: str, *, every_way: bool) -> None:
        some = slice(None) if every_way else slice(1)
        ways = self.all_ways()
        for one in self.model.declared:
            for way in ways[one.name][some]:
                await self.note(role, one.name, "see", Asked(self.selections(one), way))
        for target, name, around in self.lists(Pages):
            await self.of_list(role, self.model.types[target], name, around)
        for target, name, around in self.lists(Totals):
            await self.of_totals(role, self.model.types[target], name, around)
        await self.roots(role)

    async def of_list(self, role: str, one: Type, name: str, around: str) -> None:
        def ask(filter_: str) -> str:
            return f"{name}(first: 1, filter: {filter_}) {{ totalCount }}"

        outside = Asked({key: ask(test) for key, test in self.tests(one).items()}, around)
        await self.note(role, one.name, "filter", outside)
        orders = {
            camel: f"{name}(first: 1, orderBy: [{snake.upper()}_DESC]) {{ totalCount }}"
            for snake, (camel, declared) in zip(one.fields, self.model.graphql[one.name].items(), strict=True)
            if isinstance(declared, Value) and declared.sort
        }
        await self.note(role, one.name, "order", Asked(orders, around))
        if around != HOLE:
            return
        for key, declared in self.model.graphql[one.name].items():
            if isinstance(declared, One | Many | Pages) and declared.find:
                inner = self.model.types[declared.target]
                through = {k: ask(f"{{ not: {{ {key}: {test} }} }}") for k, test in self.tests(inner).items()}
                await self.note(role, inner.name, "filter", Asked(through))

    async def of_totals(self, role: str, one: Type, name: str, around: str) -> None:
        fields = list(zip(one.fields, self.model.graphql[one.name].items(), strict=True))
        sums = {camel: camel for _, (camel, f) in fields if isinstance(f, Value) and f.total}
        await self.note(role, one.name, "sum", Asked(sums, around.replace(HOLE, f"{name} {{ sum {{ {HOLE} }} }}")))
        groups = {
            camel: f"{name}(groupBy: {snake.upper()}) {{ count }}"
            for snake, (camel, f) in fields
            if isinstance(f, Value) and f.group
        }
        await self.note(role, one.name, "group", Asked(groups, around))
        tests = {key: f"{name}(filter: {test}) {{ count }}" for key, test in self.tests(one).items()}
        await self.note(role, one.name, "filter", Asked(tests, around))

    async def roots(self, role: str) -> None:
        asked: dict[str, str] = {}
        for _, way in self.ways("Query"):
            name = way.partition("(")[0].split()[0]
            if name != "node":
                asked[name] = way.replace(HOLE, "__typename")
        asked |= {name: f"{name} {{ count }}" for _, name, around in self.lists(Totals) if around == HOLE}
        await self.note(role, "Query", "see", Asked(asked))


# --- as text ---


def printed(open_: Mapping[Cell, Iterable[str]], roles: Iterable[str], order: Iterable[str]) -> str:
    """A line for the fields of a type that are open to the same roles in the same use."""
    lines: list[str] = []
    by_type: dict[str, dict[tuple[str, str], list[str]]] = {name: defaultdict(list) for name in order}
    for (type_, use, name), who in open_.items():
        by_type[type_][use, " ".join(role for role in roles if role in who)].append(name)
    for type_, groups in by_type.items():
        lines += ["", type_]
        for (use, who), names in sorted(
            groups.items(), key=lambda item: (USES.index(item[0][0]), -len(item[0][1]), item[0][1])
        ):
            lines.append(f"  {use:<7} {who:<40} {' '.join(sorted(names))}")
    return "\n".join(lines) + "\n"


USES = ("do", "see", "filter", "order", "group", "sum")
