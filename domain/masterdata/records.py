"""The records of master data as they are saved: one whole record each, whoever sends it.

`id` is made where the record is made; one that comes from outside has `external` instead. `base_version` is the version
that the change was made on: none for a new record, and none where the outside identity leads to the record.
"""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Interval, Len
from pydantic import StringConstraints

from domain.command import STORABLE, Name, Note, command
from domain.lists import External
from domain.quantity import Number

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=STORABLE)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=STORABLE)]
Path = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600, pattern=STORABLE)]
UNITS_AT_MOST = 20
BARCODES_AT_MOST = 50


@command
class UnitRecord:
    """`decimals`: how many a quantity in this unit may have: a piece 0, a kilogram 3."""

    name: Name
    decimals: Annotated[int, Interval(ge=0, le=6)] = 0
    id: UUID | None = None
    base_version: int | None = None
    external: External | None = None


@command
class CategoryRecord:
    """A category of products, in a tree."""

    name: Name
    parent_id: UUID | None = None
    id: UUID | None = None
    base_version: int | None = None
    external: External | None = None


@command
class WarehouseRecord:
    """`negative`: whether stock here may go below zero by a request. A fact is recorded whatever it says."""

    code: Code
    name: Name
    negative: Literal["forbid", "warn", "allow"] = "forbid"
    active: bool = True
    id: UUID | None = None
    base_version: int | None = None
    external: External | None = None


@command
class ProductUnitRecord:
    """Another unit the product is bought or sold in, by id or name: one of it is numerator ÷ denominator of the stock
    unit. A change is for new documents; each line keeps the factor it was made with."""

    numerator: Number
    denominator: Number = Decimal(1)
    unit_id: UUID | None = None
    unit: Name | None = None


@command
class BarcodeRecord:
    """A code on the goods. `unit_id` or `unit`: on which packing, if not the stock unit's."""

    code: Name
    unit_id: UUID | None = None
    unit: Name | None = None


@command
class ProductRecord:
    """A product with its other units and its barcodes, which replace those it had.

    Unit and category by id, or by name: `category` is a path such as 饮料/茶, made where it does not exist. `price` and
    `reference_cost` are of one stock unit.
    """

    sku: Code
    name: Name
    spec: Short = ""
    origin: Short = ""
    unit_id: UUID | None = None
    unit: Name | None = None
    category_id: UUID | None = None
    category: Path | None = None
    kind: Literal["goods", "service"] = "goods"
    price: Number | None = None
    reference_cost: Number | None = None
    active: bool = True
    units: Annotated[tuple[ProductUnitRecord, ...], Len(0, UNITS_AT_MOST)] = ()
    barcodes: Annotated[tuple[BarcodeRecord, ...], Len(0, BARCODES_AT_MOST)] = ()
    id: UUID | None = None
    base_version: int | None = None
    external: External | None = None


@command
class PriceRecord:
    """The retail price of one stock unit of the product with this sku."""

    sku: Code
    price: Number
    base_version: int | None = None
    external: External | None = None


@command
class PartnerRecord:
    """A supplier, a customer, or both. Who may not see phones and addresses does not change them either."""

    code: Code
    name: Name
    is_supplier: bool = False
    is_customer: bool = False
    contact_name: Short | None = None
    phone: Short | None = None
    address: Note | None = None
    active: bool = True
    id: UUID | None = None
    base_version: int | None = None
    external: External | None = None
