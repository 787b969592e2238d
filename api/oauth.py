"""The authorization server's endpoints: authorize, token, revoke, introspect, userinfo, keys and discovery.

Each loads the rows that its request names, lets the grants decide over them (grants.py), and writes the decision in one
transaction that gives way if somebody else was faster.
"""

import base64
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from uuid import UUID, uuid4

import asyncpg
import orjson
from authlib.oauth2 import OAuth2Error
from joserfc.util import urlsafe_b64decode
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.auth import ACCESS_TOKEN, Site, Unauthorized, site_of, token_of
from api.grants import (
    ASSERTION_ALGORITHMS,
    OWN_PROOFS,
    PROOFS,
    SCOPES,
    Answer,
    Given,
    Grants,
    Loaded,
    Registered,
    assertion_id,
    user_info,
)
from api.grants import Request as Asked
from api.pages import LANGUAGES, choose_language
from api.pages.sign_in import company_page, problem_page, sign_in_page
from tenants import sessions
from tenants.access import compile_caller
from tenants.accounts import Membership, Throttled, WrongCredentials, memberships, sign_in
from tenants.clients import APP, Client, find_client, the_app
from tenants.registry import Company
from tenants.sessions import Person, Session, read_refresh_token
from tenants.signing import ALGORITHM, LEEWAY, BadToken
from tenants.transaction import control_transaction

COOKIE = "__Host-huotong"  # the app's refresh token
APP_HEADER = "x-huotong-client"  # no page of another origin can send it
LARGEST = 16 * 1024  # bytes of a form
PARAMETERS = 50
TICKET, TICKET_LASTS = "sign-in+jwt", 300
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
PERSON: LiteralString = "select id, name, email, locale from account where id = $1"

Parameters = Sequence[tuple[str, str]]


