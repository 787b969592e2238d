"""The doors open on the app as it runs, for a company whose stock they may change."""

import pytest_asyncio

from tests.api.conftest import shop
from tests.api.shop import Firm, Shop

__all__ = ["shop"]


@pytest_asyncio.fixture(scope="session")
async def firm(shop: Shop) -> Firm:
    return await shop.firm()
