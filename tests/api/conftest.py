"""The app as it runs, for the whole run of tests."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest_asyncio

from api.app import make_app
from api.read.limits import Limits
from tenants.settings import Settings
from tests.api.shop import ISSUER, Shop
from tests.companies import Instance

FREE = Limits(capacity=10**12, nodes=10**12)


@pytest_asyncio.fixture(scope="session")
async def shop(instance: Instance) -> AsyncIterator[Shop]:
    settings = replace(
        Settings.from_environment(), database_url=instance.server.app_url, keys=instance.keys, public_url=ISSUER
    )
    app = make_app(settings, FREE)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as client:
            shop = Shop(instance, app, client)
            shop.mine, shop.other = await shop.firm(), await shop.firm()
            yield shop