class Refusal(Exception):
    """A request that is refused before the grants see it."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.answer = Answer(status, {"error": error, "error_description": description}, {})


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
    return answer


async def react(site: Site, loaded: Loaded, presented: tuple[UUID, int, bytes], device: str) -> str | None:
    """What the presented refresh token calls for; without a proof that we made it, nothing."""
    assert loaded.session
    session, (_, n, mac) = loaded.session, presented
    company = await site.registry.company(session.company_id)
    now = datetime.now(UTC)
    if company is None or not sessions.is_refresh_token(company.keys, session.id, n, mac) or session.ended(now):
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


async def load(site: Site, parameters: Mapping[str, str], authorization: str | None) -> Loaded:
    """The client that the request names, and the key to sign with."""
    await site.signing.renew()
    loaded = Loaded(site.settings.public_url, site.signing.current)
    client_id, spent = client_named(parameters, authorization)
    if client_id == APP:
        loaded.client = Registered(the_app(site.settings.public_url))
    elif client_id:
        async with control_transaction(site.database) as door:
            row = await find_client(door.raw, client_id)
            loaded.assertion_spent = bool(spent) and await sessions.is_spent(door.raw, spent)
        loaded.client = Registered(row) if row else None
    return loaded


def client_named(parameters: Mapping[str, str], authorization: str | None) -> tuple[str | None, str]:
    """Who a request says it is from, not yet proved, and the id of the assertion by which it wants to prove it."""
    if sum((authorization is not None, "client_secret" in parameters, "client_assertion" in parameters)) > 1:
        raise Refusal("invalid_request", "More than one way of client authentication.")
    client_id, spent = parameters.get("client_id"), ""
    try:
        if authorization is not None:
            scheme, _, text = authorization.partition(" ")
            if scheme.lower() != "basic":
                raise ValueError
            client_id = unquote(base64.b64decode(text, validate=True).decode().partition(":")[0], errors="strict")
        elif assertion := parameters.get("client_assertion"):
            claims = orjson.loads(urlsafe_b64decode(assertion.split(".")[1].encode("ascii")))
            client_id = str(claims["sub"])
            spent = assertion_id(client_id, claims.get("jti"))
    except (ValueError, IndexError, KeyError, TypeError):
        raise Refusal("invalid_client", "Client authentication failed.", 401 if authorization else 400) from None
    if client_id and not client_id.isprintable():
        raise Refusal("invalid_client", "Client authentication failed.", 401 if authorization else 400)
    return client_id, spent


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
# Sign-in
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visit:
    """One valid request to sign in, as its pages need it."""

    site: Site
    client: Client
    parameters: Parameters
    grants: Grants
    asked: Asked
    grant: Any
    language: str
    action: str
    form_token: str

    @property
    def languages(self) -> dict[str, str]:
        others = [(name, value) for name, value in self.parameters if name != "ui_locales"]
        return {tag: f"/oauth/authorize?{urlencode([*others, ('ui_locales', tag)])}" for tag in LANGUAGES}

    @property
    def frame(self) -> dict[str, Any]:
        origin = urlsplit(self.grant.redirect_uri)
        return {
            "language": self.language,
            "action": self.action,
            "languages": self.languages,
            "form_token": self.form_token,
            "form_to": f"{origin.scheme}://{origin.netloc}",
        }

    def page(self, **more: Any) -> Response:
        app = None if self.client.is_app else self.client.name
        return self.with_form_cookie(sign_in_page(**self.frame, app=app, **more))

    def with_form_cookie(self, response: Response) -> Response:
        name, secure = form_cookie(self.site)
        response.set_cookie(name, self.form_token, path="/", secure=secure, httponly=True, samesite="strict")
        return response


async def authorize(request: Request) -> Response:
    """GET shows the sign-in page, POST takes its form; the OAuth parameters are in the address both times."""
    visit = await arrive(request)
    if isinstance(visit, Response):
        return visit
    if request.method == "GET":
        return visit.page()
    try:
        form = dict(await read_form(request))
    except Refusal:
        return visit.page(problem="expired", status=400)
    expected = request.cookies.get(form_cookie(visit.site)[0], "")
    if not expected or not secrets.compare_digest(form.get("form_token", "").encode(), expected.encode()):
        return visit.page(problem="expired", email=form.get("email", ""), status=400)
    if "ticket" in form:
        return await enter_chosen(visit, form)
    email = form.get("email", "")
    try:
        address = request.client.host if request.client else ""
        account_id = await sign_in(visit.site.database, email, form.get("password", ""), address)
    except WrongCredentials:
        return visit.page(problem="wrong", email=email, status=400)
    except Throttled as throttled:
        response = visit.page(problem="throttled", email=email, minutes=-(-throttled.seconds // 60), status=429)
        response.headers["Retry-After"] = str(throttled.seconds)
        return response
    found = await memberships(visit.site.database, account_id)
    if not found:
        return visit.page(problem="no_company", email=email, status=403)
    if len(found) == 1:
        return await enter(visit, found[0])
    page = company_page(**visit.frame, ticket=ticket_of(visit, account_id), memberships=found)
    return visit.with_form_cookie(page)


async def arrive(request: Request) -> Visit | Response:
    """The visit, or the answer to a request that cannot go on: told to the client where it is known and its address
    is registered, else to the user alone."""
    site = site_of(request)
    query = parse_qsl(request.url.query, max_num_fields=PARAMETERS) if fits(request.url.query) else []
    named = dict(query)
    language = choose_language(named.get("ui_locales", ""), request.headers.get("accept-language", ""))
    if not all(is_plain(value) for value in named.values()):
        return problem_page(language, "bad_request")
    loaded = await load(site, {"client_id": named.get("client_id", "")}, None)
    grants, asked = Grants(loaded), Asked("GET", f"{loaded.issuer}/oauth/authorize", query)
    try:
        grant = grants.get_consent_grant(asked)
    except OAuth2Error as error:
        answer = grants.handle_error_response(asked, error)
        if location := answer.headers.get("Location"):
            return RedirectResponse(location, 303, NO_STORE)
        if loaded.client is None:
            return problem_page(language, "unknown_client")
        known = named.get("redirect_uri") in loaded.client.row.redirect_uris
        return problem_page(language, "bad_request" if known else "bad_redirect")
    form_token = request.cookies.get(form_cookie(site)[0]) or secrets.token_urlsafe(32)
    action = f"/oauth/authorize?{request.url.query}"
    assert loaded.client
    return Visit(site, loaded.client.row, query, grants, asked, grant, language, action, form_token)


async def enter_chosen(visit: Visit, form: Mapping[str, str]) -> Response:
    issuer = visit.site.settings.public_url
    try:
        claims = visit.site.signing.verify(form["ticket"], TICKET, issuer, f"{issuer}/oauth/authorize")
        if claims["form"] != sessions.code_hash(visit.form_token).hex() or claims["exp"] < time.time():
            raise BadToken("of another form")
    except BadToken:
        return visit.page(problem="expired", status=400)
    found = await memberships(visit.site.database, UUID(claims["sub"]))
    chosen = next((each for each in found if str(each.id) == form.get("membership")), None)
    if chosen is None:
        return visit.page(problem="expired", status=400)
    return await enter(visit, chosen)


def ticket_of(visit: Visit, account_id: UUID) -> str:
    """Carries who has signed in from the password to the choice of a company, in one browser, for five minutes."""
    issuer, now = visit.site.settings.public_url, int(time.time())
    claims = {
        "iss": issuer,
        "aud": f"{issuer}/oauth/authorize",
        "sub": str(account_id),
        "iat": now,
        "exp": now + TICKET_LASTS,
        "jti": secrets.token_urlsafe(9),
        "form": sessions.code_hash(visit.form_token).hex(),
    }
    return visit.site.signing.sign(TICKET, claims)


async def enter(visit: Visit, membership: Membership) -> Response:
    """Back to the client with a code."""
    answer = visit.grants.authorization(visit.asked, membership, visit.grant)
    async with control_transaction(visit.site.database) as door:
        await sessions.save_code(door.raw, **visit.grants.loaded.new_code, membership_id=membership.id)
    return RedirectResponse(answer.headers["Location"], 303, NO_STORE)


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
# Forms, cookies, answers
# ---------------------------------------------------------------------------------------------------------------------


async def read_form(request: Request) -> Parameters:
    """Parameters without a value count as absent (OAuth 2.1, 3.2)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refusal("invalid_request", "The body must be application/x-www-form-urlencoded.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise Refusal("invalid_request", f"The body is larger than {LARGEST} bytes.", 413)
    try:
        form = parse_qsl(body.decode(), max_num_fields=PARAMETERS)
    except ValueError:
        raise Refusal("invalid_request", "The body is not a form.") from None
    if len({name for name, _ in form}) < len(form):
        raise Refusal("invalid_request", "A parameter is given more than once.")
    if not all(is_plain(value) for _, value in form):
        raise Refusal("invalid_request", "A parameter has characters that no parameter has.")
    return form


def fits(query: str) -> bool:
    return len(query) <= LARGEST and query.count("&") < PARAMETERS


def is_plain(value: str) -> bool:
    return "\0" not in value and value.isprintable()


def device_of(request: Request) -> str:
    agent = request.headers.get("user-agent", "")
    return "".join(char for char in agent if char.isprintable())[:200]


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


def answer_with_body(answer: Answer) -> Response:
    headers = {**answer.headers, **NO_STORE}
    headers.pop("Content-Type", None)
    return JSONResponse(answer.body, answer.status, headers)


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
    elif answer.error == "invalid_grant" and not keep:
        drop_cookie(response)
    return response


def form_cookie(site: Site) -> tuple[str, bool]:
    """Name of the cookie that ties a form to its browser, and whether it is Secure: on the user's own machine without
    TLS it is not, since browsers keep such cookies there, but Safari and the HTTP libraries of scripts do not."""
    secure = site.settings.public_url.startswith("https:")
    return ("__Host-huotong-form" if secure else "huotong-form"), secure


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
