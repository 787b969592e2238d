"""What a file may hold, which command its rows become, and which takes them back."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """`permission`: what it takes beyond `import.run`. `fields`: field → whether a row has to have it. `twice`: fields
    that several columns may fill."""

    command: str
    undo: str
    permission: str
    fields: Mapping[str, bool]
    twice: frozenset[str] = frozenset()

    @property
    def required(self) -> list[str]:
        return [name for name, required in self.fields.items() if required]


def fields(required: str, optional: str) -> dict[str, bool]:
    return dict.fromkeys(required.split(), True) | dict.fromkeys(optional.split(), False)


KINDS = {
    "products": Kind(
        "masterdata.save_products", "masterdata.withdraw_products", "product.write",
        fields("sku name unit", "spec origin category price reference_cost barcodes kind active pack_unit pack_size"),
        frozenset({"barcodes"}),
    ),
    "partners": Kind(
        "masterdata.save_partners", "masterdata.withdraw_partners", "partner.write",
        fields("code name", "contact_name phone address kind active"),
    ),
    "price_list": Kind(
        "masterdata.set_prices", "masterdata.withdraw_products", "product.write", fields("sku price", "")
    ),
    "opening_stock": Kind(
        "inventory.record_opening_stock", "inventory.reverse_opening_stock", "stock.open",
        fields("sku quantity", "unit unit_cost value warehouse date"),
    ),
    "purchase_orders": Kind(
        "purchasing.take_over_purchase_orders", "purchasing.withdraw_purchase_orders", "purchase.order",
        fields("number partner sku quantity", "date expected unit unit_price warehouse note"),
    ),
    "sales_orders": Kind(
        "sales.take_over_sales_orders", "sales.withdraw_sales_orders", "sales.order",
        fields("number partner sku quantity", "date unit unit_price warehouse note"),
    ),
    "sales": Kind(
        "sales.record_past_sales", "sales.withdraw_past_sales", "import.run",
        fields("number date sku quantity", "partner unit_price amount kind warehouse note"),
    ),
}  # fmt: skip
