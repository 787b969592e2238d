"""Live updates: soon after a command, whoever is connected learns which of his buckets have changed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
import pytest_asyncio
import uvicorn

from api.app import make_app
from api.sync import events
from domain.execute import execute
from domain.ids import new_id
from tenants import accounts
from tenants.doorbell import LONGEST, payload, rung_by
from tenants.registry import Registry
from tenants.settings import Pools, Settings
from tenants.transaction import Database
from tests.api.shop import ISSUER, Firm, Shop
from tests.api.sync.conftest import boss
from tests.api.visitors import App, some_user
from tests.builders import call, make_product, plain
from tests.companies import Instance

END_LISTENERS = """select count(pg_terminate_backend(pid)) from pg_stat_activity
 where datname = current_database() and query ilike 'listen%'"""


@pytest_asyncio.fixture(scope="module")
async def served(shop: Shop, instance: Instance) -> AsyncIterator[str]:
    """The app behind a real server: only there does a reader hang up, or read slowly."""
    settings = replace(
        Settings.from_environment(), database_url=instance.server.app_url, keys=instance.keys, public_url=ISSUER
    )
    app = make_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
        assert not running.done()
    host, port = server.servers[0].sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.should_exit = True
    await running


@asynccontextmanager
async def listening(url: str, token: str) -> AsyncIterator[AsyncIterator[list[str] | None]]:
    """The names of buckets as they come; None for a comment."""

    async def heard(answer: httpx.Response) -> AsyncIterator[list[str] | None]:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                yield orjson.loads(line.removeprefix("data: "))
            elif line.startswith(":"):
                yield None

    headers = {"authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=url, timeout=20) as client,
        client.stream("GET", "/sync/events", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        news = heard(answer)
        assert await anext(news) is None
        yield news


async def buckets(news: AsyncIterator[list[str] | None], seconds: float = 3) -> list[str]:
    async with asyncio.timeout(seconds):
        while not (found := await anext(news)):
            pass
        return found


@asynccontextmanager
async def elsewhere(instance: Instance, firm: Firm) -> AsyncIterator[Any]:
    """The company as another process has it, with its own connections and its own doorbell."""
    database = Database(instance.server.app_url, Pools(write=1, share=1, read=1, control=1))
    company = await Registry(database, instance.master).company(firm.company.id)
    yield replace(boss(firm), company=company)
    await database.close()


async def test_a_command_of_another_process_is_heard_within_a_second(
    served: str, firm: Firm, instance: Instance
) -> None:
    place = firm.id("location", 1)
    async with elsewhere(instance, firm) as caller, listening(served, firm.tokens["keeper"]) as news:
        product = await make_product(caller)
        assert await buckets(news) == ["common"]
        record = {"product_id": product, "location_id": place, "quantity": "5", "unit_cost": "3"}
        body = plain({"records": [record]})
        began = time.monotonic()
        outcome = await execute(call("inventory.record_opening_stock", body), caller)
        assert outcome.status == "accepted"
        assert await buckets(news) == [f"w:{firm.id('warehouse', 1)}"]
        assert time.monotonic() - began < 1


async def test_nobody_hears_of_other_companies_other_warehouses_or_other_people(
    served: str, firm: Firm, shop: Shop, instance: Instance
) -> None:
    email = await some_user(instance, firm.company, role="keeper")
    await accounts.grant(firm.company, "keeper", email=email, warehouses=[firm.id("warehouse", 2)])
    keeper = (await App(shop.app).sign_in(email)).tokens["access_token"]
    partner = await shop.token(firm.company, "partner", firm.id("partner"))
    async with (
        listening(served, keeper) as of_keeper,
        listening(served, partner) as of_partner,
        listening(served, shop.mine.tokens["owner"]) as of_others,
        listening(served, firm.tokens["owner"]) as of_owner,
    ):
        line = {"product_id": firm.id("product", 3), "location_id": firm.id("location", 3), "counted": "7"}
        counted = call("inventory.record_count", plain({"document_id": new_id(), "lines": [line]}))
        await execute(counted, boss(firm))
        assert await buckets(of_owner) == [f"w:{firm.id('warehouse', 3)}"]
        await make_product(boss(firm))
        assert await buckets(of_keeper) == ["common"], "and nothing before it"
        for silent in (of_partner, of_others):
            with pytest.raises(TimeoutError):
                await buckets(silent, 0.5)


async def test_it_listens_again_when_its_connection_is_lost(served: str, firm: Firm, instance: Instance) -> None:
    async with listening(served, firm.tokens["keeper"]) as news:
        superuser = await asyncpg.connect(instance.server.superuser_url)
        assert await superuser.fetchval(END_LISTENERS)
        await superuser.close()
        await make_product(boss(firm))
        assert await buckets(news, 10) == ["common"]


async def test_a_fourth_reader_of_a_session_ends_the_first(served: str, firm: Firm) -> None:
    token = firm.tokens["sales"]
    async with AsyncExitStack() as stack:
        first, *others = [await stack.enter_async_context(listening(served, token)) for _ in range(4)]
        with pytest.raises(StopAsyncIteration):
            async with asyncio.timeout(3):
                while True:
                    await anext(first)
        await make_product(boss(firm))
        for news in others:
            assert await buckets(news) == ["common"]


async def test_it_ends_with_the_rights(
    served: str, firm: Firm, shop: Shop, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "QUIET", 0.1)
    monkeypatch.setattr("api.auth.KEPT", 0.1)
    email = await some_user(instance, firm.company, role="keeper")
    token = (await App(shop.app).sign_in(email)).tokens["access_token"]
    async with listening(served, token) as news:
        await accounts.revoke(firm.company, email=email)
        with pytest.raises(StopAsyncIteration):
            async with asyncio.timeout(3):
                while True:
                    assert await anext(news) is None


async def test_a_slow_reader_keeps_no_more_than_the_names() -> None:
    listener = events.Listener(None, frozenset({"common", "w:1"}))  # pyright: ignore[reportArgumentType]
    for _ in range(1000):
        listener.tell(["common", "w:1", "w:2"])
    assert listener.take() == ["common", "w:1"]
    assert not listener.woken.is_set()
    with suppress(TimeoutError):
        async with asyncio.timeout(0.01):
            await listener.woken.wait()
            raise AssertionError


def test_who_rings() -> None:
    some = [new_id() for _ in range(240)]
    assert rung_by(payload(some)) == set(some)
    assert len(payload(some)) <= LONGEST
    assert rung_by(payload([new_id() for _ in range(300)])) is None
