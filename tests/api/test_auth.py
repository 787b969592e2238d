"""From tokens to callers: forgeries, rights, and how soon an end is noticed."""

import base64
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette

from api import auth
from api.auth import ACCESS_TOKEN, Callers, Unauthorized
from api.authorize import TICKET
from tenants import accounts, clients, passwords, signing
from tenants.access import ROLES
from tenants.registry import Company
from tenants.signing import SigningKeys
from tests.api.visitors import ISSUER, App, House, bearer, by_hand, make_site, some_user, visitor
from tests.companies import Instance


@pytest.fixture(autouse=True)
def light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))


@pytest_asyncio.fixture
async def site(instance: Instance) -> Starlette:
    return await make_site(instance)


@pytest.fixture
def house(site: Starlette) -> House:
    return site.state.huotong


@pytest_asyncio.fixture
async def email(instance: Instance, company: Company) -> str:
    return await some_user(instance, company)


@pytest_asyncio.fixture
async def claims(site: Starlette, house: House, email: str) -> dict[str, Any]:
    """Of a good access token."""
    app = await App(site).sign_in(email)
    return house.signing.verify(app.tokens["access_token"], ACCESS_TOKEN, ISSUER, ISSUER)


def later(house: House, seconds: float = 61) -> None:
    """As if so much time had passed since the callers were looked up."""
    for kept in house.callers.kept.values():
        kept.until -= seconds


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else orjson.dumps(value)).rstrip(b"=").decode()


async def test_forged_tokens_are_refused(site: Starlette, house: House, claims: dict[str, Any]) -> None:
    ours = house.signing.current
    theirs = ECKey.generate_key("P-256", {"kid": ours.kid})
    header = {"alg": "ES256", "typ": ACCESS_TOKEN, "kid": ours.kid}
    now = int(time.time())

    def signed(key: ECKey = ours, more: dict[str, Any] | None = None, **changed: Any) -> str:
        body = {name: value for name, value in (claims | changed).items() if value is not None}
        return jwt.encode(header | (more or {}), body, key, algorithms=["ES256"])

    good = signed()
    head, body, proof = good.split(".")
    flipped = ("B" if proof[9] != "B" else "C").join((proof[:9], proof[10:]))
    forgeries = {
        "unsigned": by_hand(header | {"alg": "none"}, claims),
        "unsigned, in capitals": by_hand(header | {"alg": "NonE"}, claims),
        "proof cut off": f"{head}.{body}.",
        "proof of another body": f"{head}.{part(claims | {'sub': str(uuid4())})}.{proof}",
        "a bit of the proof flipped": f"{head}.{body}.{flipped}",
        "our public key as a secret": by_hand(header | {"alg": "HS256"}, claims, ours.as_pem(private=False)),
        "our key id as a secret": by_hand(header | {"alg": "HS256"}, claims, ours.kid.encode()),
        "another key under our id": signed(theirs),
        "brings its own key": jwt.encode(
            header | {"jwk": theirs.as_dict(private=False)}, claims, theirs, algorithms=["ES256"]
        ),
        "names where to fetch a key": part(header | {"jku": "https://evil.example/jwks"}) + f".{body}.{proof}",
        "key id is a path": part(header | {"kid": "../../dev/null"}) + f".{body}.{proof}",
        "no key id": part({"alg": "ES256", "typ": ACCESS_TOKEN}) + f".{body}.{proof}",
        "critical extension": part(header | {"crit": ["b64"], "b64": False}) + f".{body}.{proof}",
        "an ID token": signed(more={"typ": "JWT"}),
        "a ticket of the sign-in page": signed(more={"typ": TICKET}),
        "another issuer": signed(iss="https://evil.example"),
        "another audience": signed(aud="huotong-pwa"),
        "no audience": signed(aud=None),
        "expired": signed(exp=now - 61),
        "never expires": signed(exp=None),
        "expires in words": signed(exp="tomorrow"),
        "from the future": signed(iat=now + 3600),
        "no company": signed(tenant=None),
        "company in words": signed(tenant="acme"),
        "another company": signed(tenant=str(uuid4())),
        "membership of nobody": signed(membership=str(uuid4())),
        "session of nobody": signed(sid=str(uuid4())),
        "no scope": signed(client_id="other", scope=None),
        "scope is a list": signed(client_id="other", scope=["openid"]),
        "too long": signed(padding="x" * 9000),
        "not a token": "abc",
        "empty": "",
        "not text": "\u00ff.\u00ff.\u00ff",
        "body is a list": f"{head}.{part([1])}.{proof}",
        "header is no JSON": f"{part(b'{')}.{body}.{proof}",
        "nested deeply": part(b"[" * 4000) + f".{body}.{proof}",
    }
    async with visitor(site) as browser:
        assert (await browser.get("/whoami", headers=bearer(good))).status_code == 200
        for kind, forged in forgeries.items():
            response = await browser.get("/whoami", headers={"Authorization": f"Bearer {forged}".encode("latin-1")})
            assert response.status_code == 401, kind
            told = response.headers["www-authenticate"]
            assert told.startswith('Bearer error="invalid_token"'), kind
            assert forged not in response.text or not forged
    assert len(forgeries) >= 15


