"""Users, memberships and sign-in by password."""

import asyncio
import time
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher

from tenants import accounts, passwords
from tenants.access import ROLES, Token, compile_caller
from tenants.accounts import AccountError, Throttled, WrongCredentials
from tenants.passwords import OF_NOBODY, UnfitPassword, is_outdated
from tenants.registry import Company
from tests.companies import Instance

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def light_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.function is not test_answers_and_times_tell_nothing_about_an_account:
        monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))
        monkeypatch.setattr(passwords, "OF_NOBODY", passwords.hasher.hash("nobody"))


def some_email() -> str:
    return f"{uuid4().hex[:12]}@example.com"


async def some_user(instance: Instance, company: Company | None = None, role: str = "sales") -> str:
    email = some_email()
    await accounts.create_user(instance.database, email, "Wang Fang", PASSWORD)
    if company:
        await accounts.grant(company, role, email=email)
    return email


def token_of(company: Company, membership_id) -> Token:
    return Token(company.id, membership_id, None, None, uuid4().hex)


async def test_one_person_has_one_account_however_the_address_is_written(instance: Instance) -> None:
    email = await some_user(instance)
    with pytest.raises(AccountError, match="already"):
        await accounts.create_user(instance.database, f"  {email.upper()} ", "Wang", PASSWORD)
    assert await accounts.sign_in(instance.database, email.upper(), PASSWORD, "192.0.2.1")


