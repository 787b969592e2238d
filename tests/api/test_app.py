"""Headers, methods, unknown paths and errors of the app as it runs."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import app as application
from api.app import POLICY
from tests.api.shop import ISSUER, NEW, Shop

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
EVERYWHERE = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
SERVED = (
    "/graphql/x",
    "/graphql/",
    "/oauth",
    "/oauth/x",
    "/oauth/token/x",
    "/.well-known/x",
    "/sync/push/x",
    "/healthz/x",
)


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build of the PWA, whether there is one or not."""
    (tmp_path / "index.html").write_text("<!doctype html><title>Huotong</title>")
    (tmp_path / "sw.js").write_text("// service worker")
    monkeypatch.setattr(application, "PWA", tmp_path)


@pytest.fixture
def client(shop: Shop) -> httpx.AsyncClient:
    return shop.client


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/sw.js", 200),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/oauth/jwks", 200),
        ("GET", "/.well-known/openid-configuration", 200),
        ("GET", "/oauth/authorize", 400),
        ("POST", "/oauth/token", 400),
        ("POST", "/graphql", 401),
        ("GET", "/graphql", 401),
        ("PUT", "/graphql", 405),
        ("OPTIONS", "/graphql", 405),
        ("HEAD", "/graphql", 405),
        ("GET", "/oauth/token", 404),
        ("POST", "/healthz", 405),
        ("DELETE", "/", 405),
        ("OPTIONS", "/", 405),
        ("HEAD", "/", 200),
        ("HEAD", "/healthz", 200),
        ("GET", "/assets/none.js", 404),
        ("GET", "/none.js", 404),
        *(("GET", path, 404) for path in SERVED),
        ("POST", "/none", 405),
    ],
)
async def test_every_answer_has_the_headers(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    own_policy = {"content-security-policy"} if path == "/oauth/authorize" else set()  # stricter: no scripts
    assert all(answer.headers[name] == EVERYWHERE[name] for name in EVERYWHERE.keys() - own_policy)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "cache-control" in answer.headers
    assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer")
    if status == 405 and method != "HEAD":
        assert answer.headers["allow"]
    if method == "HEAD" and status == 200:
        assert answer.content == b""


@pytest.mark.parametrize("path", SERVED)
async def test_a_path_of_the_server_is_never_a_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=HTML)
    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


@pytest.mark.parametrize("path", ["/products", "/products/123", "/signed-in?code=1", "/a/b/c"])
async def test_pages_of_the_app_are_its_shell(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert "<title>Huotong" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    for_programs = await client.get(path, headers={"accept": "application/json"})
    assert (for_programs.status_code, for_programs.json()) == (404, {"error": "Not Found"})


@pytest.mark.parametrize(
    "path",
    ["/../app.py", "/%2e%2e/app.py", "/..%2f..%2fapi/app.py", "/%00", "/a%00.js", "/" + "x" * 5000, "//etc/passwd"],
)
async def test_no_path_leaves_the_build(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(httpx.URL(ISSUER, raw_path=path.encode()))
    assert answer.status_code == 404
    assert EVERYWHERE.items() <= dict(answer.headers).items()


async def test_assets_never_change(client: httpx.AsyncClient, tmp_path: Path, shop: Shop) -> None:
    (tmp_path / "app-1a2b.js").write_text("1")
    files = application.Assets(directory=tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(files), base_url=ISSUER) as visitor:
        answer = await visitor.get("/app-1a2b.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_a_crash_tells_nothing(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, accept: str) -> None:
    def crash(_: Any) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr(application, "file_of", crash)
    answer = await client.get("/products", headers={"accept": accept})
    assert answer.status_code == 500
    assert EVERYWHERE.items() <= dict(answer.headers).items()
    assert "secret" not in answer.text
    assert ("json" in answer.headers["content-type"]) == (accept == "application/json")


async def test_not_ready_says_no_more(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise OSError("connection to 10.0.0.7 refused")

    monkeypatch.setattr(application, "control_transaction", refuse)
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False})


async def test_who_is_not_signed_in_is_not_read(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 10_000
            yield b"x" * 10_000

    answer = await client.post("/graphql", content=endless(), headers={"content-type": "application/json"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert sent <= 10_000


async def test_the_answer_to_a_question_is_kept_nowhere(shop: Shop) -> None:
    answer = await shop.post(shop.mine.tokens["owner"], "{ me { company } }")
    assert answer.headers["cache-control"] == "no-store"
    assert re.match(NEW.replace("+", r"\+"), answer.headers["content-type"])
    assert "set-cookie" not in answer.headers
    assert not [name for name in answer.headers if name.startswith("access-control")]