async def test_without_a_token_the_answer_says_what_is_needed(site: Starlette, claims: dict[str, Any]) -> None:
    async with visitor(site) as browser:
        for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}):
            response = await browser.get("/whoami", headers=headers)
            assert response.status_code == 401
            assert response.headers["www-authenticate"].startswith("Bearer")
        assert (await browser.get("/whoami?access_token=x")).status_code == 401


async def test_a_member_of_one_company_is_nobody_in_another(
    instance: Instance, house: House, claims: dict[str, Any]
) -> None:
    """Even with a token that our own key signed for the wrong pair."""
    other = await instance.company()
    mixed = house.signing.sign(ACCESS_TOKEN, claims | {"tenant": str(other.id)})
    with pytest.raises(Unauthorized):
        await house.callers.of(f"Bearer {mixed}")


async def test_a_caller_is_looked_up_once_a_minute(
    site: Starlette, house: House, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, looked_up = await App(site).sign_in(email), []
    compile_caller = auth.compile_caller

    async def counted(company, token):
        looked_up.append(token)
        return await compile_caller(company, token)

    monkeypatch.setattr(auth, "compile_caller", counted)
    for _ in range(5):
        assert (await app.whoami()).status_code == 200
    assert len(looked_up) == 1
    later(house)
    assert (await app.whoami()).status_code == 200
    assert len(looked_up) == 2


async def test_a_token_is_not_kept_past_its_own_end(house: House, claims: dict[str, Any]) -> None:
    text = house.signing.sign(ACCESS_TOKEN, claims | {"exp": int(time.time()) + 5})
    await house.callers.of(f"Bearer {text}")
    assert house.callers.kept[text].until <= time.monotonic() + 5


async def test_a_closed_door_is_noticed_within_a_minute(
    instance: Instance, site: Starlette, house: House, company: Company
) -> None:
    async def suspend(email: str) -> None:
        await instance.owner.execute("update control.company set status = 'suspended' where id = $1", company.id)

    async def sign_out(email: str) -> None:
        await app.post("/oauth/revoke", {})

    closings = [
        sign_out,
        lambda email: accounts.set_password(instance.database, email, "another horse battery"),
        lambda email: accounts.revoke(company, email=email),
        lambda email: accounts.disable_user(instance.database, email),
        suspend,
    ]
    for close in closings:
        email = await some_user(instance, company)
        app = await App(site).sign_in(email)
        assert (await app.whoami()).status_code == 200
        await close(email)
        later(house)
        assert (await app.whoami()).status_code == 401


async def test_a_change_of_rights_holds_after_refresh(
    site: Starlette, house: House, company: Company, email: str
) -> None:
    app = await App(site).sign_in(email)
    authorization = f"Bearer {app.tokens['access_token']}"
    before = await house.callers.of(authorization)
    assert before.permissions == ROLES["owner"]
    await accounts.grant(company, "keeper", email=email)
    await accounts.revoke(company, "owner", email=email)
    assert await house.callers.of(authorization) is before  # for reads, for a minute
    after = await house.callers.refresh(before)
    assert (after.permissions, after.epoch) == (ROLES["keeper"], before.epoch + 2)
    assert await house.callers.of(authorization) is after
    await accounts.revoke(company, email=email)
    with pytest.raises(Unauthorized):
        await house.callers.refresh(after)


async def test_a_partner_is_bound_to_its_party(site: Starlette, house: House, company: Company) -> None:
    party_id = uuid4()
    partner = await clients.create_client(company, "Partner", party_id=party_id)
    async with visitor(site, auth=(partner.client_id, partner.client_secret or "")) as browser:
        token = (await browser.post("/oauth/token", data={"grant_type": "client_credentials"})).json()["access_token"]
    caller = await house.callers.of(f"Bearer {token}")
    assert (caller.party_id, caller.permissions) == (party_id, ROLES["partner"])
    assert caller.token
    assert caller.token.session_id is None


async def test_callers_kept_are_bounded(house: House, claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "AT_MOST", 10)
    for n in range(35):
        await house.callers.of("Bearer " + house.signing.sign(ACCESS_TOKEN, claims | {"jti": str(n)}))
    assert len(house.callers.kept) <= 10


@pytest.fixture
async def kept_keys(instance: Instance) -> AsyncIterator[None]:
    """Afterwards the keys are those that the tokens of other tests are signed with, and no others."""
    kept = await instance.owner.fetch("select id, wrapped, signs_from from control.signing_key")
    yield
    async with instance.owner.transaction():
        await instance.owner.execute("delete from control.signing_key")
        await instance.owner.executemany(
            "insert into control.signing_key (id, wrapped, signs_from) values ($1, $2, $3)",
            [tuple(row) for row in kept],
        )


@pytest.mark.usefixtures("kept_keys")
async def test_keys_change_with_an_overlap(instance: Instance, claims: dict[str, Any]) -> None:
    keys = await SigningKeys.open(instance.database, instance.master)
    old = keys.sign(ACCESS_TOKEN, claims)
    kid = await signing.rotate(instance.database, instance.master)
    keys = await SigningKeys.open(instance.database, instance.master)
    assert kid in {key["kid"] for key in keys.published()["keys"]}  # published before it signs
    assert keys.current.kid != kid
    assert all("d" not in key for key in keys.published()["keys"])

    await instance.owner.execute("update control.signing_key set signs_from = now() where id = $1", kid)
    keys = await SigningKeys.open(instance.database, instance.master)
    assert keys.current.kid == kid
    assert keys.verify(old, ACCESS_TOKEN, ISSUER, ISSUER) == claims
    assert keys.verify(keys.sign(ACCESS_TOKEN, claims), ACCESS_TOKEN, ISSUER, ISSUER) == claims

    await instance.owner.execute("update control.signing_key set signs_from = now() - interval '61 minutes'")
    await instance.owner.execute(
        "update control.signing_key set signs_from = now() - interval '60.5 minutes' where id = $1", kid
    )
    keys = await SigningKeys.open(instance.database, instance.master)
    with pytest.raises(signing.BadToken):
        keys.verify(old, ACCESS_TOKEN, ISSUER, ISSUER)
    await signing.rotate(instance.database, instance.master)
    keys = await SigningKeys.open(instance.database, instance.master)
    private = {id: key.is_private for id, key in keys.known().items()}
    assert sorted(private.values()) == [False, True, True]  # of the oldest only what its certificates are checked with
    assert private[kid]


@pytest.mark.usefixtures("kept_keys")
async def test_after_a_leak_the_old_keys_go_at_once(instance: Instance, claims: dict[str, Any]) -> None:
    keys = await SigningKeys.open(instance.database, instance.master)
    old = keys.sign(ACCESS_TOKEN, claims)
    kid = await signing.rotate(instance.database, instance.master, at_once=True)
    keys = await SigningKeys.open(instance.database, instance.master)
    assert [key["kid"] for key in keys.published()["keys"]] == [kid]
    with pytest.raises(signing.BadToken):
        keys.verify(old, ACCESS_TOKEN, ISSUER, ISSUER)
    assert await signing.rewrap(instance.database, instance.master) == 1


async def test_private_keys_are_stored_wrapped(instance: Instance, claims: dict[str, Any]) -> None:
    keys = await SigningKeys.open(instance.database, instance.master)
    row = await instance.owner.fetchrow("select * from control.signing_key where id = $1", keys.current.kid)
    assert row
    assert keys.current.as_der(private=True) not in row["wrapped"]
    assert keys.current.raw_value.private_numbers().private_value.to_bytes(32) not in row["wrapped"]  # pyright: ignore


async def test_the_caller_names_its_token(house: House, site: Starlette, email: str) -> None:
    app = await App(site).sign_in(email)
    caller = await house.callers.of(f"Bearer {app.tokens['access_token']}")
    assert isinstance(caller.actor_id, UUID)
    assert caller.token
    assert caller.token.scope is None
    assert Callers(house.registry, house.signing, ISSUER).kept == {}
