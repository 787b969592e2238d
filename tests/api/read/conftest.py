"""A connection to a schema of its own for each test module; sync, so that hypothesis can drive it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest

from api.read.engine import Answer, Reader
from api.read.limits import Limits
from infra.launch.cluster import Server
from tests.api.read.company import Caller, callers, company, create, data_of, rows_of
from tests.api.read.oracle import SECRET

LOOP = asyncio.new_event_loop()
MODEL = company()
DATA = data_of(1000)
CALLERS = callers(DATA)
FREE = Limits(capacity=10**12)
Ask = Callable[..., dict[str, Any]]


def wait(made: Any) -> Any:
    return LOOP.run_until_complete(made)


@pytest.fixture(scope="session")
def connect(postgres: Server) -> Iterator[Callable[[str, Any], asyncpg.Connection]]:
    """Schema name and data → a connection that sees them."""
    opened: list[asyncpg.Connection] = []

    def make(schema: str, data: Any) -> asyncpg.Connection:
        connection = wait(asyncpg.connect(postgres.superuser_url))
        opened.append(connection)
        wait(create(connection, schema, data))
        return connection

    yield make
    for connection in opened:
        wait(connection.close())


@pytest.fixture(scope="session")
def db(connect: Any) -> asyncpg.Connection:
    return connect("read_unit", DATA)


@pytest.fixture
def reader() -> Reader:
    return Reader(MODEL, FREE, SECRET)


@pytest.fixture
def answer(reader: Reader, db: Any) -> Callable[..., Answer]:
    def run(
        query: str, variables: Any = None, caller: Any = "manager", name: Any = None, context: Any = None
    ) -> Answer:
        who = caller if isinstance(caller, Caller) else CALLERS[caller]
        return wait(reader.answer(query, rows_of(db), who, variables, name, context))

    return run


@pytest.fixture
def ask(answer: Callable[..., Answer]) -> Ask:
    return lambda *given, **named: json.loads(answer(*given, **named).body)


def codes(answer: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", [])}
