"""GraphQL over HTTP: media types, status codes, methods, and bodies that are too long or not JSON."""

import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from api.read.engine import Reader
from api.read.http import BODY, NEW, OLD, endpoint
from tests.api.read.company import callers, create, data_of, rows_of
from tests.api.read.conftest import FREE, MODEL
from tests.api.read.oracle import SECRET

DATA = data_of(5)
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def served(connection: Any) -> Starlette:
    async def caller_of(_: Any) -> Any:
        return callers(DATA)["manager"]

    handle = endpoint(Reader(MODEL, FREE, SECRET), caller_of, lambda request, caller: rows_of(connection))
    return Starlette(routes=[Route("/graphql", handle, methods=METHODS)])


@pytest.fixture(scope="module")
async def client(postgres: Any) -> AsyncIterator[httpx.AsyncClient]:
    connection = await asyncpg.connect(postgres.superuser_url)
    await create(connection, "read_http", DATA)
    transport = httpx.ASGITransport(served(connection))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made
    await connection.close()


def post(client: httpx.AsyncClient, query: Any, accept: str = NEW, **more: Any) -> Any:
    return client.post("/graphql", json={"query": query, **more}, headers={"accept": accept})


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", OLD),
        ("*/*", OLD),
        ("application/*", OLD),
        (NEW, NEW),
        (f"{NEW}, {OLD};q=0.9", NEW),
        (f"{OLD}, {NEW}", OLD),
        (f"{NEW};q=0, */*", OLD),
        ("text/html", None),
        (f"{OLD};q=0", None),
        (f"{OLD};q=²", None),
    ],
)
async def test_the_client_chooses_the_media_type(client: httpx.AsyncClient, accept: str, kind: str | None) -> None:
    answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers=[(b"accept", accept.encode())])
    assert answer.status_code == (200 if kind else 406)
    assert kind is None or answer.headers["content-type"] == f"{kind}; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "query", "status"),
    [
        (NEW, "{ products(first: 1) { nodes { sku } } }", 200),
        (NEW, "{", 400),
        (NEW, "{ nothing }", 400),
        (OLD, "{ nothing }", 200),
        (NEW, 5, 400),
        (OLD, 5, 400),
        (OLD, None, 400),
        (NEW, "{ failing }", 200),
    ],
)
async def test_status_codes(client: httpx.AsyncClient, accept: str, query: Any, status: int) -> None:
    answer = await post(client, query, accept)
    assert answer.status_code == status
    assert ("data" in answer.json()) == (status == 200 and "nothing" not in str(query))


@pytest.mark.parametrize(
    "more", [{"variables": 5}, {"variables": []}, {"operationName": {}}, {"extensions": "x"}, {"operationName": "Q"}]
)
async def test_parameters_of_a_wrong_type_are_refused(client: httpx.AsyncClient, more: dict[str, Any]) -> None:
    assert (await post(client, "{ __typename }", **more)).status_code == 400


@pytest.mark.parametrize(
    ("content", "type_", "status"),
    [
        (b"{}", OLD, 400),
        (b"[]", OLD, 400),
        (b"no", OLD, 400),
        (b'{"query": "\xff"}', OLD, 400),
        (b"[" * 5000 + b"]" * 5000, OLD, 400),
        (b'{"query": "{ __typename }"}', "text/plain", 415),
        (b'{"query": "{ __typename }"}', f"{OLD}; charset=utf-16", 415),
        (b'{"query": "{ __typename }"}', f'{OLD}; charset="UTF-8"', 200),
        (b'{"query": "{ __typename }", "x": "' + b"x" * BODY, OLD, 413),
    ],
    ids=str,
)
async def test_bodies(client: httpx.AsyncClient, content: bytes, type_: str, status: int) -> None:
    answer = await client.post("/graphql", content=content, headers={"content-type": type_})
    assert answer.status_code == status


async def test_a_long_body_is_given_up_while_it_streams(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * BODY:
            sent += 10_000
            yield b"x" * 10_000

    answer = await client.post("/graphql", content=endless(), headers={"content-type": OLD})
    assert answer.status_code == 413
    assert sent < 2 * BODY


async def test_get_reads_and_never_writes(client: httpx.AsyncClient) -> None:
    query = "query ($n: Int!) { products(first: $n) { nodes { sku } } }"
    answer = await client.get("/graphql", params={"query": query, "variables": json.dumps({"n": 2})})
    assert len(answer.json()["data"]["products"]["nodes"]) == 2
    change = 'mutation { renameProduct(id: 1, name: "x") { ok } }'
    answer = await client.get("/graphql", params={"query": change})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (await client.get("/graphql", params={"query": query, "variables": "{"})).status_code == 400
    assert (await client.put("/graphql", json={"query": query})).status_code == 405
