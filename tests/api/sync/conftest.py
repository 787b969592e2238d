"""Companies of a test's own, and devices in them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from tenants.access import Caller
from tests.api.shop import Firm, Shop
from tests.api.sync.phone import Phone
from tests.companies import caller_of

MakePhone = Callable[..., Awaitable[Phone]]


def boss(firm: Firm) -> Caller:
    """Acts past every door, whenever the rights were given."""
    return replace(caller_of(firm.company), epoch=0)


@pytest.fixture
async def firm(shop: Shop) -> Firm:
    return await shop.firm("owner", "keeper", "sales", rows=8)


@pytest.fixture
def phone(shop: Shop, firm: Firm) -> MakePhone:
    """A device that has just been filled."""

    async def filled(role: str = "keeper") -> Phone:
        return await Phone(shop, firm.tokens[role]).load()

    return filled
