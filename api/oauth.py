"""The authorization server's endpoints: token, revoke, introspect, userinfo, keys and discovery; authorize.py has the
sign-in page.

Each loads the rows that its request names, lets the grants decide over them (grants.py), and writes the decision in one
transaction that gives way if somebody else was faster.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID, uuid4

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.asked import NO_STORE, Parameters, Refusal, answer_with_body, device_of, load, read_form
from api.auth import ACCESS_TOKEN, Site, Unauthorized, site_of, token_of
from api.authorize import authorize
from api.credentials import Given, Loaded
from api.grants import ASSERTION_ALGORITHMS, OWN_PROOFS, PROOFS, SCOPES, Answer, Grants, user_info
from api.grants import Request as Asked
from api.pages import LANGUAGES
from tenants import sessions
from tenants.access import compile_caller
from tenants.clients import APP
from tenants.registry import Company
from tenants.sessions import Person, Session, read_refresh_token
from tenants.signing import ALGORITHM, LEEWAY, BadToken
from tenants.transaction import control_transaction

COOKIE = "__Host-huotong"  # the app's refresh token
DEVICE_REVOKED = "device_revoked"  # what the app takes as the word to delete what it holds
APP_HEADER = "x-huotong-client"  # no page of another origin can send it
PERSON: LiteralString = "select id, name, email, locale from account where id = $1"


class Lost(Exception):
    """Another request was faster: load again, decide again."""


# ---------------------------------------------------------------------------------------------------------------------
# Tokens
# ---------------------------------------------------------------------------------------------------------------------


async def token(request: Request) -> Response:
    try:
        form = await read_form(request)
        cookie = app_cookie(request, form)
        refreshing = dict(form).get("grant_type") == "refresh_token"
        if refreshing and cookie is not None:
            form = [*form, ("refresh_token", cookie)]
        answer = await again_if_lost(request, form)
    except Refusal as refusal:
        return answer_with_body(refusal.answer)
    if cookie is None:
        return answer_with_body(answer)
    if cookie and answer.status == 200 and not refreshing:
        await end_session(site_of(request), cookie)  # a new sign-in on this device takes its place
    return answer_with_cookie(answer, keep=not refreshing)


async def end_session(site: Site, refresh_token: str) -> None:
    old = await given(site, refresh_token)
    if old and old.session_id:
        async with control_transaction(site.database) as door:
            await sessions.revoke_session(door.raw, old.session_id)


async def again_if_lost(request: Request, form: Parameters) -> Answer:
    for _ in range(5):
        try:
            return await issue(site_of(request), form, request.headers.get("authorization"), device_of(request))
        except Lost:
            continue
    raise Refusal("temporarily_unavailable", "The same token is being used by many requests at once.", 503)


async def issue(site: Site, form: Parameters, authorization: str | None, device: str) -> Answer:
    parameters = dict(form)
    code, presented = parameters.get("code"), read_refresh_token(parameters.get("refresh_token", ""))
    loaded = await load(site, parameters, authorization)
    async with control_transaction(site.database) as door:
        if code and parameters.get("grant_type") == "authorization_code":
            loaded.code = await sessions.find_code(door.raw, code)
        if presented and parameters.get("grant_type") == "refresh_token":
            loaded.session = await sessions.find_session(door.raw, presented[0])
    reaction = None
    if loaded.code and (company := await site.registry.company(loaded.code.company_id)):
        loaded.session_id = uuid4()
        loaded.next_refresh_token = sessions.refresh_token(company.keys, loaded.session_id, 0)
    elif loaded.session and presented:
        reaction = await react(site, loaded, presented, device)
    answer = Grants(loaded).token(Asked("POST", f"{loaded.issuer}/oauth/token", form, authorization))
    async with control_transaction(site.database) as door:
        if answer.status == 200:
            await write(door.raw, loaded, code, reaction, device)
        elif answer.error == "invalid_grant":
            await end_family(door.raw, loaded, reaction)
    if answer.error == "invalid_grant" and loaded.lost:
        return Answer(answer.status, {"error": "invalid_grant", "error_description": DEVICE_REVOKED}, answer.headers)
    return answer


async def react(site: Site, loaded: Loaded, presented: tuple[UUID, int, bytes], device: str) -> str | None:
    """What the presented refresh token calls for; without a proof that we made it, nothing."""
    assert loaded.session
    session, (_, n, mac) = loaded.session, presented
    company = await site.registry.company(session.company_id)
    now = datetime.now(UTC)
    if company is None or not sessions.is_refresh_token(company.keys, session.id, n, mac):
        return None
    loaded.lost = session.lost
    if session.ended(now):
        return None
    reaction = session.answer(n, device, now)
    if reaction != "revoke":
        loaded.session_id = session.id
        following = n + 1 if reaction == "rotate" else session.n
        loaded.next_refresh_token = sessions.refresh_token(company.keys, session.id, following)
    return reaction


async def write(
    connection: asyncpg.Connection, loaded: Loaded, code: str | None, reaction: str | None, device: str
) -> None:
    """Raises Lost, and so takes everything back, where a row is no longer as it was loaded."""
    kept = True
    if loaded.assertion:
        kept = await sessions.spend_token(connection, *loaded.assertion)
    if loaded.code and code and loaded.session_id:
        kept = kept and await sessions.spend_code(connection, code, loaded.session_id, device)
    elif loaded.session and reaction == "rotate":
        kept = kept and await sessions.rotate(connection, loaded.session.id, loaded.session.n)
    if not kept:
        raise Lost


async def end_family(connection: asyncpg.Connection, loaded: Loaded, reaction: str | None) -> None:
    """A code or a refresh token that was used before has a second owner."""
    of = loaded.code.client_id if loaded.code else loaded.session.client_id if loaded.session else None
    if not loaded.client or loaded.client.client_id != of:
        return
    if loaded.code and loaded.code.session_id:
        await sessions.revoke_session(connection, loaded.code.session_id)
    elif loaded.session and reaction == "revoke":
        await sessions.revoke_session(connection, loaded.session.id)


# ---------------------------------------------------------------------------------------------------------------------
# Revocation and introspection
# ---------------------------------------------------------------------------------------------------------------------


async def revoke(request: Request) -> Response:
    site, cookie = site_of(request), None
    try:
        form = await read_form(request)
        cookie = app_cookie(request, form)
        if cookie is not None and "token" not in dict(form):
            form = [*form, ("token", cookie or "none")]
        loaded, answer = await about_token(request, "revocation", form)
    except Refusal as refusal:
        return answer_with_body(refusal.answer)
    if given := loaded.revoked:
        async with control_transaction(site.database) as door:
            if given.session_id:
                await sessions.revoke_session(door.raw, given.session_id)
            elif given.token_id:
                until = datetime.fromtimestamp(given.claims["exp"] + LEEWAY, UTC)
                await sessions.spend_token(door.raw, given.token_id, until)
    response = answer_with_body(answer)
    if cookie is not None and answer.status == 200:
        drop_cookie(response)
    return response


async def introspect(request: Request) -> Response:
    try:
        _, answer = await about_token(request, "introspection", await read_form(request))
    except Refusal as refusal:
        return answer_with_body(refusal.answer)
    return answer_with_body(answer)


async def about_token(request: Request, endpoint: str, form: Parameters) -> tuple[Loaded, Answer]:
    site, authorization = site_of(request), request.headers.get("authorization")
    loaded = await load(site, dict(form), authorization)
    loaded.given = await given(site, dict(form).get("token", ""))
    asked = Asked("POST", f"{loaded.issuer}{request.url.path}", form, authorization)
    answer = Grants(loaded).about_token(endpoint, asked)
    if loaded.assertion:
        async with control_transaction(site.database) as door:
            if not await sessions.spend_token(door.raw, *loaded.assertion):
                raise Refusal("invalid_client", "Client authentication failed.")
    return loaded, answer


async def given(site: Site, text: str) -> Given | None:
    """What a token is, if it is one of ours."""
    if presented := read_refresh_token(text):
        session_id, n, mac = presented
        async with control_transaction(site.database) as door:
            session = await sessions.find_session(door.raw, session_id)
        company = await site.registry.company(session.company_id) if session else None
        if not session or not company or not sessions.is_refresh_token(company.keys, session_id, n, mac):
            return None
        return of_refresh_token(session, company, n)
    try:
        claims = site.signing.verify(text, ACCESS_TOKEN, site.settings.public_url, site.settings.public_url)
        named = token_of(claims)
    except (BadToken, Unauthorized):
        return None
    company = await site.registry.company(named.company_id)
    active = company is not None and await compile_caller(company, named) is not None
    return Given(claims["client_id"], {**claims, "token_type": "Bearer"}, active, token_id=named.id)


def of_refresh_token(session: Session, company: Company, n: int) -> Given:
    claims = {
        "client_id": session.client_id,
        "scope": session.scope,
        "sub": str(session.person.account_id),
        "tenant": str(company.id),
    }
    return Given(session.client_id, claims, n == session.n and not session.ended(datetime.now(UTC)), session.id)


# ---------------------------------------------------------------------------------------------------------------------
# What anybody may read
# ---------------------------------------------------------------------------------------------------------------------


async def userinfo(request: Request) -> Response:
    site, authorization = site_of(request), request.headers.get("authorization")
    try:
        caller = await site.callers.of(authorization)
        claims = await site.callers.claims((authorization or "").partition(" ")[2])
    except Unauthorized as refusal:
        return refusal.response()
    if "openid" not in claims["scope"].split():
        told = {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="openid"', **NO_STORE}
        return JSONResponse({"error": "insufficient_scope"}, 403, told)
    async with control_transaction(site.database) as door:
        row = await door.raw.fetchrow(PERSON, caller.actor_id)
    assert row
    return JSONResponse(user_info(Person(*row), claims["scope"]), headers=NO_STORE)


async def jwks(request: Request) -> Response:
    signing = site_of(request).signing
    await signing.renew()
    return JSONResponse(signing.published(), headers={"Cache-Control": "public, max-age=300"})


async def discovery(request: Request) -> Response:
    issuer = site_of(request).settings.public_url
    return JSONResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/oauth/authorize",
            "token_endpoint": f"{issuer}/oauth/token",
            "revocation_endpoint": f"{issuer}/oauth/revoke",
            "introspection_endpoint": f"{issuer}/oauth/introspect",
            "userinfo_endpoint": f"{issuer}/oauth/userinfo",
            "jwks_uri": f"{issuer}/oauth/jwks",
            "scopes_supported": SCOPES,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": PROOFS,
            "token_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
            "revocation_endpoint_auth_methods_supported": PROOFS,
            "revocation_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
            "introspection_endpoint_auth_methods_supported": OWN_PROOFS,
            "introspection_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "claims_supported": ["sub", "name", "email", "locale", "auth_time", "nonce", "amr"],
            "ui_locales_supported": list(LANGUAGES),
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        },
        headers={"Cache-Control": "public, max-age=300"},
    )


# ---------------------------------------------------------------------------------------------------------------------
# The app's cookie
# ---------------------------------------------------------------------------------------------------------------------


def app_cookie(request: Request, form: Parameters) -> str | None:
    """The app's refresh token, or "" where its cookie is gone; None for every other client."""
    parameters = dict(form)
    if parameters.get("client_id") != APP:
        return None
    if request.headers.get(APP_HEADER) != "pwa":
        raise Refusal("invalid_request", "The app's requests carry the header X-Huotong-Client.")
    if "refresh_token" in parameters:
        raise Refusal("invalid_request", "The app's refresh token is in its cookie and nowhere else.")
    cookie = request.cookies.get(COOKIE, "")
    if not cookie and parameters.get("grant_type") == "refresh_token":
        raise Refusal("invalid_grant", "There is no session.")
    return cookie


