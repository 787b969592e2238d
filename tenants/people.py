"""The members of a company by the names that others know them by: people, and programs."""

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from tenants.registry import Company
from tenants.transaction import control_transaction

MEMBERS: LiteralString = """select coalesce(m.account_id, m.client_id) as id, coalesce(a.name, k.name) as name
from membership m left join account a on a.id = m.account_id left join client k on k.id = m.client_id
where m.company_id = $1 order by name, id"""


KNOW_PEOPLE = frozenset({"audit.read", "job.manage"})  # each lets its holder know them all


@dataclass(frozen=True, slots=True)
class Member:
    """`id`: as an actor, in the log and elsewhere."""

    id: UUID
    name: str


async def members(company: Company) -> list[Member]:
    async with control_transaction(company.database) as door:
        return [Member(row["id"], row["name"]) for row in await door.raw.fetch(MEMBERS, company.id)]
