"""Which companies there are, and where their data lives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from tenants.keys import CompanyKeys
    from tenants.transaction import Database

is_schema = re.compile(r"t_[0-9a-f]{1,40}").fullmatch


@dataclass(frozen=True, slots=True)
class Company:
    """A tenant as the code passes it on: enough to open its transactions and to read its encrypted fields."""

    id: UUID
    slug: str
    name: str
    schema: str
    status: str
    database: Database = field(compare=False, repr=False)
    keys: CompanyKeys = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        if not is_schema(self.schema):
            raise ValueError(f"not the name of a company's schema: {self.schema!r}")
