"""What the stock is worth: one pool of quantity and value for a product, or for a product and a scope."""

from sqlalchemy import Index

from domain.base import check, key, moment, money, price, quantity, ref, table, words

cost_pool = table(
    "cost_pool",
    key("product_id"),  # written with its product
    key("scope_id"),  # NIL: the company; later a warehouse or a lot, by setting
    quantity("quantity", default="0"),
    money("value", default="0"),
    price("last_cost", null=True),  # unit cost of the last receipt
    price("last_average", null=True),  # unit cost when the pool came to hold nothing: what leaves below zero is worth
    check("value", "quantity <> 0 or value = 0"),
    check("sign", "quantity * value >= 0"),
    busy=True,
)

revaluation = table(
    "revaluation",
    key(),
    ref("document_id", "stock_document.id"),
    ref("product_id", "product.id"),
    ref("scope_id"),
    money("value"),  # added to the pool; its opposite goes to cost of goods
    words("reason"),
    moment("effective_at"),
    ref("command_id"),
    Index(None, "product_id", "effective_at"),
    grants="select, insert",
)
