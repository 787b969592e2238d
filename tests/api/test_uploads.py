"""Files in, and out again; and the list of jobs, each to whom it belongs."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api import files
from domain.files import write_file
from domain.ids import new_id
from tenants.access import Caller
from tests.api.shop import Shop

JOBS = "{ jobs(first: 100, orderBy: [CREATED_AT_DESC]) { totalCount nodes { id label actorId } } }"


def bearer(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


async def send(shop: Shop, token: str | None, content: Any, name: str = "表.csv", **headers: str) -> httpx.Response:
    return await shop.client.post("/uploads", params={"name": name}, content=content, headers=bearer(token) | headers)


async def fetch(shop: Shop, token: str | None, id: object) -> httpx.Response:
    return await shop.client.get(f"/downloads/{id}", headers=bearer(token))


async def caller(shop: Shop, token: str) -> Caller:
    return await shop.site.callers.of(f"Bearer {token}")


async def test_a_file_goes_in_and_comes_out_to_its_maker_alone(shop: Shop) -> None:
    owner, manager = shop.mine.tokens["owner"], shop.mine.tokens["manager"]
    data = "商品,数量\n茶,3\n".encode("gb18030") * 50_000
    answer = await send(shop, owner, data, **{"content-type": "Text/CSV; charset=gb18030"})
    assert answer.status_code == 201, answer.text
    given = answer.json()
    assert given == {"id": given["id"], "name": "表.csv", "size": len(data)}
    out = await fetch(shop, owner, given["id"])
    assert (out.status_code, out.content) == (200, data)
    assert out.headers["content-type"] == "text/csv; charset=utf-8"
    assert out.headers["content-disposition"].endswith("filename*=UTF-8''%E8%A1%A8.csv")
    assert out.headers["x-content-type-options"] == "nosniff"
    assert out.headers["cache-control"] == "private, no-store"
    assert out.headers["content-security-policy"] == "default-src 'none'; sandbox"
    for token in (manager, shop.other.tokens["owner"]):
        assert (await fetch(shop, token, given["id"])).status_code == 404
    assert (await fetch(shop, None, given["id"])).status_code == 401


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\价格.xlsx", "价格.xlsx"),
        ('a"\r\nb: c.csv', 'a"b: c.csv'),
        ("x" * 500, "x" * 200),
    ],
)
async def test_a_name_is_only_a_name(shop: Shop, name: str, kept: str) -> None:
    answer = await send(shop, shop.mine.tokens["owner"], b"1", name)
    assert answer.json()["name"] == kept
    assert (await fetch(shop, shop.mine.tokens["owner"], answer.json()["id"])).status_code == 200


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("keeper", 403), ("partner", 403), ("manager", 201)])
async def test_who_may_send_files(shop: Shop, role: str | None, status: int) -> None:
    assert (await send(shop, role and shop.mine.tokens[role], b"1")).status_code == status


async def test_what_has_no_name_or_is_too_large_is_not_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = shop.mine.tokens["owner"]
    for name in ("", "/", " \n"):
        answer = await send(shop, owner, b"1", name)
        assert (answer.status_code, answer.json()) == (400, {"error": "name_missing"})
    monkeypatch.setattr(files, "LARGEST", 300_000)

    async def pieces() -> AsyncIterator[bytes]:  # with no length in the head
        for _ in range(40):
            yield b"x" * 10_000

    stored = f"select count(*) from {shop.mine.company.schema}.stored_file"
    before = await shop.instance.owner.fetchval(stored)
    for content in (pieces(), b"x" * 300_001):
        answer = await send(shop, owner, content)
        assert (answer.status_code, answer.json()) == (413, {"error": "file_too_large"})
    assert await shop.instance.owner.fetchval(stored) == before
    assert (await send(shop, owner, b"x" * 300_000)).status_code == 201


async def test_a_file_names_the_permission_it_takes(shop: Shop) -> None:
    firm = shop.mine
    keeper = await caller(shop, firm.tokens["keeper"])

    async def make(permission: str, actor_id: UUID, expires_at: datetime | None = None) -> UUID:
        id = new_id()
        await write_file(
            firm.company, id=id, name="a.csv", media_type="text/csv", purpose="report", permission=permission,
            actor_id=actor_id, chunks=[b"1"], expires_at=expires_at,
        )  # fmt: skip
        return id

    certificate = await make("reconcile.run", UUID(int=0))
    statuses = {role: (await fetch(shop, token, certificate)).status_code for role, token in firm.tokens.items()}
    assert {role for role, status in statuses.items() if status == 200} == {"owner", "manager"}
    assert {status for role, status in statuses.items() if role not in ("owner", "manager")} == {404}
    lost = await make("product.cost", keeper.actor_id)
    assert (await fetch(shop, firm.tokens["keeper"], lost)).status_code == 404
    over = await make("", keeper.actor_id, datetime.now(UTC) - timedelta(seconds=1))
    assert (await fetch(shop, firm.tokens["keeper"], over)).status_code == 404


async def test_everybody_sees_his_own_jobs_and_managers_all(shop: Shop) -> None:
    firm = await shop.firm("owner", "manager", "keeper", "sales", rows=8)
    keeper = await caller(shop, firm.tokens["keeper"])
    mine = [firm.id("job", i) for i in (2, 5)]
    await shop.instance.owner.execute(
        f"update {firm.company.schema}.job set actor_id = $1 where id = any($2)", keeper.actor_id, mine
    )
    seen = {role: (await shop.read(token, JOBS))["jobs"] for role, token in firm.tokens.items()}
    assert {role: one["totalCount"] for role, one in seen.items()} == {
        "owner": 8,
        "manager": 8,
        "keeper": 2,
        "sales": 0,
    }
    assert {node["id"] for node in seen["keeper"]["nodes"]} == {str(id) for id in mine}
    for i in range(1, 9):
        for way in ('job(id: "%s") { id }', 'node(id: "%s") { ... on Job { id } }'):
            found = await shop.read(firm.tokens["keeper"], f"{{ it: {way % firm.id('job', i)} }}")
            assert bool(found["it"]) == (firm.id("job", i) in mine)
    narrowed = '{ jobs(first: 10, filter: { not: { label: { eq: "job 2" } } }) { nodes { label } } }'
    assert [one["label"] for one in (await shop.read(firm.tokens["keeper"], narrowed))["jobs"]["nodes"]] == ["job 5"]
