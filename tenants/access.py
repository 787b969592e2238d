"""Who may do what: the registry of permissions, the built-in roles, and the caller of a request."""

from dataclasses import dataclass
from functools import cache
from typing import LiteralString
from uuid import UUID

from tenants.registry import Company
from tenants.transaction import control_transaction, read_transaction, write_transaction

PERMISSIONS = frozenset(
    {
        "product.read", "product.write", "product.cost",
        "partner.read", "partner.write", "partner.phone",
        "warehouse.write",
        "stock.read", "stock.all", "stock.value", "stock.open", "stock.adjust", "stock.count",
        "stock.transfer",
        "purchase.read", "purchase.price", "purchase.order", "purchase.receive",
        "sales.read", "sales.price", "sales.order", "sales.ship", "sales.return",
        "discrepancy.read", "discrepancy.close", "period.close",
        "job.own", "job.manage", "import.run", "export.run", "reconcile.run",
        "audit.read", "waiting.decide", "access.manage",
    }
)  # fmt: skip

COST = {"product.cost", "stock.value", "purchase.price"}

ROLES: dict[str, frozenset[str]] = {
    "owner": PERMISSIONS,
    "manager": PERMISSIONS - {"access.manage"},
    "buyer": frozenset(
        {
            "product.read", "product.write", "partner.read", "partner.write", "partner.phone", "stock.read",
            "stock.all", "purchase.read", "purchase.order", "purchase.receive", "discrepancy.read", "discrepancy.close",
            "job.own",
        } | COST
    ),
    "sales": frozenset(
        {
            "product.read", "partner.read", "partner.write", "partner.phone", "stock.read", "stock.all",
            "sales.read", "sales.price", "sales.order", "sales.ship", "sales.return", "job.own",
        }
    ),
    "keeper": frozenset(
        {
            "product.read", "partner.read", "stock.read", "stock.all", "stock.adjust", "stock.count",
            "stock.transfer", "purchase.read", "purchase.receive", "sales.read", "sales.ship", "sales.return",
            "discrepancy.read", "job.own",
        }
    ),
    "auditor": frozenset(
        {permission for permission in PERMISSIONS if permission.endswith(".read")}
        | {"stock.all", "sales.price", "partner.phone", "job.own"} | COST
    ),
    "partner": frozenset({"sales.read", "sales.price", "purchase.read", "purchase.price"}),
}  # fmt: skip


EPOCH: LiteralString = "select access_epoch from setting"
BUMP: LiteralString = "update setting set access_epoch = access_epoch + 1"
ACCESS: LiteralString = """select coalesce(m.account_id, m.client_id) as actor_id, m.party_id,
 coalesce(a.name, k.name) as name,
 array(select role from binding b where b.membership_id = m.id) as roles,
 (select array_agg(w) from binding b, unnest(b.warehouses) as w where b.membership_id = m.id) as warehouses
from membership m
join company c on c.id = m.company_id and c.status = 'active'
left join account a on a.id = m.account_id
left join client k on k.id = m.client_id
where m.id = $1 and m.company_id = $2 and coalesce(a.status, k.status) = 'active'
 and ($3::uuid is null or exists (select from session s
  where s.id = $3 and s.membership_id = m.id and s.revoked_at is null))
 and not exists (select from spent_token where id = $4)"""

MEMBER: LiteralString = "select id from membership where company_id = $1 and (account_id = $2 or client_id = $2)"
WHO: LiteralString = """select coalesce(a.name, k.name) as name, a.email,
 array(select role from binding b where b.membership_id = m.id order by role) as roles
from membership m left join account a on a.id = m.account_id left join client k on k.id = m.client_id where m.id = $1"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, in which company, with what rights. `epoch` tells which state of the rights they were compiled from."""

    company: Company
    actor_id: UUID  # a user's account or a client
    permissions: frozenset[str]
    party_id: UUID | None = None  # a partner's client: sees and does only what is that party's
    warehouses: frozenset[UUID] | None = None  # None: all
    epoch: int = 0
    token: "Token | None" = None  # None: not by a token, such as a job or the command line
    name: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token says, once it is found to be ours."""

    company_id: UUID
    membership_id: UUID
    session_id: UUID | None  # the device; None: a client's own token
    scope: frozenset[str] | None  # permissions that the token is narrowed to; None: all that the member has
    id: str


@cache
def permissions_of(roles: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))


async def compile_caller(company: Company, token: Token) -> Caller | None:
    """The caller with the rights of this moment. None: the session, the token or the membership has ended, the account
    is disabled, or the company suspended.

    The epoch is read before the rights: `rights_changed` raises it after they are written, so that rights read too
    early never carry the epoch of later ones.
    """
    async with read_transaction(company) as door:
        epoch: int = (await door.raw.fetchval(EPOCH)) or 0
    async with control_transaction(company.database) as door:
        row = await door.raw.fetchrow(ACCESS, token.membership_id, company.id, token.session_id, token.id)
    if row is None:
        return None
    permissions = permissions_of(frozenset(row["roles"]))
    if token.scope is not None:
        permissions &= token.scope
    # scopes only narrow: one role that is bound to warehouses binds the person
    warehouses = None if row["warehouses"] is None else frozenset(row["warehouses"])
    return Caller(company, row["actor_id"], permissions, row["party_id"], warehouses, epoch, token, row["name"])


async def caller_of(company: Company, actor_id: UUID, scope: frozenset[str] | None = None) -> Caller | None:
    """For work that goes on without its actor: the rights that he has at this moment, within what the token's scope
    allowed with which he began it. None: he has left, or is locked out."""
    async with control_transaction(company.database) as door:
        membership_id = await door.raw.fetchval(MEMBER, company.id, actor_id)
    return await compile_caller(company, Token(company.id, membership_id, None, scope, "")) if membership_id else None


@dataclass(frozen=True, slots=True)
class Who:
    """A caller as people know it. `roles` may be several."""

    name: str
    email: str | None
    roles: tuple[str, ...]


async def who(caller: Caller) -> Who:
    """For callers by token."""
    assert caller.token
    async with control_transaction(caller.company.database) as door:
        row = await door.raw.fetchrow(WHO, caller.token.membership_id)
    return Who(row["name"], row["email"], tuple(row["roles"])) if row else Who("", None, ())


async def rights_changed(company: Company) -> None:
    """Makes every process compile the rights of this company's callers again before their next command."""
    async with write_transaction(company) as door:
        await door.raw.execute(BUMP)
