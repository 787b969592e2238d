"""A site with nothing but the sign-in, and those who visit it: a browser, the app in it, and programs of others."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.auth import Callers, Unauthorized, authenticate, unauthorized
from api.oauth import COOKIE, routes
from tenants import accounts
from tenants.clients import APP
from tenants.registry import Company, Registry
from tenants.settings import Settings
from tenants.signing import SigningKeys
from tenants.transaction import Database
from tests.companies import Instance

ISSUER = "https://huotong.example"
PASSWORD = "correct horse battery"
APP_HEADERS = {"X-Huotong-Client": "pwa"}


@dataclass
class House:
    settings: Settings
    database: Database
    registry: Registry
    signing: SigningKeys
    callers: Callers


async def whoami(request: Request) -> Response:
    caller = await authenticate(request)
    return JSONResponse(
        {"actor": str(caller.actor_id), "company": caller.company.slug, "may": sorted(caller.permissions)}
    )


async def make_site(instance: Instance, public_url: str = ISSUER) -> Starlette:
    app = Starlette(routes=[*routes, Route("/whoami", whoami)], exception_handlers={Unauthorized: unauthorized})
    signing = await SigningKeys.open(instance.database, instance.master)
    callers = Callers(instance.registry, signing, public_url)
    settings = Settings.from_environment()
    object.__setattr__(settings, "public_url", public_url)
    app.state.huotong = House(settings, instance.database, instance.registry, signing, callers)
    return app


def visitor(site: Starlette, **options: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url=ISSUER, **options)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def some_user(instance: Instance, *companies: Company, role: str = "owner", password: str = PASSWORD) -> str:
    email = f"{uuid4().hex[:12]}@example.com"
    await accounts.create_user(instance.database, email, "王芳", password)
    for company in companies:
        await accounts.grant(company, role, email=email)
    return email


class Trip:
    """One round through the sign-in page, with what the client has to remember meanwhile."""

    def __init__(self, client_id: str = APP, redirect_uri: str = f"{ISSUER}/signed-in", **more: str | None) -> None:
        self.verifier, self.state, self.nonce = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | more
        self.parameters = {name: value for name, value in asked.items() if value is not None}

    @property
    def url(self) -> str:
        return f"/oauth/authorize?{urlencode(self.parameters)}"

    async def sign_in(self, browser: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
        page = await browser.get(self.url)
        assert page.status_code == 200, page.text
        return await browser.post(self.url, data=fields(page) | {"email": email, "password": password})

    def code(self, response: httpx.Response) -> str:
        answer = answer_of(response)
        assert answer["state"] == self.state
        assert answer["iss"] == ISSUER
        return answer["code"]

    def exchange(self, code: str, **more: str) -> dict[str, str]:
        asked = self.parameters
        return {
            "grant_type": "authorization_code",
            "client_id": asked["client_id"],
            "redirect_uri": asked["redirect_uri"],
            "code": code,
            "code_verifier": self.verifier,
        } | more


def fields(page: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))


def answer_of(response: httpx.Response) -> dict[str, str]:
    """What the sign-in sends back to the client."""
    assert response.status_code == 303, response.text
    return {name: value for name, (value,) in parse_qs(urlsplit(response.headers["location"]).query).items()}


class App:
    """The app in a browser: its refresh token is in the browser's cookie."""

    def __init__(self, site: Starlette, agent: str = "Chromium on a phone") -> None:
        self.browser = visitor(site, headers={"User-Agent": agent})
        self.tokens: Mapping[str, Any] = {}

    async def sign_in(self, email: str, password: str = PASSWORD) -> "App":
        trip = Trip()
        response = await trip.sign_in(self.browser, email, password)
        answer = await self.post("/oauth/token", trip.exchange(trip.code(response)))
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        return self

    async def post(self, path: str, form: Mapping[str, str], **headers: str) -> httpx.Response:
        return await self.browser.post(path, data={"client_id": APP, **form}, headers=APP_HEADERS | headers)

    async def refresh(self) -> httpx.Response:
        return await self.post("/oauth/token", {"grant_type": "refresh_token"})

    @property
    def cookie(self) -> str | None:
        return self.browser.cookies.get(COOKIE)

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.browser.cookies.clear()
        self.browser.cookies.set(COOKIE, value, domain="huotong.example")

    async def whoami(self) -> httpx.Response:
        return await self.browser.get("/whoami", headers=bearer(self.tokens["access_token"]))


async def age(instance: Instance, company: Company, seconds: int) -> None:
    """As if the company's sessions had last been used so long ago."""
    await instance.owner.execute(
        """update control.session s set rotated_at = rotated_at - $2 * interval '1 second',
         signed_in_at = signed_in_at - $2 * interval '1 second'
        from control.membership m where m.id = s.membership_id and m.company_id = $1""",
        company.id,
        seconds,
    )


def by_hand(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes | None = None) -> str:
    """A token that no library would make: signed by HMAC with whatever secret, or not at all."""
    parts = [base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=") for part in (header, claims)]
    proof = hmac.digest(secret, b".".join(parts), "sha256") if secret is not None else b""
    return b".".join([*parts, base64.urlsafe_b64encode(proof).rstrip(b"=")]).decode()
