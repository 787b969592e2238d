"""Names for the ids in the log: of one's own company, for those who read it."""

import pytest

from tests.api.shop import Shop


async def test_the_members_are_those_of_the_company(shop: Shop) -> None:
    for firm in (shop.mine, shop.other):
        found = await shop.read(firm.tokens["owner"], "{ members { id name } me { id name } }")
        assert {"id": found["me"]["id"], "name": "owner's program"} in found["members"]
        assert len(found["members"]) == len(firm.tokens)
    mine = await shop.read(shop.mine.tokens["owner"], "{ members { id } }")
    theirs = await shop.read(shop.other.tokens["owner"], "{ members { id } }")
    assert {one["id"] for one in mine["members"]}.isdisjoint(one["id"] for one in theirs["members"])


@pytest.mark.parametrize("role", ["sales", "keeper", "buyer", "partner"])
async def test_others_do_not_see_them(shop: Shop, role: str) -> None:
    answer = await shop.ask(shop.mine.tokens[role], "{ members { name } }")
    assert answer["data"] == {"members": None}
    assert answer["errors"][0]["extensions"]["code"] == "FIELD_FORBIDDEN"
