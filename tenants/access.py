"""Who may do what: the registry of permissions, the built-in roles, and the caller of a request."""

from dataclasses import dataclass
from uuid import UUID

from tenants.registry import Company

PERMISSIONS = frozenset(
    {
        "product.read", "product.write", "product.cost",
        "partner.read", "partner.write", "partner.phone",
        "warehouse.write",
        "stock.read", "stock.value", "stock.open", "stock.adjust", "stock.count",
        "purchase.read", "purchase.price", "purchase.order", "purchase.receive",
        "sales.read", "sales.price", "sales.order", "sales.ship", "sales.return",
        "discrepancy.read", "discrepancy.close",
        "import.run", "audit.read", "access.manage",
    }
)  # fmt: skip

COST = {"product.cost", "stock.value", "purchase.price"}

ROLES: dict[str, frozenset[str]] = {
    "owner": PERMISSIONS,
    "manager": PERMISSIONS - {"access.manage"},
    "buyer": frozenset(
        {
            "product.read", "product.write", "partner.read", "partner.write", "partner.phone", "stock.read",
            "purchase.read", "purchase.order", "purchase.receive", "discrepancy.read", "discrepancy.close",
        } | COST
    ),
    "sales": frozenset(
        {
            "product.read", "partner.read", "partner.write", "partner.phone", "stock.read",
            "sales.read", "sales.price", "sales.order", "sales.ship", "sales.return",
        }
    ),
    "keeper": frozenset(
        {
            "product.read", "partner.read", "stock.read", "stock.adjust", "stock.count",
            "purchase.read", "purchase.receive", "sales.read", "sales.ship", "sales.return", "discrepancy.read",
        }
    ),
    "partner": frozenset({"sales.read", "sales.price", "purchase.read", "purchase.price"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, in which company, with what rights. `epoch` tells which state of the rights they were compiled from."""

    company: Company
    actor_id: UUID
    permissions: frozenset[str]
    party_id: UUID | None = None  # a partner's client: sees and does only what is that party's
    warehouses: frozenset[UUID] | None = None  # None: all
    epoch: int = 0