def answer_with_cookie(answer: Answer, keep: bool) -> Response:
    """`keep` what cookie there is, where the answer brings no new one."""
    body = dict(answer.body) if isinstance(answer.body, Mapping) else {}
    refresh_token = body.pop("refresh_token", None)
    response = answer_with_body(Answer(answer.status, body, answer.headers))
    if refresh_token:
        lasts = int(sessions.IDLE.total_seconds())
        response.set_cookie(
            COOKIE, refresh_token, max_age=lasts, path="/", secure=True, httponly=True, samesite="strict"
        )
    elif answer.error == "invalid_grant" and not keep and body.get("error_description") != DEVICE_REVOKED:
        drop_cookie(response)  # a lost device's is its proof, with which it may hand over what it still has
    return response


def drop_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")


routes: list[Route] = [
    Route("/oauth/authorize", authorize, methods=["GET", "POST"]),
    Route("/oauth/token", token, methods=["POST"]),
    Route("/oauth/revoke", revoke, methods=["POST"]),
    Route("/oauth/introspect", introspect, methods=["POST"]),
    Route("/oauth/userinfo", userinfo, methods=["GET", "POST"]),
    Route("/oauth/jwks", jwks),
    Route("/.well-known/openid-configuration", discovery),
    Route("/.well-known/oauth-authorization-server", discovery),
]
