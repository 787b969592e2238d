"""Which companies there are, and where their data lives."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from tenants.keys import CompanyKeys, KeyFault, MasterKey, create_keys, load_keys

if TYPE_CHECKING:
    from tenants.transaction import Database

INSTANCE = UUID(int=0)
KEPT = 60.0  # seconds until a suspension is noticed
CONTROL: LiteralString = "begin; set local role huotong_control; set local search_path to control"
FIND: LiteralString = """select id, slug, name, schema, status, time_zone, currency from company
where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2) order by slug"""
is_schema = re.compile(r"t_[0-9a-f]{1,40}").fullmatch


@dataclass(frozen=True, slots=True)
class Company:
    """A tenant as the code passes it on: enough to open its transactions and to read its encrypted fields."""

    id: UUID
    slug: str
    name: str
    schema: str
    status: str
    time_zone: str
    currency: str
    database: Database = field(compare=False, repr=False)
    keys: CompanyKeys = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        if not is_schema(self.schema):
            raise ValueError(f"not the name of a company's schema: {self.schema!r}")

    @property
    def tag(self) -> str:
        """Makes a hot statement this company's own, so that its plan is not made anew when search_path differs."""
        return f" /*{self.schema}*/" if self.database.tagging else ""

    @property
    def opening(self) -> str:
        """One message opens a transaction inside this company."""
        return f"begin; set local role {self.schema}; set local search_path to {self.schema}"


class Registry:
    """The companies of the instance, kept for a minute. Keys are unwrapped once and live as long as the entry."""

    def __init__(self, database: Database, master: MasterKey) -> None:
        self.database, self.master = database, master
        self.kept: dict[UUID, tuple[float, Company]] = {}

    async def company(self, company_id: UUID) -> Company | None:
        """None: there is no such company, or it is suspended."""
        until, company = self.kept.get(company_id, (0.0, None))
        if company is None or time.monotonic() > until:
            found = await self.find(company_id=company_id)
            company = found[0] if found else None
            if company is None:
                self.kept.pop(company_id, None)
            else:
                self.kept[company_id] = time.monotonic() + KEPT, company
        return company if company and company.status == "active" else None

    async def find(self, company_id: UUID | None = None, slug: str | None = None) -> list[Company]:
        """One company, or all of them."""
        async with self.database.control.transaction(CONTROL) as door:
            rows = await door.raw.fetch(FIND, company_id, slug)
            keys = await load_keys(door.raw, [row["id"] for row in rows], self.master)
        return [Company(**row, database=self.database, keys=keys[row["id"]]) for row in rows]


async def instance_keys(database: Database, master: MasterKey) -> CompanyKeys:
    """Keys of the instance itself, for what belongs to no company, such as the signature of cursors."""
    async with database.control.transaction(CONTROL) as door:
        await door.raw.execute("lock table company_key in share row exclusive mode")
        try:
            return (await load_keys(door.raw, [INSTANCE], master))[INSTANCE]
        except KeyFault:
            return await create_keys(door.raw, INSTANCE, master)
