"""From a request to its caller: who acts, in which company, with what rights.

A token is verified, and its caller's rights are compiled, at most once a minute. So a revoked session or token, an
account or a client that was disabled and a company that was suspended stop within 60 seconds everywhere. Rights that
were changed hold from the next command on, since `execute` compares the epoch and asks for `refresh`; for reads they
hold within the same 60 seconds.
"""

import time
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tenants.access import Caller, Token, compile_caller
from tenants.clients import APP
from tenants.registry import Registry
from tenants.settings import Settings
from tenants.signing import BadToken, SigningKeys
from tenants.transaction import Database

ACCESS_TOKEN = "at+jwt"
KEPT = 60.0  # seconds
AT_MOST = 10_000  # callers kept


class Unauthorized(Exception):
    """No token, or not a good one: 401 with what RFC 6750 wants to be said."""

    def __init__(self, error: str | None = None, description: str = "") -> None:
        super().__init__(description)
        self.error, self.description = error, description

    def response(self) -> Response:
        told = f'Bearer error="{self.error}", error_description="{self.description}"' if self.error else "Bearer"
        body = {"error": self.error or "unauthorized", "error_description": self.description or "A token is needed."}
        return JSONResponse(body, 401, {"WWW-Authenticate": told, "Cache-Control": "no-store"})


async def unauthorized(request: Request, error: Exception) -> Response:
    """For Starlette's exception_handlers."""
    assert isinstance(error, Unauthorized)
    return error.response()


@dataclass(slots=True)
class Kept:
    caller: Caller
    until: float


class Callers:
    """The callers that this process knows, by their tokens."""

    def __init__(self, registry: Registry, signing: SigningKeys, issuer: str) -> None:
        self.registry, self.signing, self.issuer = registry, signing, issuer
        self.kept: dict[str, Kept] = {}

    async def of(self, authorization: str | None) -> Caller:
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized
        kept = self.kept.get(text)
        if kept and time.monotonic() < kept.until:
            return kept.caller
        claims = await self.claims(text)
        caller = await self.compile(token_of(claims))
        if len(self.kept) >= AT_MOST:
            self.forget()
        self.kept[text] = Kept(caller, time.monotonic() + min(KEPT, claims["exp"] - time.time()))
        return caller

    async def claims(self, text: str) -> dict[str, Any]:
        await self.signing.renew()
        try:
            return self.signing.verify(text, ACCESS_TOKEN, self.issuer, self.issuer)
        except BadToken as error:
            raise Unauthorized("invalid_token", "The token is not ours, or no longer good.") from error

    async def compile(self, token: Token) -> Caller:
        company = await self.registry.company(token.company_id)
        caller = await compile_caller(company, token) if company else None
        if caller is None:
            raise Unauthorized("invalid_token", "The session, the membership or the company is closed.")
        return caller

    async def refresh(self, caller: Caller) -> Caller:
        """The same caller with the rights of now, for this and the following requests."""
        if caller.token is None:
            return caller
        renewed = await self.compile(caller.token)
        for kept in self.kept.values():
            if kept.caller.token == caller.token:
                kept.caller = renewed
        return renewed

    def forget(self) -> None:
        """Those that are over, or the older half."""
        now = time.monotonic()
        left = {text: kept for text, kept in self.kept.items() if now < kept.until}
        self.kept = left if len(left) < AT_MOST // 2 else dict(list(left.items())[AT_MOST // 2 :])


class Site(Protocol):
    """What the sign-in needs of the app's state."""

    settings: Settings
    database: Database
    registry: Registry
    signing: SigningKeys
    callers: Callers


def site_of(request: Request) -> Site:
    return request.app.state.huotong


async def authenticate(request: Request) -> Caller:
    """Raises Unauthorized."""
    return await site_of(request).callers.of(request.headers.get("authorization"))


async def refresh(request: Request, caller: Caller) -> Caller:
    """After StaleAccess. Raises Unauthorized where nothing is left of the rights."""
    return await site_of(request).callers.refresh(caller)


def token_of(claims: dict[str, Any]) -> Token:
    """The app may do whatever its user may; other clients no more than their token's scope says."""
    try:
        scope = None if claims["client_id"] == APP else frozenset(claims["scope"].split())
        session_id = UUID(claims["sid"]) if "sid" in claims else None
        return Token(UUID(claims["tenant"]), UUID(claims["membership"]), session_id, scope, claims["jti"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Unauthorized("invalid_token", "The token lacks what ours have.") from error