@pytest.mark.parametrize(
    "email", ["", "wang", "wang@", "@example.com", "wa ng@example.com", "a@b..c", "x" * 65 + "@a.b"]
)
async def test_what_is_no_address_is_refused(instance: Instance, email: str) -> None:
    with pytest.raises(AccountError):
        await accounts.create_user(instance.database, email, "Wang", PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
async def test_unfit_passwords_are_refused(instance: Instance, password: str) -> None:
    with pytest.raises(UnfitPassword):
        await accounts.create_user(instance.database, some_email(), "Wang", password)


async def test_a_password_may_be_typed_on_any_keyboard(instance: Instance) -> None:
    email = some_email()
    await accounts.create_user(instance.database, email, "Wang", "ｐａｓｓｗｏｒｄ ８８８")
    assert await accounts.sign_in(instance.database, email, "password 888", "192.0.2.1")


async def test_answers_and_times_tell_nothing_about_an_account(instance: Instance) -> None:
    """Wrong password, no account, no password set, disabled, not an address: one answer, one time."""
    without, disabled = some_email(), await some_user(instance)
    await accounts.create_user(instance.database, without, "Wang")
    await accounts.disable_user(instance.database, disabled)
    cases = {
        "wrong": await some_user(instance),
        "nobody": some_email(),
        "without": without,
        "disabled": disabled,
        "no address": "wang",
    }
    times: dict[str, list[float]] = {case: [] for case in cases}
    for _ in range(5):
        for case, email in cases.items():
            password = PASSWORD if case == "disabled" else "wrong horse battery"
            begun = time.perf_counter()
            with pytest.raises(WrongCredentials) as refusal:
                await accounts.sign_in(instance.database, email, password, f"2001:db8:{case.encode().hex()[:4]}::1")
            times[case].append(time.perf_counter() - begun)
            assert str(refusal.value) == ""
    quickest = {case: min(each) for case, each in times.items()}  # a busy machine only adds to the others
    assert max(quickest.values()) < 2 * min(quickest.values()), quickest
    assert not is_outdated(OF_NOBODY)


async def test_an_account_is_throttled_whether_it_exists_or_not(instance: Instance) -> None:
    for email in (await some_user(instance), some_email()):
        attempts = [accounts.sign_in(instance.database, email, "wrong horse", f"198.51.100.{n}") for n in range(12)]
        answers = await asyncio.gather(*attempts, return_exceptions=True)
        assert [type(answer) for answer in answers].count(WrongCredentials) == accounts.TRIES_OF_ACCOUNT
        with pytest.raises(Throttled) as refusal:
            await accounts.sign_in(instance.database, email, PASSWORD, "203.0.113.9")
        assert 0 < refusal.value.seconds <= 15 * 60


async def test_an_address_is_throttled_over_all_accounts_and_a_success_forgives_only_itself(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "TRIES_OF_ADDRESS", 3)
    email = await some_user(instance)
    for n in range(3):
        await accounts.sign_in(instance.database, email, PASSWORD, f"2001:db8:7:7::{n}")
    for n in range(3):
        with pytest.raises(WrongCredentials):
            await accounts.sign_in(instance.database, some_email(), PASSWORD, f"2001:db8:7:7::{n}")
    with pytest.raises(Throttled):
        await accounts.sign_in(instance.database, email, PASSWORD, "2001:db8:7:7::99")
    assert await accounts.sign_in(instance.database, email, PASSWORD, "2001:db8:7:8::1")


async def test_a_success_clears_the_account(instance: Instance) -> None:
    email = await some_user(instance)
    for _ in range(2):
        for _ in range(accounts.TRIES_OF_ACCOUNT - 1):
            with pytest.raises(WrongCredentials):
                await accounts.sign_in(instance.database, email, "wrong horse", f"10.{uuid4().int % 256}.1.1")
        assert await accounts.sign_in(instance.database, email, PASSWORD, "10.9.9.9")


async def test_roles_add_up_and_each_change_raises_the_epoch(instance: Instance, company: Company) -> None:
    email = await some_user(instance, company, "sales")
    membership = await accounts.grant(company, "keeper", email=email)
    caller = await compile_caller(company, token_of(company, membership))
    assert caller
    assert caller.permissions == ROLES["sales"] | ROLES["keeper"]
    assert await accounts.revoke(company, "sales", email=email) == ["sales"]
    later = await compile_caller(company, token_of(company, membership))
    assert later
    assert (later.permissions, later.epoch) == (ROLES["keeper"], caller.epoch + 1)
    await accounts.revoke(company, email=email)
    assert await compile_caller(company, token_of(company, membership)) is None


async def test_one_role_that_is_bound_to_warehouses_binds_the_person(instance: Instance, company: Company) -> None:
    email, north, south = await some_user(instance, company, "sales"), uuid4(), uuid4()

    async def bound(*warehouses: UUID, role: str = "keeper") -> frozenset[UUID] | None:
        membership = await accounts.grant(company, role, email=email, warehouses=warehouses or None)
        caller = await compile_caller(company, token_of(company, membership))
        assert caller
        return caller.warehouses

    assert await bound() is None
    assert await bound(north) == {north}
    assert await bound(south, role="buyer") == {north, south}
    assert await bound() == {south}
    assert await bound(role="buyer") is None


async def test_a_membership_is_good_for_its_own_company_only(instance: Instance, company: Company) -> None:
    other = await instance.company()
    email = await some_user(instance, company, "owner")
    membership = await accounts.grant(company, "owner", email=email)
    assert await compile_caller(other, token_of(other, membership)) is None
    assert [
        each.company_id for each in await accounts.memberships(instance.database, await account_id(instance, email))
    ] == [company.id]


async def test_suspended_companies_and_disabled_accounts_let_nobody_in(instance: Instance, company: Company) -> None:
    email = await some_user(instance, company)
    membership = await accounts.grant(company, "owner", email=email)
    await instance.owner.execute("update control.company set status = 'suspended' where id = $1", company.id)
    assert await compile_caller(company, token_of(company, membership)) is None
    assert await accounts.memberships(instance.database, await account_id(instance, email)) == []
    await instance.owner.execute("update control.company set status = 'active' where id = $1", company.id)
    assert await compile_caller(company, token_of(company, membership))
    await accounts.disable_user(instance.database, email)
    assert await compile_caller(company, token_of(company, membership)) is None


async def test_what_cannot_be_granted(instance: Instance, company: Company) -> None:
    email = await some_user(instance)
    with pytest.raises(AccountError, match="not one of"):
        await accounts.grant(company, "emperor", email=email)
    with pytest.raises(AccountError, match="party"):
        await accounts.grant(company, "partner", email=email)
    with pytest.raises(AccountError, match="not known"):
        await accounts.grant(company, "owner", email=some_email())


async def test_users_are_listed_with_their_roles(instance: Instance, company: Company) -> None:
    email = await some_user(instance, company, "buyer")
    await accounts.grant(company, "keeper", email=email)
    (listed,) = await accounts.users(instance.database, company)
    assert (listed["email"], listed["slug"], listed["roles"]) == (email, company.slug, ["buyer", "keeper"])


async def account_id(instance: Instance, email: str):
    return await instance.owner.fetchval("select id from control.account where email = $1", email)
