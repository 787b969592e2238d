"""The real app with two companies that trade in the same way, and programs and people of every role who ask it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from starlette.applications import Starlette

from api.app import Huotong
from api.mutations import Door
from tenants.access import ROLES
from tenants.clients import create_client
from tenants.registry import Company
from tests.api.filling import fill, made, seal, seal_imports, seal_log
from tests.companies import Instance

ISSUER = "https://huotong.example"
NEW = "application/graphql-response+json"
ROWS = 40
KINDS = (
    "unit", "category", "product", "partner", "warehouse", "location", "purchase_order", "purchase_order_line",
    "sales_order", "sales_order_line", "stock_document", "stock_transfer", "stock_transfer_line", "discrepancy",
    "waiting_call", "job", "import_job", "stored_file", "reconciliation",
)  # fmt: skip


@dataclass(repr=False)
class Firm:
    """`tokens`: an access token for each role. The partner's is of the filled company's partner 1."""

    company: Company
    tokens: dict[str, str] = field(default_factory=dict)

    def id(self, kind: str, i: int = 1) -> UUID:
        return made(self.company.schema, kind, i)


@dataclass(repr=False)
class Shop:
    instance: Instance
    app: Starlette
    client: httpx.AsyncClient
    mine: Firm = field(init=False)
    other: Firm = field(init=False)

    @property
    def site(self) -> Huotong:
        return self.app.state.huotong

    @property
    def door(self) -> Door:
        return self.site.door

    async def post(self, token: str | None, query: str, variables: Any = None, **more: Any) -> httpx.Response:
        headers = {"accept": NEW} | ({"authorization": f"Bearer {token}"} if token else {})
        body = {"query": query, "variables": variables or {}, **more}
        return await self.client.post("/graphql", json=body, headers=headers)

    async def ask(self, token: str, query: str, variables: Any = None, **more: Any) -> dict[str, Any]:
        answer = (await self.post(token, query, variables, **more)).json()
        answer.pop("extensions", None)
        return answer

    async def read(self, token: str, query: str, variables: Any = None) -> dict[str, Any]:
        """The data of a query that nothing is wrong with."""
        answer = await self.ask(token, query, variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def token(self, company: Company, role: str, party_id: UUID | None = None) -> str:
        """By client credentials, through the token endpoint."""
        given = await create_client(company, f"{role}'s program", role, party_id=party_id)
        assert given.client_secret
        answer = await self.client.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=httpx.BasicAuth(given.client_id, given.client_secret),
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    async def firm(self, *roles: str, rows: int = ROWS) -> Firm:
        """A filled company, with programs of these roles; by default of all."""
        firm = Firm(await self.instance.company())
        await fill(self.instance.owner, firm.company.schema, rows)
        await seal(self.instance.owner, firm.company, [firm.id("waiting_call", i) for i in range(1, rows + 1)])
        await seal_imports(
            self.instance.owner, firm.company, [firm.id("import_job", i) for i in range(1, rows + 1)]
        )  # fmt: skip
        await seal_log(self.instance.owner, firm.company, [firm.id("command_log", i) for i in range(1, rows + 1)])
        for role in roles or ROLES:
            firm.tokens[role] = await self.token(firm.company, role, firm.id("partner") if role == "partner" else None)
        return firm


def codes(answer: Mapping[str, Any]) -> set[str]:
    return {error.get("extensions", {}).get("code", "") for error in answer.get("errors", ())}
