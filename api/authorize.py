"""Where a person signs in: the page at /oauth/authorize, and the way back to the client with a code."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from authlib.oauth2 import OAuth2Error
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.asked import NO_STORE, PARAMETERS, Parameters, Refusal, fits, is_plain, load, read_form
from api.auth import Site, site_of
from api.grants import Grants
from api.grants import Request as Asked
from api.pages import LANGUAGES, choose_language
from api.pages.sign_in import company_page, problem_page, sign_in_page
from tenants import sessions
from tenants.accounts import Membership, Throttled, WrongCredentials, memberships, sign_in
from tenants.clients import Client
from tenants.signing import BadToken
from tenants.transaction import control_transaction

TICKET, TICKET_LASTS = "sign-in+jwt", 300


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


def form_cookie(site: Site) -> tuple[str, bool]:
    """Name of the cookie that ties a form to its browser, and whether it is Secure: on the user's own machine without
    TLS it is not, since browsers keep such cookies there, but Safari and the HTTP libraries of scripts do not."""
    secure = site.settings.public_url.startswith("https:")
    return ("__Host-huotong-form" if secure else "huotong-form"), secure
