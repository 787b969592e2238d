"""A device that was reported lost: what waits on it is kept for a manager, and then it is told to forget."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.api.shop import Firm, Shop
from tests.api.sync.test_push import count, now, sell, states
from tests.api.visitors import APP_HEADERS, App, bearer, some_user
from tests.companies import Instance

Device = Callable[..., Awaitable[App]]


@pytest.fixture
async def firm(shop: Shop) -> Firm:
    return await shop.firm("owner", rows=8)


@pytest.fixture
def device(shop: Shop, instance: Instance, firm: Firm) -> Device:
    async def signed_in(role: str = "keeper", agent: str = "Chromium on a phone") -> App:
        return await App(shop.app, agent).sign_in(await some_user(instance, firm.company, role=role))

    return signed_in


async def devices(app: App, everybody: bool = False) -> list[dict[str, Any]]:
    query = "?all=1" if everybody else ""
    answer = await app.browser.get(f"/oauth/devices{query}", headers=bearer(app.tokens["access_token"]))
    assert answer.status_code == 200, answer.text
    return answer.json()["devices"]


async def revoke(app: App, id: str) -> int:
    answer = await app.browser.post(f"/oauth/devices/{id}/revoke", headers=bearer(app.tokens["access_token"]))
    return answer.status_code


async def push_by_cookie(app: App, *calls: Any, **headers: str) -> httpx.Response:
    body = {"deviceTime": now().isoformat(), "calls": calls}
    return await app.browser.post("/sync/push", json=body, headers=headers or APP_HEADERS)


async def test_people_see_their_own_devices_and_managers_the_company_s(device: Device) -> None:
    keeper, manager = await device("keeper"), await device("manager", "Firefox in the office")
    (own,) = await devices(keeper)
    assert (own["current"], own["own"], own["device"], own["unsent"]) == (True, True, "Chromium on a phone", 0)
    assert {one["device"] for one in await devices(manager, everybody=True)} == {own["device"], "Firefox in the office"}
    forbidden = await keeper.browser.get("/oauth/devices?all=1", headers=bearer(keeper.tokens["access_token"]))
    assert forbidden.status_code == 403
    (managers,) = await devices(manager)
    assert await revoke(keeper, managers["id"]) == 404
    assert await revoke(keeper, "nothing") == 404


async def test_what_waits_on_a_lost_device_is_handed_over_and_not_booked(
    device: Device, firm: Firm, rows: Any, shop: Shop
) -> None:
    keeper, manager = await device("keeper"), await device("manager")
    (own,) = await devices(keeper)
    assert await revoke(manager, own["id"]) == 200
    assert await devices(manager, everybody=True) != []
    for _ in range(2):
        answer = await keeper.refresh()
        assert (answer.status_code, answer.json()["error_description"]) == (400, "device_revoked")
    fact, request = count(firm), sell(firm)
    for _ in range(2):
        answer = await push_by_cookie(keeper, fact, request)
        assert answer.status_code == 200, answer.text
        assert states(answer.json()["outcomes"]) == [("waiting", "forbidden"), ("refused", "forbidden")]
    assert not await rows(firm.company, "select from stock_document where kind = 'count'")


async def test_a_fact_that_was_applied_before_keeps_its_answer(device: Device, firm: Firm) -> None:
    keeper = await device("keeper")
    sent = count(firm)
    body = {"deviceTime": now().isoformat(), "calls": [sent]}
    applied = await keeper.browser.post("/sync/push", json=body, headers=bearer(keeper.tokens["access_token"]))
    (own,) = await devices(keeper)
    assert await revoke(keeper, own["id"]) == 200
    again = await push_by_cookie(keeper, sent)
    assert again.json()["outcomes"] == applied.json()["outcomes"]


async def test_the_cookie_of_a_living_session_is_no_way_in(device: Device, firm: Firm) -> None:
    keeper = await device("keeper")
    assert (await push_by_cookie(keeper, count(firm))).status_code == 401
    (own,) = await devices(keeper)
    assert await revoke(keeper, own["id"]) == 200
    assert (await push_by_cookie(keeper, count(firm), accept="*/*")).status_code == 401  # without the app's header
    assert keeper.cookie
    keeper.cookie = keeper.cookie[:-4] + "AAAA"
    assert (await push_by_cookie(keeper, count(firm))).status_code == 401
