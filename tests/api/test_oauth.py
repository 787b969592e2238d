"""The authorization server, walked through as the app and as programs of others do."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette

from api.oauth import COOKIE
from tenants import accounts, clients, passwords, sessions
from tenants.access import ROLES
from tenants.clients import APP
from tenants.registry import Company
from tests.api.visitors import (
    ISSUER,
    App,
    Trip,
    age,
    answer_of,
    bearer,
    by_hand,
    fields,
    make_site,
    some_user,
    visitor,
)
from tests.companies import Instance

PARTNER_SCOPES = " ".join(sorted(ROLES["partner"]))
CALLBACK = "https://partner.example/callback?from=huotong"


@pytest.fixture(autouse=True)
def light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))
    monkeypatch.setattr(passwords, "OF_NOBODY", passwords.hasher.hash("nobody"))


@pytest_asyncio.fixture
async def site(instance: Instance) -> Starlette:
    return await make_site(instance)


@pytest_asyncio.fixture
async def browser(site: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(site) as client:
        yield client


@pytest_asyncio.fixture
async def email(instance: Instance, company: Company) -> str:
    return await some_user(instance, company)


# ---------------------------------------------------------------------------------------------------------------------
# The app
# ---------------------------------------------------------------------------------------------------------------------


async def test_the_app_signs_in_and_its_refresh_token_is_in_a_cookie_alone(
    site: Starlette, company: Company, email: str
) -> None:
    app, trip = App(site), Trip()
    code = trip.code(await trip.sign_in(app.browser, email))
    answer = await app.post("/oauth/token", trip.exchange(code))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-huotong=")
    assert {*attributes} == {"HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=strict", "Secure"}

    keys = KeySet.import_key_set((await app.browser.get("/oauth/jwks")).json())
    identity = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    assert (identity["iss"], identity["aud"], identity["nonce"]) == (ISSUER, [APP], trip.nonce)
    token = jwt.decode(tokens["access_token"], keys, algorithms=["ES256"])
    assert token.header["typ"] == "at+jwt"
    assert token.claims["exp"] - token.claims["iat"] == 600
    assert token.claims.keys() == {
        "iss", "aud", "sub", "client_id", "tenant", "membership", "sid", "scope", "iat", "exp", "jti"
    }  # fmt: skip
    assert (token.claims["tenant"], token.claims["sub"]) == (str(company.id), identity["sub"])

    app.tokens = tokens
    assert (await app.whoami()).json()["company"] == company.slug


async def test_refreshing_rotates(site: Starlette, email: str) -> None:
    app = await App(site).sign_in(email)
    seen = {app.cookie}
    for _ in range(4):
        answer = await app.refresh()
        assert answer.status_code == 200, answer.text
        assert "refresh_token" not in answer.json()
        assert app.cookie not in seen
        seen.add(app.cookie)


async def test_a_lost_answer_is_given_again_for_a_minute_to_the_same_device(
    instance: Instance, site: Starlette, company: Company, email: str
) -> None:
    app = await App(site).sign_in(email)
    before = app.cookie
    assert before
    await app.refresh()
    child = app.cookie
    for _ in range(2):
        app.cookie = before
        answer = await app.refresh()
        assert (answer.status_code, app.cookie) == (200, child)
    assert (await app.refresh()).status_code == 200  # and the child goes on

    app = await App(site).sign_in(email)
    before = app.cookie
    assert before
    await app.refresh()
    await age(instance, company, 61)
    app.cookie = before
    assert (await app.refresh()).json()["error"] == "invalid_grant"


async def test_another_device_does_not_get_the_lost_answer(site: Starlette, email: str) -> None:
    app = await App(site).sign_in(email)
    stolen = app.cookie
    assert stolen
    await app.refresh()
    thief = App(site, "another browser")
    thief.cookie = stolen
    assert (await thief.refresh()).json()["error"] == "invalid_grant"
    assert (await app.refresh()).json()["error"] == "invalid_grant"  # the family is over for both


async def test_the_device_is_who_fetches_tokens_not_the_browser_that_signed_in(
    instance: Instance, site: Starlette, browser: httpx.AsyncClient, email: str
) -> None:
    native = await clients.create_app(instance.database, "Native", [CALLBACK], ["openid"], public=True)
    trip = Trip(native.client_id, CALLBACK)
    form = trip.exchange(trip.code(await trip.sign_in(browser, email)))
    async with visitor(site, headers={"User-Agent": "native/1.0"}) as program:
        first = (await program.post("/oauth/token", data=form)).json()["refresh_token"]
        ask = {"grant_type": "refresh_token", "client_id": native.client_id, "refresh_token": first}
        children = [(await program.post("/oauth/token", data=ask)).json()["refresh_token"] for _ in range(3)]
    assert len(set(children)) == 1


async def test_an_old_refresh_token_ends_the_family(site: Starlette, email: str) -> None:
    app = await App(site).sign_in(email)
    stolen = app.cookie
    assert stolen
    await app.refresh()
    await app.refresh()
    newest = app.cookie
    assert newest
    app.cookie = stolen
    answer = await app.refresh()
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert 'huotong=""' in answer.headers["set-cookie"]
    app.cookie = newest
    assert (await app.refresh()).json()["error"] == "invalid_grant"


async def test_many_tabs_refreshing_at_once_get_one_child(site: Starlette, email: str) -> None:
    app = await App(site).sign_in(email)
    answers = await asyncio.gather(*(app.refresh() for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["set-cookie"] for answer in answers}) == 1
    assert (await app.refresh()).status_code == 200


async def test_sessions_end_by_idleness_and_by_age(
    instance: Instance, site: Starlette, company: Company, email: str
) -> None:
    for days in (31, 181):
        app = await App(site).sign_in(email)
        await age(instance, company, days * 86400)
        assert (await app.refresh()).json()["error"] == "invalid_grant"


async def test_signing_out_ends_the_session_and_drops_the_cookie(site: Starlette, email: str) -> None:
    app = await App(site).sign_in(email)
    cookie = app.cookie
    assert cookie
    answer = await app.post("/oauth/revoke", {})
    assert answer.status_code == 200
    assert app.cookie is None
    app.cookie = cookie
    assert (await app.refresh()).json()["error"] == "invalid_grant"
    app.browser.cookies.clear()
    assert (await app.post("/oauth/revoke", {})).status_code == 200


async def test_a_new_sign_in_takes_the_place_of_the_old_one_on_this_device(
    instance: Instance, site: Starlette, email: str
) -> None:
    app = await App(site).sign_in(email)
    await app.sign_in(email)
    account_id = await accounts.sign_in(instance.database, email, "correct horse battery", "192.0.2.7")
    (device,) = await sessions.devices(instance.database, account_id)
    assert device["device"] == "Chromium on a phone"


async def test_the_cookie_is_of_no_use_without_the_header_or_beside_another_token(site: Starlette, email: str) -> None:
    app = await App(site).sign_in(email)
    forged = await app.browser.post("/oauth/token", data={"client_id": APP, "grant_type": "refresh_token"})
    assert (forged.status_code, forged.json()["error"]) == (400, "invalid_request")
    forged = await app.browser.post("/oauth/revoke", data={"client_id": APP})
    assert forged.status_code == 400
    given = await app.post("/oauth/token", {"grant_type": "refresh_token", "refresh_token": app.cookie or ""})
    assert given.json()["error"] == "invalid_request"
    assert (await app.refresh()).status_code == 200
    nothing = await App(site).refresh()
    assert (nothing.status_code, nothing.json()["error"]) == (400, "invalid_grant")
    assert "www-authenticate" not in nothing.headers  # the browser would ask for a password


async def test_a_new_password_and_a_lost_membership_end_the_sessions(
    instance: Instance, site: Starlette, company: Company, email: str
) -> None:
    app = await App(site).sign_in(email)
    await accounts.set_password(instance.database, email, "another horse battery")
    assert (await app.refresh()).json()["error"] == "invalid_grant"
    app = await App(site).sign_in(email, "another horse battery")
    await accounts.revoke(company, email=email)
    assert (await app.refresh()).json()["error"] == "invalid_grant"


# ---------------------------------------------------------------------------------------------------------------------
# Codes
# ---------------------------------------------------------------------------------------------------------------------


async def test_a_code_used_twice_ends_what_it_began(site: Starlette, email: str) -> None:
    app, trip = App(site), Trip()
    code = trip.code(await trip.sign_in(app.browser, email))
    assert (await app.post("/oauth/token", trip.exchange(code))).status_code == 200
    again = await app.post("/oauth/token", trip.exchange(code))
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await app.refresh()).json()["error"] == "invalid_grant"


async def test_a_code_spent_by_many_at_once_is_spent_once(site: Starlette, email: str) -> None:
    app, trip = App(site), Trip()
    code = trip.code(await trip.sign_in(app.browser, email))
    answers = await asyncio.gather(*(app.post("/oauth/token", trip.exchange(code)) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 7]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": f"{ISSUER}/other"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"code": "x" * 43}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "invalid_client"),
        ({"grant_type": ""}, "unsupported_grant_type"),
    ],
)
async def test_what_a_code_is_not_given_tokens_for(
    site: Starlette, email: str, wrong: dict[str, str], error: str
) -> None:
    app, trip = App(site), Trip()
    code = trip.code(await trip.sign_in(app.browser, email))
    answer = await app.post("/oauth/token", trip.exchange(code) | wrong)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert (await app.post("/oauth/token", trip.exchange(code))).status_code == 200  # the code itself is still good


async def test_a_code_lasts_a_minute_and_is_its_clients_own(instance: Instance, site: Starlette, email: str) -> None:
    app, trip = App(site), Trip()
    other = await clients.create_app(instance.database, "Other", [f"{ISSUER}/signed-in"], ["openid"], public=True)
    code = trip.code(await trip.sign_in(app.browser, email))
    answer = await app.browser.post("/oauth/token", data=trip.exchange(code, client_id=other.client_id))
    assert answer.json()["error"] == "invalid_grant"
    await instance.owner.execute(
        "update control.authorization_code set expires_at = now() where hash = $1", sessions.code_hash(code)
    )
    answer = await app.post("/oauth/token", trip.exchange(code))
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "product.cost everything"}, "invalid_scope"),
        ({"scope": "product.read"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_refused_request_is_told_to_the_client(
    browser: httpx.AsyncClient, more: dict[str, str | None], error: str
) -> None:
    trip = Trip(**more)
    response = await browser.get(trip.url)
    answer = answer_of(response)
    assert response.headers["location"].startswith(f"{ISSUER}/signed-in?")
    assert (answer["error"], answer["state"], answer["iss"]) == (error, trip.state, ISSUER)


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/signed-in",
        f"{ISSUER}/signed-in/",
        f"{ISSUER}/signed-in?next=//evil.example",
        f"{ISSUER}/signed-in#x",
        f"{ISSUER}/Signed-in",
        f"{ISSUER}@evil.example/signed-in",
        f"{ISSUER}:443/signed-in",
        f"{ISSUER}/../signed-in",
        "http://huotong.example/signed-in",
        "javascript:alert(1)",
        None,
    ],
)
async def test_an_unknown_address_is_never_sent_to(browser: httpx.AsyncClient, redirect_uri: str | None) -> None:
    trip = Trip()
    trip.parameters.pop("redirect_uri")
    query = trip.parameters | ({"redirect_uri": redirect_uri} if redirect_uri else {})
    for more in ({}, {"response_type": "token"}, {"code_challenge_method": "plain"}):
        response = await browser.get(f"/oauth/authorize?{urlencode(query | more)}")
        assert response.status_code == 400
        assert "location" not in response.headers
        assert "<form" not in response.text


@pytest.mark.parametrize(
    "query", ["", "client_id=nobody", "client_id=%00", f"client_id={APP}&client_id={APP}", "&" * 99]
)
async def test_a_request_from_nobody_gets_a_page(browser: httpx.AsyncClient, query: str) -> None:
    response = await browser.get(f"/oauth/authorize?{query}")
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/html")


# ---------------------------------------------------------------------------------------------------------------------
# Programs of others
# ---------------------------------------------------------------------------------------------------------------------


def basic(client_id: str, secret: str | None) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


async def some_partner(company: Company, **options) -> clients.Credentials:
    return await clients.create_client(company, "Partner", party_id=uuid4(), **options)


async def test_a_partner_gets_a_token_by_its_secret_in_the_header_or_in_the_body(
    browser: httpx.AsyncClient, company: Company
) -> None:
    partner = await some_partner(company)
    form = {"grant_type": "client_credentials"}
    in_header = await browser.post("/oauth/token", data=form, headers=basic(partner.client_id, partner.client_secret))
    in_body = await browser.post(
        "/oauth/token", data=form | {"client_id": partner.client_id, "client_secret": partner.client_secret or ""}
    )
    for answer in (in_header, in_body):
        assert answer.status_code == 200, answer.text
        assert answer.json().keys() == {"access_token", "token_type", "expires_in", "scope"}
        assert answer.json()["scope"] == PARTNER_SCOPES
        caller = (await browser.get("/whoami", headers=bearer(answer.json()["access_token"]))).json()
        assert (caller["company"], caller["may"]) == (company.slug, sorted(ROLES["partner"]))


async def test_a_token_is_as_narrow_as_it_was_asked_for(browser: httpx.AsyncClient, company: Company) -> None:
    partner = await some_partner(company, scopes=["sales.read", "purchase.read"])
    proof = basic(partner.client_id, partner.client_secret)
    for asked, given in (
        ("sales.read", ["sales.read"]),
        ("sales.read sales.price", ["sales.read"]),
        ("", ["purchase.read", "sales.read"]),
    ):
        form = {"grant_type": "client_credentials", "scope": asked}
        answer = (await browser.post("/oauth/token", data=form, headers=proof)).json()
        assert answer["scope"].split() == given
        assert (await browser.get("/whoami", headers=bearer(answer["access_token"]))).json()["may"] == given
    for asked in ("product.cost", "no.such"):
        form = {"grant_type": "client_credentials", "scope": asked}
        answer = await browser.post("/oauth/token", data=form, headers=proof)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_all_failures_of_a_client_to_prove_itself_look_alike(
    browser: httpx.AsyncClient, company: Company
) -> None:
    partner = await some_partner(company)
    form = {"grant_type": "client_credentials"}
    answers = [
        await browser.post("/oauth/token", data=form, headers=headers)
        for headers in (
            basic(partner.client_id, "wrong"),
            basic("nobody", "wrong"),
            basic("no\0body", "wrong"),
            {"Authorization": "Basic %%%"},
            {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:x").decode()},
            {"Authorization": "Bearer x"},
        )
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (401, '{"error":"invalid_client","error_description":"Client authentication failed."}')
    }
    for more in ({}, {"client_id": partner.client_id}, {"client_id": partner.client_id, "client_secret": "wrong"}):
        answer = await browser.post("/oauth/token", data=form | more)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")
    answer = await browser.post(
        "/oauth/token",
        data=form | {"client_id": partner.client_id, "client_secret": partner.client_secret or ""},
        headers=basic(partner.client_id, partner.client_secret),
    )
    assert answer.json()["error"] == "invalid_request"  # two ways at once


async def test_a_renewed_secret_replaces_the_old_one_and_a_disabled_client_gets_nothing(
    instance: Instance, browser: httpx.AsyncClient, company: Company
) -> None:
    partner, form = await some_partner(company), {"grant_type": "client_credentials"}
    renewed = await clients.renew_secret(instance.database, partner.client_id)
    old, new = (basic(each.client_id, each.client_secret) for each in (partner, renewed))
    assert (await browser.post("/oauth/token", data=form, headers=old)).status_code == 401
    assert (await browser.post("/oauth/token", data=form, headers=new)).status_code == 200
    await clients.disable_client(instance.database, partner.client_id)
    assert (await browser.post("/oauth/token", data=form, headers=new)).status_code == 401


def assertion(client_id: str, key, **claims) -> dict[str, str]:
    """`key` signs; or bytes, as a secret."""
    now = int(time.time())
    body = {"iss": client_id, "sub": client_id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": uuid4().hex} | claims
    body = {name: value for name, value in body.items() if value is not None}
    if isinstance(key, bytes):
        signed = by_hand({"alg": "HS256"}, body, key)
    else:
        signed = jwt.encode({"alg": "ES256"}, body, key, algorithms=["ES256"])
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
    }


async def test_a_partner_gets_a_token_by_its_own_key(browser: httpx.AsyncClient, company: Company) -> None:
    key = ECKey.generate_key("P-256")
    partner = await some_partner(company, jwks={"keys": [key.as_dict(private=True)]})
    assert partner.client_secret is None
    proof = assertion(partner.client_id, key)
    answer = await browser.post("/oauth/token", data=proof)
    assert answer.status_code == 200, answer.text
    assert (await browser.get("/whoami", headers=bearer(answer.json()["access_token"]))).status_code == 200
    again = await browser.post("/oauth/token", data=proof)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_client")

    proof = assertion(partner.client_id, key)
    answers = await asyncio.gather(*(browser.post("/oauth/token", data=proof) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 5]


async def test_assertions_that_prove_nothing(instance: Instance, browser: httpx.AsyncClient, company: Company) -> None:
    key, now = ECKey.generate_key("P-256"), int(time.time())
    partner = await some_partner(company, jwks={"keys": [key.as_dict(private=False)]})
    by_secret = await some_partner(company)
    bad = [
        assertion(partner.client_id, ECKey.generate_key("P-256")),
        assertion(partner.client_id, key.as_pem(private=False)),
        assertion(partner.client_id, key, aud="https://other.example"),
        assertion(partner.client_id, key, exp=now - 120),
        assertion(partner.client_id, key, exp=now + 7200),
        assertion(partner.client_id, key, exp=None),
        assertion(partner.client_id, key, jti=None),
        assertion(partner.client_id, key, iss="nobody"),
        assertion(partner.client_id, key, sub="nobody"),
        assertion(partner.client_id, key, sub=None),
        assertion(by_secret.client_id, key),
        assertion(partner.client_id, key) | {"client_assertion": "a.b.c"},
        assertion(partner.client_id, key) | {"client_assertion": "abc"},
        assertion(partner.client_id, key) | {"client_assertion_type": "other"},
    ]
    unsigned = assertion(partner.client_id, key)["client_assertion"].split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    bad.append(assertion(partner.client_id, key) | {"client_assertion": f"{none}.{unsigned[1]}."})
    for form in bad:
        answer = await browser.post("/oauth/token", data=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client"), form


async def test_an_app_of_others_gets_tokens_in_the_body_and_acts_within_its_scope(
    instance: Instance, site: Starlette, browser: httpx.AsyncClient, email: str
) -> None:
    other = await clients.create_app(
        instance.database, "报表", [CALLBACK], ["openid", "profile", "email", "product.read"], public=False
    )
    trip = Trip(other.client_id, CALLBACK, scope="openid profile email product.read product.cost")
    page = await browser.get(trip.url)
    assert "报表" in page.text
    assert "form-action 'self' https://partner.example;" in page.headers["content-security-policy"]
    response = await trip.sign_in(browser, email)
    assert response.headers["location"].startswith(f"{CALLBACK}&code=")
    form = trip.exchange(trip.code(response))
    without = await browser.post("/oauth/token", data=form)
    assert without.json()["error"] == "invalid_client"
    form.pop("client_id")
    proof = basic(other.client_id, other.client_secret)
    answer = await browser.post("/oauth/token", data=form, headers=proof)
    assert "set-cookie" not in answer.headers
    tokens = answer.json()
    assert (await browser.get("/whoami", headers=bearer(tokens["access_token"]))).json()["may"] == ["product.read"]

    info = (await browser.get("/oauth/userinfo", headers=bearer(tokens["access_token"]))).json()
    assert (info["email"], info["name"], info["locale"]) == (email, "王芳", "zh-CN")

    ask = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await browser.post("/oauth/token", data=ask)).json()["error"] == "invalid_client"
    wider = await browser.post("/oauth/token", data=ask | {"scope": "product.cost"}, headers=proof)
    assert wider.json()["error"] == "invalid_scope"
    narrow = await browser.post("/oauth/token", data=ask | {"scope": "product.read"}, headers=proof)
    assert narrow.json()["scope"] == "product.read"
    refused = await browser.get("/oauth/userinfo", headers=bearer(narrow.json()["access_token"]))
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")


async def test_revoking_and_asking_about_tokens(
    instance: Instance, browser: httpx.AsyncClient, company: Company
) -> None:
    partner, other = await some_partner(company), await some_partner(company)
    proof, others_proof = (basic(each.client_id, each.client_secret) for each in (partner, other))
    token = (await browser.post("/oauth/token", data={"grant_type": "client_credentials"}, headers=proof)).json()
    form = {"token": token["access_token"]}

    told = (await browser.post("/oauth/introspect", data=form, headers=proof)).json()
    assert (told["active"], told["client_id"], told["scope"]) == (True, partner.client_id, PARTNER_SCOPES)
    assert (await browser.post("/oauth/introspect", data=form, headers=others_proof)).json() == {"active": False}
    assert (await browser.post("/oauth/introspect", data=form)).json()["error"] == "invalid_client"
    assert (await browser.post("/oauth/introspect", data={"token": "x"}, headers=proof)).json() == {"active": False}
    assert (await browser.post("/oauth/introspect", headers=proof, data={"x": "y"})).json()[
        "error"
    ] == "invalid_request"

    refused = await browser.post("/oauth/revoke", data=form, headers=others_proof)
    assert refused.json()["error"] == "invalid_grant"
    assert (await browser.post("/oauth/revoke", data={"token": "x"}, headers=proof)).status_code == 200
    assert (await browser.post("/oauth/revoke", data=form, headers=proof)).status_code == 200
    assert (await browser.post("/oauth/introspect", data=form, headers=proof)).json() == {"active": False}
    assert (await browser.get("/whoami", headers=bearer(token["access_token"]))).status_code == 401


async def test_what_is_no_form_is_refused(browser: httpx.AsyncClient) -> None:
    url = "/oauth/token"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answers = [
        await browser.post(url, json={"grant_type": "client_credentials"}),
        await browser.post(url, content="grant_type=a&grant_type=b", headers=kind),
        await browser.post(url, content=b"\xff\xfe", headers=kind),
        await browser.post(url, content="&".join(f"a{n}=1" for n in range(99)), headers=kind),
        await browser.post(url, content="client_id=a%00b", headers=kind),
        await browser.post(url, content="x=" + "y" * 20_000, headers=kind),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 400, 413]
    assert {answer.json()["error"] for answer in answers} == {"invalid_request"}
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert (await browser.get(url)).status_code == 405


@pytest.mark.parametrize(
    "uri",
    ["http://partner.example/cb", "https://*.example/cb", "https://a@partner.example/", "https://partner.example/#x",
     "javascript:alert(1)", "/cb", "https:///cb"],
)  # fmt: skip
async def test_addresses_that_no_app_may_register(instance: Instance, uri: str) -> None:
    with pytest.raises(accounts.AccountError):
        await clients.create_app(instance.database, "Bad", [uri], ["openid"])


async def test_a_client_gets_no_more_than_its_role(company: Company) -> None:
    with pytest.raises(accounts.AccountError, match="more than the role"):
        await some_partner(company, scopes=["product.cost"])
    with pytest.raises(accounts.AccountError, match="party"):
        await clients.create_client(company, "Partner")


async def test_discovery_names_what_is_there(browser: httpx.AsyncClient) -> None:
    told = (await browser.get("/.well-known/openid-configuration")).json()
    assert told == (await browser.get("/.well-known/oauth-authorization-server")).json()
    assert (told["issuer"], told["code_challenge_methods_supported"]) == (ISSUER, ["S256"])
    for name in told:
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert (await browser.get(told[name])).status_code != 404
    (key,) = (await browser.get("/oauth/jwks")).json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}


# ---------------------------------------------------------------------------------------------------------------------
# The page
# ---------------------------------------------------------------------------------------------------------------------


async def test_a_user_of_several_companies_chooses_one(instance: Instance, site: Starlette, company: Company) -> None:
    other, foreign = await instance.company(), await instance.company()
    email = await some_user(instance, company, other)
    stranger = await some_user(instance, foreign)
    app, trip = App(site), Trip()
    page = await trip.sign_in(app.browser, email)
    assert page.status_code == 200
    assert company.name in page.text
    assert other.name in page.text
    listed = {each.company_id: str(each.id) for each in await accounts.memberships(
        instance.database, await account_of(instance, email))}  # fmt: skip

    choice = {"membership": listed[other.id]}
    response = await app.browser.post(trip.url, data=fields(page) | choice)
    app.tokens = (await app.post("/oauth/token", trip.exchange(trip.code(response)))).json()
    assert (await app.whoami()).json()["company"] == other.slug

    (strange,) = await accounts.memberships(instance.database, await account_of(instance, stranger))
    for wrong in (str(strange.id), "", "x"):
        response = await app.browser.post(trip.url, data=fields(page) | {"membership": wrong})
        assert (response.status_code, "location" in response.headers) == (400, False)
    for broken in ("", "x", fields(page)["ticket"][:-6] + "AAAAAA", app.tokens["access_token"]):
        response = await app.browser.post(trip.url, data=fields(page) | choice | {"ticket": broken})
        assert (response.status_code, "location" in response.headers) == (400, False)
    elsewhere = App(site)
    fresh = fields(await elsewhere.browser.get(trip.url))
    stolen = fresh | choice | {"ticket": fields(page)["ticket"]}
    assert (await elsewhere.browser.post(trip.url, data=stolen)).status_code == 400


async def account_of(instance: Instance, email: str):
    return await instance.owner.fetchval("select id from control.account where email = $1", email)


async def test_a_form_from_elsewhere_is_not_taken(site: Starlette, email: str) -> None:
    app, trip = App(site), Trip()
    page = await app.browser.get(trip.url)
    right = {"email": email, "password": "correct horse battery"}
    for token in ({}, {"form_token": ""}, {"form_token": "x" * 43}):
        response = await app.browser.post(trip.url, data=right | token)
        assert response.status_code == 400
    without_cookie = await App(site).browser.post(trip.url, data=right | fields(page))
    assert without_cookie.status_code == 400
    assert (await app.browser.post(trip.url, data=right | fields(page))).status_code == 303


async def test_wrong_password_and_unknown_address_get_the_same_page(site: Starlette, email: str) -> None:
    pages = []
    for address in (email, "nobody@example.com"):
        response = await Trip(state="s", nonce="n", code_challenge="x" * 43).sign_in(
            App(site).browser, address, "wrong"
        )
        token = fields(response)["form_token"]
        pages.append((response.status_code, response.text.replace(address, "").replace(token, "")))
    assert pages[0] == pages[1]
    assert pages[0][0] == 400
    assert "邮箱或密码不正确" in pages[0][1]


async def test_too_many_failures_are_told_with_the_time_to_wait(site: Starlette, email: str) -> None:
    app, trip = App(site), Trip(ui_locales="en")
    for _ in range(accounts.TRIES_OF_ACCOUNT):
        await trip.sign_in(app.browser, email, "wrong")
    response = await trip.sign_in(app.browser, email)
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 900
    assert "Too many failed sign-ins. Please try again in 15 minutes." in response.text


async def test_a_user_without_a_company_is_told_so(instance: Instance, site: Starlette) -> None:
    response = await Trip(ui_locales="en").sign_in(App(site).browser, await some_user(instance))
    assert response.status_code == 403
    assert "does not belong to a company" in response.text


@pytest.mark.parametrize(
    ("accepted", "asked", "language"),
    [
        ("", None, "zh-CN"),
        ("en-GB,en;q=0.9", None, "en"),
        ("fr,en;q=0.5,zh;q=0.7", None, "zh-CN"),
        ("en", "zh-CN", "zh-CN"),
        ("zh", "fr en", "en"),
        ("zh;q=x", None, "zh-CN"),
    ],
)
async def test_the_page_speaks_both_languages(
    browser: httpx.AsyncClient, accepted: str, asked: str | None, language: str
) -> None:
    page = await browser.get(Trip(ui_locales=asked).url, headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in page.text
    other = "en" if language == "zh-CN" else "zh-CN"
    assert f"ui_locales={other}" in page.text
    assert ("登录" in page.text) == (language == "zh-CN")


async def test_the_page_runs_no_script_and_shows_what_it_is_given_as_text(browser: httpx.AsyncClient) -> None:
    trip = Trip(state='"><script>alert(1)</script>')
    page = await browser.get(trip.url)
    page = await browser.post(trip.url, data=fields(page) | {"email": '"><script>alert(1)</script>', "password": "x"})
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"


async def test_the_cookie_names(site: Starlette, browser: httpx.AsyncClient, instance: Instance) -> None:
    assert COOKIE == "__Host-huotong"
    assert (await browser.get(Trip().url)).headers["set-cookie"].startswith("__Host-huotong-form=")
    local = await make_site(instance, "http://127.0.0.1:8000")
    for host in ("127.0.0.1", "localhost"):
        page = await visitor(local).get(Trip(redirect_uri=f"http://{host}:8000/signed-in").url)
        assert page.status_code == 200
        assert page.headers["set-cookie"].startswith("huotong-form=")
        assert "Secure" not in page.headers["set-cookie"]
    assert (await visitor(local).get(Trip(redirect_uri="http://127.0.0.1:9000/signed-in").url)).status_code == 400
