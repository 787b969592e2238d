"""Products, units, partners, warehouses: what documents refer to."""

from sqlalchemy import Column, Index, Integer, Text, Uuid, text

from domain.base import check, factor, flag, key, moment, one_of, price, ref, table, version, words
from tenants.fields import blind_index, encrypted, last4, normal_phone

unit = table(
    "unit",
    key(),
    words("name", unique=True),
    Column("decimals", Integer, nullable=False),  # what a quantity in it may have: 个 0, kg 3
    version(),
    check("decimals", "decimals between 0 and 6"),
)

category = table("category", key(), words("name"), ref("parent_id", "category.id", null=True), version())

product = table(
    "product",
    key(),
    words("sku", unique=True),  # compared as it stands: case matters
    words("name"),
    words("spec", server_default=""),
    words("origin", server_default=""),  # 产地: where it comes from
    ref("category_id", "category.id", null=True),
    ref("unit_id", "unit.id"),
    words("kind", server_default="goods"),
    price("price", null=True),  # retail price of one stock unit
    price("reference_cost", null=True),
    flag("active", "true"),
    version(),
    moment("created_at", default="now()"),
    moment("updated_at", default="now()"),
    one_of("kind", "goods", "service"),
    check("price", "price >= 0"),
    check("reference_cost", "reference_cost >= 0"),
    Index(None, "name", "id"),
    Index("product_category_idx", "category_id", "name", "id", postgresql_where=text("category_id is not null")),
)

product_unit = table(
    "product_unit",
    key("product_id", "product.id"),
    key("unit_id", "unit.id"),
    *factor(),
    check("factor", "numerator > 0 and denominator > 0"),
)

product_barcode = table(
    "product_barcode",
    key("product_id"),  # written with its product
    Column("code", Text, primary_key=True),
    Column("unit_id", Uuid),  # null: the stock unit
    words("kind"),
    Column("position", Integer, nullable=False),
    one_of("kind", "gtin", "house"),
    Index(None, "code"),
    Index("product_barcode_tail_idx", text("right(code, 5)")),
)

partner = table(
    "partner",
    key(),
    words("code", unique=True),
    words("name"),
    flag("is_supplier"),
    flag("is_customer"),
    encrypted("contact_name"),
    encrypted("phone"),
    blind_index("phone_index", of="phone", normal=normal_phone),
    blind_index("phone_last4_index", of="phone", normal=last4),
    encrypted("address"),
    flag("active", "true"),
    version(),
    moment("created_at", default="now()"),
    moment("updated_at", default="now()"),
    Index(None, "name", "id"),
    Index(None, "phone_index", postgresql_where=text("phone_index is not null")),
    Index(None, "phone_last4_index", postgresql_where=text("phone_last4_index is not null")),
)

warehouse = table(
    "warehouse",
    key(),
    words("code", unique=True),
    words("name"),
    words("negative", server_default="forbid"),
    flag("active", "true"),
    version(),
    one_of("negative", "forbid", "warn", "allow"),
)

location = table(
    "location",
    key(),
    ref("warehouse_id", "warehouse.id", null=True),
    words("kind"),
    words("code"),
    words("name"),
    one_of("kind", "storage", "transit", "supplier", "customer", "processor", "production", "loss"),
    check("warehouse", "(kind in ('storage', 'transit')) = (warehouse_id is not null)"),
    Index("location_code_key", "warehouse_id", "code", unique=True),
)
