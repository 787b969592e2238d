"""What a device learns after its first load: all that concerns it, nothing else, and nothing is missed."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.sync import feed as sync_feed
from api.sync.feed import make_cursor, read_cursor
from domain.feed import number_changes, prune_tombstones
from domain.ids import new_id
from tenants import accounts
from tenants.registry import Company
from tests.api.shop import Firm, Shop
from tests.api.sync.conftest import MakePhone, boss
from tests.api.sync.phone import Phone
from tests.api.visitors import App, some_user
from tests.builders import act, make_partner, make_product, make_warehouse
from tests.companies import Instance

INSERT = "insert into change (entity, entity_id, bucket, gone) values ($1, $2, $3, $4)"


async def changed(company: Company, entity: str, id: UUID, bucket: str = "common", gone: bool = False) -> None:
    """A change row past every command."""
    connection = await asyncpg.connect(
        company.database.write.engine.url.render_as_string(False).replace("+asyncpg", "")
    )
    await connection.execute(company.opening)
    await connection.execute(INSERT, entity, id, bucket, gone)
    await connection.execute("commit")
    await connection.close()


async def test_the_same_as_a_fresh_load(firm: Firm, phone: MakePhone) -> None:
    """Whatever happened meanwhile: all that has changed and nothing else is sent."""
    owner = boss(firm)
    device = await phone("owner")
    product, place = await make_product(owner, name="重庆小面", price="12.5"), firm.id("location", 1)
    await make_partner(owner, name="Wang", phone="138 0013 8000")
    record = {"product_id": product, "location_id": place, "quantity": "5", "unit_cost": "3"}
    await act(owner, "inventory.record_opening_stock", records=[record])
    line = {"product_id": product, "quantity": "4"}
    transfer = {"transfer_id": new_id(), "document_id": new_id(), "from_location_id": place, "lines": [line]}
    await act(owner, "inventory.send_transfer", **transfer, to_location_id=firm.id("location", 2))
    [page] = await device.pull()
    assert {change["part"] for change in page["changes"]} >= {"product", "partner_contact", "stock", "transfer"}
    row = device.row("product@common", product)
    assert row
    assert (row["py"], row["pyf"]) == ("cqxm", "chongqingxiaomian")

    fresh = await phone("owner")
    await fresh.pull()  # chunks are not packed anew for so little
    for rows in (device.rows, fresh.rows):
        for row in rows["product@common"].values():
            row.pop("py", None)
            row.pop("pyf", None)
    assert {held: rows for held, rows in device.rows.items() if rows} == {k: v for k, v in fresh.rows.items() if v}
    for held in (f"transfer@w:{firm.id('warehouse', i)}" for i in (1, 2)):
        assert device.row(held, transfer["transfer_id"])
    assert (await device.pull())[0]["changes"] == []


async def test_a_keeper_is_never_sent_a_cost_or_a_price(firm: Firm, phone: MakePhone, shop: Shop) -> None:
    owner = boss(firm)
    device, buyer = await phone("keeper"), Phone(shop, await shop.token(firm.company, "buyer"))
    await buyer.load()
    product = await make_product(owner, reference_cost="7.1234567", price="9.7654321")
    for each in (device, buyer):
        await each.pull()
        await each.load()
        await each.pull()
    assert device.row("product@common", product)
    assert b"7.1234567" in buyer.raw
    for hidden in (b"7.1234567", b"9.7654321", b"referenceCost", b"price"):
        assert hidden not in device.raw
    answer = await device.ask(holds=[*device.holds, "product_cost@common"])
    assert answer.json()["drop"] == ["product_cost@common"]
    assert (await device.get("/sync/snapshot/product_cost/common/0")).status_code == 404


async def test_rights_come_and_go(firm: Firm, shop: Shop, instance: Instance) -> None:
    mine, other = firm.id("warehouse", 1), firm.id("warehouse", 2)
    email = await some_user(instance, firm.company, role="keeper")
    await accounts.grant(firm.company, "keeper", email=email, warehouses=[mine])
    app = await App(shop.app).sign_in(email)
    device = await Phone(shop, app.tokens["access_token"]).load()
    assert {held.partition("@")[2] for held in device.holds if "@w:" in held} == {f"w:{mine}"}

    await accounts.grant(firm.company, "keeper", email=email, warehouses=[other])
    await accounts.grant(firm.company, "sales", email=email, warehouses=[other])
    shop.site.callers.kept.clear()
    pages = await device.pull()
    assert {held.partition("@")[2] for held in pages[0]["drop"]} == {f"w:{mine}"}
    assert {f"stock@w:{other}", "product_price@common"} <= set(pages[0]["add"])
    assert "sales.price" in device.permissions
    assert len(device.rows["product_price@common"]) == 8
    assert not {held for held in device.rows if held.endswith(str(mine))}
    order = await device.get(f"/sync/snapshot/stock/w:{mine}/0")
    assert order.status_code == 404


async def test_a_new_warehouse_is_offered_to_those_who_see_all(firm: Firm, phone: MakePhone, shop: Shop) -> None:
    device = await phone("keeper")
    warehouse = new_id()
    place = await make_warehouse(boss(firm), id=warehouse)
    pages = await device.pull()
    assert f"stock@w:{warehouse}" in pages[0]["add"]
    assert device.row(f"warehouse@w:{warehouse}", warehouse)
    assert device.row(f"location@w:{warehouse}", place)
    record = {"id": warehouse, "code": "NEW", "name": "renamed", "base_version": 1}
    await act(boss(firm), "masterdata.save_warehouses", records=[record])
    await device.pull()
    row = device.row(f"warehouse@w:{warehouse}", warehouse)
    assert row
    assert row["name"] == "renamed"


async def test_what_commits_late_is_not_missed(firm: Firm, phone: MakePhone) -> None:
    company, device = firm.company, await phone("keeper")
    late, early = firm.id("product", 1), firm.id("product", 2)
    slow = await asyncpg.connect(company.database.write.engine.url.render_as_string(False).replace("+asyncpg", ""))
    await slow.execute(company.opening)
    await slow.execute(INSERT, "product", late, "common", False)
    await changed(company, "product", early)
    [page] = await device.pull()
    assert [row["id"] for row in page["changes"][0]["rows"]] == [str(early)]
    await slow.execute("commit")
    await slow.close()
    [page] = await device.pull()
    assert [row["id"] for row in page["changes"][0]["rows"]] == [str(late)]


async def test_what_is_gone_and_what_has_been_forgotten_to_be_gone(
    firm: Firm, phone: MakePhone, instance: Instance
) -> None:
    device, sleeper = await phone("keeper"), await phone("keeper")
    gone = uuid4()
    device.rows["partner@common"][str(gone)] = {"id": str(gone)}
    await changed(firm.company, "partner", gone, gone=True)
    await device.pull()
    assert device.row("partner@common", gone) is None
    assert await prune_tombstones(firm.company) == 0
    await instance.owner.execute(f"update {firm.company.schema}.change set at = at - interval '91 days' where gone")
    assert await prune_tombstones(firm.company) == 1
    assert (await device.pull())[0]["reset"] is False
    assert (await sleeper.page())["reset"] is True


async def test_a_cursor_of_somebody_else_s_making_begins_again(firm: Firm, phone: MakePhone, shop: Shop) -> None:
    device = await phone("keeper")
    seq = read_cursor(firm.company, device.cursor)
    assert seq is not None
    ours, ahead = make_cursor(firm.company, seq), make_cursor(firm.company, seq + 10**9)
    foreign = make_cursor(shop.other.company, seq)
    for cursor in (foreign, ahead, "", "x", "é", ours[:-2], "B" + ours[1:], "A" * 54, "A" * 200):
        answer = await device.ask(cursor=cursor)
        assert answer.status_code == 200
        assert answer.json()["reset"] is True, cursor
    assert (await device.ask(cursor=ours)).json()["reset"] is False


async def test_pages(firm: Firm, phone: MakePhone) -> None:
    device = await phone("owner")
    products = [firm.id("product", i) for i in range(1, 9)]
    for product in products:
        await changed(firm.company, "product", product)
        await changed(firm.company, "nobody's business", product)
    for held in list(device.rows):
        device.rows[held].clear()
    pages = await device.pull(limit=3)
    assert [page["hasMore"] for page in pages] == [True, True, False]
    assert set(device.rows["product@common"]) == {str(id) for id in products}
    assert set(device.rows["product_cost@common"]) == {str(id) for id in products}


BAD: list[tuple[Any, str | None]] = [
    (b"", None), (b"[]", ""), (b"{", None), (b'"\xff"', None), (b"[" * 2000, None),
    ({"cursor": 1}, "cursor"), ({"holds": "all"}, "holds"), ({"holds": [1]}, "holds.0"), ({"unsent": -1}, "unsent"),
    ({"unsent": "many"}, "unsent"), ({"limit": 0}, "limit"), ({"limit": 1001}, "limit"),
    ({"schemaVersion": None}, "schemaVersion"), ({"cursor": "x" * 300}, "cursor"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "field"), BAD)
async def test_bodies_that_are_none(shop: Shop, bad: Any, field: str | None) -> None:
    headers = {"authorization": f"Bearer {shop.mine.tokens['keeper']}"}
    good = {"schemaVersion": 1, "cursor": "", "holds": [], "unsent": 0}
    sent: Any = {"content": bad} if isinstance(bad, bytes) else {"json": good | bad}
    answer = await shop.client.post("/sync/pull", headers=headers, **sent)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] == "malformed"
    assert answer.json()["field"] == field


async def test_other_refusals(shop: Shop) -> None:
    device = Phone(shop, shop.mine.tokens["keeper"])
    assert (await device.ask(schemaVersion=2)).json() == {"error": "upgrade_required"}
    assert (await device.ask(holds=["x" * 70_000])).status_code == 413
    odd = ["", "@", "product", "product@common@w", "stock@w:", f"stock@w:{uuid4()}", "command@u:", "\x00", "é@é"]
    assert (await device.ask(holds=odd)).json()["reset"] is True
    loaded = await device.load()
    assert (await loaded.ask(holds=odd)).json()["drop"] == odd
    assert (await Phone(shop, "no token").ask()).status_code == 401
    for path in ("/sync/snapshot", "/sync/snapshot/product/common/0", "/sync/events"):
        assert (await shop.client.get(path)).status_code == 401
    for path in ("product/common/99", "product/w:1/0", "nothing/common/0", "stock/common/0", f"stock/w:{uuid4()}/0"):
        assert (await device.get(f"/sync/snapshot/{path}")).status_code == 404


async def test_what_became_of_one_s_own_calls(firm: Firm, phone: MakePhone, shop: Shop) -> None:
    keeper, owner = await phone("keeper"), await phone("owner")
    id, document = str(new_id()), str(new_id())
    line = {"product_id": str(firm.id("product", 3)), "location_id": str(firm.id("location", 3)), "counted": "7"}
    call = {
        "id": id, "name": "inventory.record_count", "body": {"document_id": document, "lines": [line]},
        "occurredAt": "2026-11-20T08:00:00Z", "lane": "a",
    }  # fmt: skip
    refused = call | {"id": str(new_id()), "body": {"document_id": str(new_id()), "lines": [line | {"counted": "-1"}]}}
    sent = {"deviceTime": "2026-11-20T08:00:00Z", "calls": [call, refused]}
    answer = await shop.client.post(
        "/sync/push", json=sent, headers={"authorization": f"Bearer {firm.tokens['keeper']}"}
    )
    outcomes = {one["id"]: one for one in answer.json()["outcomes"]}
    pages = await keeper.pull()
    [mine] = [held for held in keeper.holds if held.startswith("command@")]
    assert pages[0]["changes"][-1]["part"] == "command", "after what the call changed"
    row = keeper.row(mine, id)
    assert row
    assert row == {name: outcomes[id][name] for name in row}
    assert (row["status"], row["data"]["documentId"]) == ("accepted", document)
    await owner.pull()
    assert not any(rows for held, rows in owner.rows.items() if held.startswith("command@"))
    assert id.encode() not in owner.raw


async def test_numbering_by_somebody_else_at_the_same_time(firm: Firm, phone: MakePhone) -> None:
    """The pull does not wait longer than a lock may take, and what it did not see comes with the next."""
    device = await phone("keeper")
    await changed(firm.company, "product", firm.id("product", 1))
    holder = await asyncpg.connect(
        firm.company.database.write.engine.url.render_as_string(False).replace("+asyncpg", "")
    )
    await holder.execute(firm.company.opening)
    await holder.execute("select last from feed_head for no key update")
    assert (await device.pull())[0]["changes"] == []
    await holder.execute("rollback")
    await holder.close()
    [page] = await device.pull()
    assert [change["part"] for change in page["changes"]] == ["product"]
    assert await number_changes(firm.company) == 0


def test_a_chunk_lacks_no_more_than_a_pull_brings() -> None:
    head = sync_feed.Head(last=10_000, pruned=20, waiting=False, warehouses=[])
    assert head.safe == 10_000 - sync_feed.BEHIND
    assert sync_feed.Head(last=10, pruned=3, waiting=False, warehouses=[]).safe == 3
