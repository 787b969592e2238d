"""Sales orders, one-page slips and customer returns. The goods that leave or come back are stock documents."""

from sqlalchemy import Index, text

from domain.base import check, day, factor, key, moment, money, number, one_of, price, quantity, ref, table, words

sales_order = table(
    "sales_order",
    key(),
    words("number", unique=True),
    words("external_number", null=True),
    words("kind"),
    ref("partner_id", "partner.id"),
    ref("location_id", "location.id"),
    words("status"),
    day("document_on"),
    money("total"),
    words("note", server_default=""),
    number("shipments", default="0"),  # how many documents shipped it: the next one's number
    moment("created_at", default="now()"),
    one_of("kind", "order", "slip", "return"),
    one_of("status", "draft", "confirmed", "partly_shipped", "shipped", "returned", "cancelled"),
    Index(None, "document_on", "id"),
    Index(None, "partner_id", "document_on"),
    Index("sales_order_open_idx", "id", postgresql_where=text("status in ('confirmed', 'partly_shipped')")),
    busy=True,
)

sales_order_line = table(
    "sales_order_line",
    key(),
    ref("order_id", "sales_order.id"),
    number("position"),
    ref("product_id", "product.id"),
    ref("unit_id"),
    *factor(),
    quantity("quantity"),
    price("unit_price"),
    money("amount"),
    quantity("ordered"),  # in stock units, like `shipped` and `returned`
    quantity("reserved", default="0"),  # promised and still here, at the order's location
    quantity("shipped", default="0"),
    money("shipped_value", default="0"),  # what the shipped goods had cost
    quantity("returned", default="0"),
    money("returned_value", default="0"),
    ref("source_line_id", null=True),  # of a return: the line that was sold
    check("quantity", "quantity > 0 and ordered > 0"),
    check("shipped", "shipped >= 0 and returned >= 0 and returned <= shipped"),
    check("unit_price", "unit_price >= 0"),
    Index(None, "order_id", "position", unique=True),
    check("reserved", "reserved >= 0 and reserved + shipped <= ordered or reserved = 0"),
    Index(None, "product_id"),
    Index("sales_order_line_reserved_idx", "product_id", "order_id", postgresql_where=text("reserved > 0")),
    busy=True,
)
