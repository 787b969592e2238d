"""Purchase orders. Goods receipts are stock documents (`inventory/tables.py`)."""

from sqlalchemy import Index, text

from domain.base import check, day, factor, key, moment, money, number, one_of, price, quantity, ref, table, words

purchase_order = table(
    "purchase_order",
    key(),
    words("number", unique=True),
    words("external_number", null=True),
    ref("partner_id", "partner.id"),
    ref("location_id", "location.id"),
    words("status"),
    day("document_on"),
    day("expected_on", null=True),
    money("total"),
    words("note", server_default=""),
    number("receipts", default="0"),  # how many documents received it: the next one's number
    moment("created_at", default="now()"),
    one_of("status", "open", "partly_received", "received", "cancelled"),
    Index(None, "document_on", "id"),
    Index(None, "partner_id", "document_on"),
    Index("purchase_order_open_idx", "id", postgresql_where=text("status in ('open', 'partly_received')")),
    busy=True,
)

purchase_order_line = table(
    "purchase_order_line",
    key(),
    ref("order_id", "purchase_order.id"),
    number("position"),
    ref("product_id", "product.id"),
    ref("unit_id"),
    *factor(),
    quantity("quantity"),
    price("unit_price"),
    money("amount"),
    quantity("ordered"),  # in stock units, like `received`
    quantity("received", default="0"),
    check("quantity", "quantity > 0 and ordered > 0"),
    check("received", "received >= 0"),
    check("unit_price", "unit_price >= 0"),
    Index(None, "order_id", "position", unique=True),
    Index(None, "product_id"),
    busy=True,
)
