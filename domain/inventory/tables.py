"""Stock: documents, the moves under them, and what is kept to be quick: the balances."""

from sqlalchemy import Column, Index, Uuid, text

from domain.base import (
    NIL,
    check,
    day,
    factor,
    flag,
    key,
    moment,
    money,
    number,
    one_of,
    quantity,
    ref,
    table,
    words,
)

stock_document = table(
    "stock_document",
    key(),
    words("number", unique=True),
    words("external_number", null=True),
    words("kind"),
    ref("order_id", null=True),  # the purchase order, sales order or transfer it fulfils
    ref("reverses_id", null=True),  # 红冲: the document whose moves it takes back, each under the position it has there
    ref("partner_id", "partner.id", null=True),
    ref("location_id", "location.id", null=True),
    day("document_on"),
    moment("effective_at"),
    words("reason", server_default=""),
    ref("command_id"),
    moment("created_at", default="now()"),
    one_of("kind", "opening", "receipt", "shipment", "sales_return", "adjustment", "count", "transfer", "reversal"),
    Index(None, "document_on", "id"),
    Index(None, "partner_id", postgresql_where=text("partner_id is not null")),  # a partner goes only without any
    Index(None, "reverses_id", postgresql_where=text("reverses_id is not null")),
    Index(None, "order_id", postgresql_where=text("order_id is not null")),
    grants="select, insert",
)

stock_move = table(
    "stock_move",
    key("document_id", "stock_document.id"),
    Column("position", number("position").type, primary_key=True),
    ref("product_id", "product.id"),
    ref("lot_id"),
    ref("owner_id"),
    words("serial", null=True),
    ref("from_location_id"),
    ref("to_location_id"),
    quantity("quantity"),
    quantity("quantity2", null=True),
    money("value"),
    moment("effective_at"),
    moment("recorded_at", default="now()"),
    ref("line_id", null=True),
    ref("command_id"),
    check("quantity", "quantity > 0"),
    check("locations", "from_location_id <> to_location_id"),
    check("value", f"value >= 0 and (owner_id = '{NIL}' or value = 0)"),
    Index(None, "product_id", "effective_at"),
    Index(None, "effective_at"),  # what moved, latest first
    Index(None, "line_id", postgresql_where=text("line_id is not null")),
    grants="select, insert",
)

stock_balance = table(
    "stock_balance",
    key("product_id", "product.id"),
    key("lot_id"),
    key("owner_id"),
    key("location_id", "location.id"),
    quantity("on_hand"),
    quantity("quantity2", null=True),
    quantity("reserved", default="0"),
    flag("negative_ok"),
    moment("counted_at", null=True),  # of the last count here: what is entered with an earlier time has to look for it
    check("on_hand", "on_hand >= 0 or negative_ok"),
    check("reserved", "reserved >= 0 and (reserved <= on_hand or negative_ok)"),
    Index(None, "location_id", "product_id"),  # with both, a load finds its balance by either index
    busy=True,
)

stock_count_line = table(
    "stock_count_line",
    key("document_id", "stock_document.id"),
    Column("position", number("position").type, primary_key=True),
    ref("product_id", "product.id"),
    ref("lot_id"),
    ref("location_id", "location.id"),
    quantity("counted"),
    quantity("book"),  # what the moves said for the moment of counting
    moment("counted_at"),
    check("counted", "counted >= 0"),
    Index(None, "product_id", "location_id", "counted_at"),
    grants="select, insert",
)

stock_transfer = table(
    "stock_transfer",
    key(),
    words("number", unique=True),
    ref("from_location_id", "location.id"),
    ref("to_location_id", "location.id"),
    words("status"),
    day("document_on"),
    words("note", server_default=""),
    number("receipts", default="0"),  # how many documents received it: the next one's number
    moment("created_at", default="now()"),
    one_of("status", "sent", "partly_received", "received"),
    check("locations", "from_location_id <> to_location_id"),
    Index(None, "document_on", "id"),
    Index("stock_transfer_open_idx", "id", postgresql_where=text("status in ('sent', 'partly_received')")),
    busy=True,
)

stock_transfer_line = table(
    "stock_transfer_line",
    key(),
    ref("transfer_id", "stock_transfer.id"),
    number("position"),
    ref("product_id", "product.id"),
    ref("unit_id"),
    *factor(),
    quantity("quantity"),
    quantity("sent"),  # in stock units, like `received`
    quantity("received", default="0"),
    check("quantity", "quantity > 0 and sent > 0"),
    check("received", "received >= 0"),
    Index(None, "transfer_id", "position", unique=True),
    Index(None, "product_id"),
    busy=True,
)

discrepancy = table(
    "discrepancy",
    key(),
    words("kind"),
    ref("document_id", "stock_document.id"),
    ref("product_id", "product.id"),
    ref("location_id", "location.id"),
    Column("line_id", Uuid),
    quantity("quantity"),
    words("status", server_default="open"),
    words("note", server_default=""),
    moment("opened_at", default="now()"),
    moment("closed_at", null=True),
    ref("closed_by", null=True),
    one_of(
        "kind",
        "closed_period",
        "over_receipt",
        "negative_stock",
        "reserved_short",
        "order_closed",
        "transfer_over",
        "transfer_short",
        "unpriced",
    ),
    one_of("status", "open", "closed"),
    Index("discrepancy_open_idx", "opened_at", "id", postgresql_where=text("status = 'open'")),
    Index(None, "opened_at", "id"),
    Index(None, "product_id"),
)
