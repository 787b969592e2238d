"""Rewrites queries for the differential test without changing what they ask: literals become variables, parts of
selections become inline and named fragments, fields get @include and @skip, lists get cursor variables."""

import random
from collections.abc import Callable
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    parse,
    parse_type,
    print_ast,
    visit,
)

PAGING = ("first", "last", "after", "before")


def named(text: str) -> NameNode:
    return NameNode(value=text)


def visited(document: DocumentNode, schema: GraphQLSchema, make: Callable[[TypeInfo], Visitor]) -> Any:
    info = TypeInfo(schema)
    return visit(document, TypeInfoVisitor(info, make(info)))


class Meaning(Visitor):
    """Real page sizes, real ids and words; __typename wherever a fragment on another type would select nothing."""

    def __init__(self, dice: random.Random, info: TypeInfo, pools: dict[str, list[str]]) -> None:
        super().__init__()
        self.dice, self.info, self.pools = dice, info, pools

    def leave_field(self, node: FieldNode, *_: Any) -> Any:
        declared = self.info.get_field_def()
        if declared is None:
            return None
        arguments = [a for a in node.arguments or () if a.name.value not in PAGING]
        if "first" in declared.args:
            size = IntValueNode(value=str(self.dice.choice([0, 1, 2, 3, 5])))
            arguments.append(ArgumentNode(name=named(self.dice.choice(["first", "last"])), value=size))
        selection_set = node.selection_set
        if selection_set and is_abstract_type(get_named_type(declared.type)):
            typename = FieldNode(name=named("__typename"), arguments=(), directives=())
            selection_set = SelectionSetNode(selections=(typename, *selection_set.selections))
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=tuple(arguments),
            directives=tuple(node.directives or ()),
            selection_set=selection_set,
        )

    def leave_string_value(self, node: StringValueNode, *_: Any) -> Any:
        given = self.info.get_input_type()
        type_ = get_named_type(given) if given else None
        if type_ is not None and type_.name in ("ID", "String"):
            return StringValueNode(value=self.dice.choice(self.pools[type_.name]), block=False)
        return None


class Rewrite(Visitor):
    def __init__(self, dice: random.Random, info: TypeInfo) -> None:
        super().__init__()
        self.dice, self.info = dice, info
        self.variables: list[VariableDefinitionNode] = []
        self.fragments: list[FragmentDefinitionNode] = []
        self.cursors: dict[str, tuple[str, ...]] = {}
        self.path: list[str] = []

    def variable(self, type_: str, default: Any) -> VariableNode:
        made = VariableNode(name=named(f"v{len(self.variables)}"))
        self.variables.append(
            VariableDefinitionNode(variable=made, type=parse_type(type_), default_value=default, directives=())
        )
        return made

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.path.append((node.alias or node.name).value)

    def leave_field(self, node: FieldNode, *_: Any) -> Any:
        path = tuple(self.path)
        self.path.pop()
        declared: Any = self.info.get_field_def()
        arguments = []
        for argument in node.arguments or ():
            if declared is not None and self.dice.random() < 0.5:
                variable = self.variable(str(declared.args[argument.name.value].type), argument.value)
                argument = ArgumentNode(name=argument.name, value=variable)
            arguments.append(argument)
        if declared is not None and "first" in declared.args and self.dice.random() < 0.5:
            variable = self.variable("String", None)
            self.cursors[variable.name.value] = (*path, "pageInfo")
            arguments.append(ArgumentNode(name=named(self.dice.choice(["after", "before"])), value=variable))
        directives = list(node.directives or ())
        if self.dice.random() < 0.1 and node.name.value != "__typename":
            variable = self.variable("Boolean!", BooleanValueNode(value=self.dice.random() < 0.5))
            condition = (ArgumentNode(name=named("if"), value=variable),)
            directives.append(DirectiveNode(name=named(self.dice.choice(["include", "skip"])), arguments=condition))
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=tuple(arguments),
            directives=tuple(directives),
            selection_set=node.selection_set,
        )

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> Any:
        parent = self.info.get_parent_type()
        if parent is None or len(node.selections) < 2 or self.dice.random() > 0.25:
            return None
        cut = len(node.selections) // 2
        rest = SelectionSetNode(selections=node.selections[cut:])
        part: Any = InlineFragmentNode(directives=(), type_condition=None, selection_set=rest)
        if self.dice.random() < 0.6:
            name = named(f"F{len(self.fragments)}")
            on = NamedTypeNode(name=named(parent.name))
            self.fragments.append(
                FragmentDefinitionNode(name=name, type_condition=on, directives=(), selection_set=rest)
            )
            part = FragmentSpreadNode(name=name, directives=())
        return SelectionSetNode(selections=(*node.selections[:cut], part))


def rewritten(text: str, schema: GraphQLSchema) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The text, and of each cursor variable the path of the pageInfo whose cursors fit it."""
    document = parse(text, no_location=True)
    made: list[Rewrite] = []

    def make(info: TypeInfo) -> Rewrite:
        made.append(Rewrite(random.Random(text), info))
        return made[0]

    operation: Any = visited(document, schema, make).definitions[0]
    head = OperationDefinitionNode(
        operation=operation.operation,
        name=None,
        variable_definitions=tuple(made[0].variables),
        directives=(),
        selection_set=operation.selection_set,
    )
    return print_ast(DocumentNode(definitions=(head, *made[0].fragments))), made[0].cursors
