"""The places outside the warehouses, so that every move balances. Every company has them, under the same ids."""

from uuid import UUID

VIRTUAL = {
    "supplier": UUID(int=1),
    "customer": UUID(int=2),
    "processor": UUID(int=3),
    "production": UUID(int=4),
    "loss": UUID(int=5),
}
SUPPLIER, CUSTOMER, LOSS = VIRTUAL["supplier"], VIRTUAL["customer"], VIRTUAL["loss"]
OPENING = LOSS  # opening stock comes from where surplus comes from
