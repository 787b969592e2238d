"""Authlib's own client, unchanged, against our server: what a partner's programmer would write."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette

from tenants import clients
from tenants.registry import Company
from tests.api.visitors import ISSUER, bearer, fields, make_site, some_user, visitor
from tests.companies import Instance

httpx2 = pytest.importorskip("httpx2")  # what Authlib's client is built on
httpx_client = pytest.importorskip("authlib.integrations.httpx_client")

CALLBACK = "https://partner.example/callback"


@pytest_asyncio.fixture
async def site(instance: Instance) -> Starlette:
    return await make_site(instance)


@pytest_asyncio.fixture
async def browser(site: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(site) as client:
        yield client


def oauth_client(site: Starlette, client_id: str, secret: Any, **options: Any) -> Any:
    return httpx_client.AsyncOAuth2Client(client_id, secret, transport=httpx2.ASGITransport(site), **options)


async def test_code_with_pkce_then_refresh_introspect_and_revoke(
    instance: Instance, site: Starlette, browser: httpx.AsyncClient, company: Company
) -> None:
    email = await some_user(instance, company)
    made = await clients.create_app(instance.database, "Reports", [CALLBACK], ["openid", "email", "product.read"])
    told = (await browser.get("/.well-known/openid-configuration")).json()
    async with oauth_client(
        site,
        made.client_id,
        made.client_secret,
        redirect_uri=CALLBACK,
        scope="openid email product.read",
        code_challenge_method="S256",
    ) as client:
        verifier, nonce = uuid4().hex * 2, uuid4().hex
        url, state = client.create_authorization_url(
            told["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        page = await browser.get(url)
        answer = await browser.post(url, data=fields(page) | {"email": email, "password": "correct horse battery"})
        back = answer.headers["location"]
        tokens = await client.fetch_token(
            told["token_endpoint"], authorization_response=back, code_verifier=verifier, state=state
        )
        assert tokens["scope"] == "openid email product.read"
        keys = KeySet.import_key_set((await client.get(told["jwks_uri"])).json())
        identity = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
        assert (identity["iss"], identity["aud"], identity["nonce"]) == (ISSUER, [made.client_id], nonce)
        info = (await client.get(told["userinfo_endpoint"])).json()
        assert (info["sub"], info["email"]) == (identity["sub"], email)

        renewed = await client.refresh_token(told["token_endpoint"])
        assert renewed["refresh_token"] != tokens["refresh_token"]
        active = await client.introspect_token(told["introspection_endpoint"], token=renewed["refresh_token"])
        assert active.json()["active"]
        await client.revoke_token(told["revocation_endpoint"], token=renewed["refresh_token"])
        ended = await client.introspect_token(told["introspection_endpoint"], token=renewed["refresh_token"])
        assert ended.json() == {"active": False}
        with pytest.raises(httpx_client.OAuthError, match="invalid_grant"):
            await client.refresh_token(told["token_endpoint"], refresh_token=renewed["refresh_token"])


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_client_credentials_by_secret(
    site: Starlette, browser: httpx.AsyncClient, company: Company, method: str
) -> None:
    made = await clients.create_client(company, "Partner", party_id=uuid4())
    async with oauth_client(site, made.client_id, made.client_secret, token_endpoint_auth_method=method) as client:
        tokens = await client.fetch_token(f"{ISSUER}/oauth/token", grant_type="client_credentials")
    assert (await browser.get("/whoami", headers=bearer(tokens["access_token"]))).json()["company"] == company.slug


async def test_client_credentials_by_private_key(site: Starlette, browser: httpx.AsyncClient, company: Company) -> None:
    key, endpoint = ECKey.generate_key("P-256"), f"{ISSUER}/oauth/token"
    made = await clients.create_client(
        company, "Partner", party_id=uuid4(), jwks={"keys": [key.as_dict(private=False)]}
    )
    async with oauth_client(site, made.client_id, key, token_endpoint_auth_method="private_key_jwt") as client:
        client.register_client_auth_method(PrivateKeyJWT(endpoint, alg="ES256"))
        for _ in range(2):
            tokens = await client.fetch_token(endpoint, grant_type="client_credentials")
    assert (await browser.get("/whoami", headers=bearer(tokens["access_token"]))).json()["company"] == company.slug
