"""What a device may hold: parts of the company's data, each a selection of the types that GraphQL shows.

A part is compiled once (`statements.py`), for whoever has its permissions, and depends on nobody: whose rows they are
says the bucket alone. So what is made of it for one device is good for all. A field that the part's permissions do not
cover, or that does not exist, keeps the app from starting.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import literal_column, select

from api.read.declare import Permission, Row, Value
from api.read.scalars import TEXT
from domain.masterdata.tables import partner
from tenants.access import Caller

SCHEMA_VERSION = 1
SUPPORTED = (SCHEMA_VERSION,)
COMMON = "common"

Kind = Literal["common", "w", "u"]
Condition = Callable[[Row], Any]


@dataclass(frozen=True, kw_only=True)
class Part:
    """`entity`: of the change rows that concern it. `permissions`: all of these; of several in brackets any one.

    Of kind `w`, `places` are the columns that hold the locations by which a row belongs to a warehouse. `held` is what
    of it a snapshot has: the rest, that is over or says nothing, comes by pull alone. `spoken`: the column of a name
    that gets pinyin. `value`: all that a row says of the product whose id it has (aligned.py).
    """

    name: str
    kind: Kind = "common"
    entity: str
    type: str
    selection: str
    permissions: tuple[Permission, ...]
    places: tuple[str, ...] = ()
    held: Condition | None = None
    more: Mapping[str, Value] = field(default_factory=dict)  # what the type has in another form
    packed: int = 40  # bytes of a row in a snapshot, about
    spoken: str | None = None
    value: str | None = None

    def allowed(self, caller: Caller) -> bool:
        return covers(caller.permissions, self.permissions)


def covers(held: frozenset[str], wanted: Sequence[Permission]) -> bool:
    return all(one in held if isinstance(one, str) else held & {*one} for one in wanted)


def partner_name(row: Row) -> Any:
    return select(partner.c.name).where(partner.c.id == row.c.partner_id).scalar_subquery()


def known(column: str) -> Condition:
    return lambda row: row[column].is_not(None)


def status(*values: str) -> Condition:
    return lambda row: row["status"].in_([literal_column(f"'{value}'") for value in values])


LINE = "id position productId unitId numerator denominator"
ORDER = "id number status documentOn note partnerId locationId"
PARTNER = {"partnerName": Value(TEXT, partner_name, permission=("partner.read", "sales.read", "purchase.read"))}
PARTS = (
    Part(
        name="unit", entity="unit", type="Unit", selection="id name decimals", permissions=("product.read",),
    ),
    Part(
        name="product", entity="product", type="Product", permissions=("product.read",),
        selection="""id barcodes { code unitId } units { unitId numerator denominator } unitId kind active
         sku name spec""",  # what differs stands together, and what does not: that packs best
        spoken="name",
    ),
    Part(
        name="product_price", entity="product", type="Product", selection="id price",
        permissions=("product.read", "sales.price"), packed=20, held=known("price"), value="price",
    ),
    Part(
        name="product_cost", entity="product", type="Product", selection="id referenceCost",
        permissions=("product.read", "product.cost"), packed=20, held=known("reference_cost"), value="referenceCost",
    ),
    Part(
        name="partner", entity="partner", type="Partner", selection="id code name isSupplier isCustomer active",
        permissions=("partner.read",),
    ),
    Part(
        name="partner_contact", entity="partner", type="Partner", selection="id contactName phone address",
        permissions=("partner.read", "partner.phone"),
    ),
    Part(
        name="warehouse", kind="w", entity="warehouse", type="Warehouse", selection="id code name negative active",
        permissions=("stock.read",),
    ),
    Part(
        name="location", kind="w", entity="location", type="Location", selection="id warehouseId code name kind",
        permissions=("stock.read",), places=("id",),
    ),
    Part(
        name="stock", kind="w", entity="stock", type="StockLevel", selection="locationId onHand reserved",
        permissions=("stock.read",), places=("location_id",), packed=20, value="levels",
    ),
    Part(
        name="purchase_order", kind="w", entity="purchase_order", type="PurchaseOrder",
        selection=f"{ORDER} expectedOn lines {{ {LINE} quantity ordered received }}",
        permissions=("purchase.read", "stock.read", ("purchase.order", "purchase.receive")),
        places=("location_id",), more=PARTNER, packed=500, held=status("open", "partly_received"),
    ),
    Part(
        name="sales_order", kind="w", entity="sales_order", type="SalesOrder",
        selection=f"{ORDER} kind lines {{ {LINE} quantity ordered reserved shipped }}",
        permissions=("sales.read", "stock.read", ("sales.order", "sales.ship", "sales.return")),
        places=("location_id",), more=PARTNER, packed=500, held=status("draft", "confirmed", "partly_shipped"),
    ),
    Part(
        name="transfer", kind="w", entity="transfer", type="StockTransfer",
        selection=f"""id number status documentOn note fromLocationId toLocationId
         lines {{ {LINE} sent received }}""",
        permissions=("stock.read",), places=("from_location_id", "to_location_id"), packed=500,
        held=status("sent", "partly_received"),
    ),
)  # fmt: skip
COMMAND = "command"  # what became of a caller's own calls: rows of the log, in no snapshot (pull.py)
