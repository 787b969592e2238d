"""The whole GraphQL schema: Query out of the declarations, Mutation out of the catalogue.

Its print, schema.graphql, is committed, so that every change of the contract shows in a diff:
`python -m api.schema` writes it.
"""

from functools import cache
from pathlib import Path
from typing import Any, get_args

import strawberry

from api.exports.columns import offered, roots
from api.exports.words import Language
from api.mutations import Context, choice, mutation_type
from api.read.declare import AnyNode, Field, Model
from api.read.graphql import build
from api.read.limits import refusal
from api.types import attention, audit, imports, inventory, jobs, masterdata, purchasing, sales
from tenants.access import PERMISSIONS, who
from tenants.people import KNOW_PEOPLE, members

ROOMS = (masterdata, inventory, purchasing, sales, attention, jobs, imports, audit)
PRINT = Path(__file__).with_name("schema.graphql")
LANGUAGE: Any = choice("ExportListLanguage", get_args(Language))


@strawberry.type(description="Who asks, in which company, and what they may do.")
class Me:
    id: strawberry.ID
    name: str
    email: str | None
    roles: list[str]
    company: str
    company_id: strawberry.ID
    currency: str
    time_zone: str
    permissions: list[str]
    party_id: strawberry.ID | None


@strawberry.type(description="A column that a list can be exported with; `exportList` takes its key.")
class ExportColumn:
    key: str
    heading: str
    chosen: bool = strawberry.field(description="Among those of an export that names none.")


@strawberry.type(description="Somebody, or a program, that acts in the company.")
class Member:
    id: strawberry.ID = strawberry.field(description="As an actor, in the log.")
    name: str


@strawberry.type
class Executed:
    """Fields of Query that Strawberry executes."""

    @strawberry.field
    async def me(self, info: strawberry.Info) -> Me:
        context: Context = info.context
        caller = context.caller
        known = await who(caller)
        return Me(
            id=strawberry.ID(str(caller.actor_id)),
            name=known.name,
            email=known.email,
            roles=list(known.roles),
            company=caller.company.name,
            company_id=strawberry.ID(str(caller.company.id)),
            currency=caller.company.currency,
            time_zone=caller.company.time_zone,
            permissions=sorted(caller.permissions),
            party_id=strawberry.ID(str(caller.party_id)) if caller.party_id else None,
        )

    @strawberry.field(description="By name; for those who read the log or look after jobs.")
    async def members(self, info: strawberry.Info) -> list[Member] | None:
        caller = info.context.caller
        if caller.permissions.isdisjoint(KNOW_PEOPLE):
            raise refusal("FIELD_FORBIDDEN", "You may not see this field.")
        return [Member(id=strawberry.ID(str(one.id)), name=one.name) for one in await members(caller.company)]

    @strawberry.field(description="Of a list, by the name of its root field: the columns that the caller may see.")
    def export_columns(
        self,
        info: strawberry.Info,
        list: str,
        language: LANGUAGE,  # pyright: ignore[reportInvalidTypeForm]
    ) -> list[ExportColumn]:
        model, context = make_model(), info.context
        found = offered(model, context.caller, list) if list in roots(model) else []
        return [ExportColumn(key=one.key, heading=one.heading.of(language.value), chosen=one.chosen) for one in found]


@cache
def make_model() -> Model:
    types = [one for room in ROOMS for one in room.TYPES]
    roots: dict[str, Field] = {"node": AnyNode()}
    for room in ROOMS:
        roots |= room.ROOTS
    return build(Model(types, roots, PERMISSIONS), Executed, mutation_type)


if __name__ == "__main__":
    PRINT.write_text(make_model().schema.as_str() + "\n")
