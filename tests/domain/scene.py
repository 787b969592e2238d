"""Documents that are half done, all about one product, and a command of every name to go on with them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest_asyncio

from domain.ids import new_id
from tests.builders import act
from tests.yard import Yard, ago


@dataclass
class Scene:
    """One product that everybody is after, and documents to go on with."""

    yard: Yard
    tea: UUID
    draft: UUID
    confirmed: UUID
    sold: UUID  # a line that was shipped
    ordered: UUID
    line: UUID  # of it, partly received
    transfer: UUID  # its first line is partly received
    discrepancy: UUID


@pytest_asyncio.fixture
async def scene(yard: Yard) -> Scene:
    tea = await yard.goods("100")
    await yard.say("inventory.record_count", **yard.count(tea, "99", ago(days=2)))
    draft, slip = yard.slip(tea, "3"), yard.slip(tea, "4")
    await act(yard.owner, "sales.place_sales_order", **draft)
    await act(yard.owner, "sales.sell_now", **slip)
    confirmed = await yard.promised(tea, "5")
    ordered = await yard.order({"product_id": tea, "quantity": "10", "unit_price": "3"})
    [line] = await yard.lines(ordered)
    await act(
        yard.owner, "purchasing.record_receipt", **yard.receipt(ordered, {"line_id": line["id"], "quantity": "12"})
    )
    transfer = yard.transfer(tea, "6")
    await yard.say("inventory.send_transfer", **transfer)
    await yard.say("inventory.receive_transfer", **yard.arrival(transfer["transfer_id"], "2"))
    [sold] = await yard.lines(slip["order_id"], "sales_order_line")
    [told] = await yard.rows(yard.company, "select id from discrepancy")
    return Scene(
        yard, tea, draft["order_id"], confirmed, sold["id"], ordered, line["id"], transfer["transfer_id"], told["id"]
    )


Body = Callable[[Scene], dict[str, Any]]
BODIES: dict[str, Body] = {
    "purchasing.place_purchase_order": lambda s: {
        "order_id": new_id(), "partner_id": s.yard.partner, "location_id": s.yard.place,
        "lines": [{"product_id": s.tea, "quantity": "1"}],
    },
    "purchasing.record_receipt": lambda s: s.yard.receipt(s.ordered, {"line_id": s.line, "quantity": "2"}),
    "purchasing.record_blind_receipt": lambda s: {
        "document_id": new_id(), "location_id": s.yard.place, "lines": [{"product_id": s.tea, "quantity": "2"}],
    },
    "inventory.send_transfer": lambda s: s.yard.transfer(s.tea, "2"),
    "inventory.receive_transfer": lambda s: s.yard.arrival(s.transfer, "3"),
    "inventory.record_opening_stock": lambda s: {
        "records": [{"product_id": s.tea, "location_id": s.yard.place, "quantity": "1"}]
    },
    "inventory.adjust_stock": lambda s: {
        "document_id": new_id(), "location_id": s.yard.place, "reason": "found",
        "lines": [{"product_id": s.tea, "quantity": "1", "direction": "in"}],
    },
    "inventory.record_count": lambda s: s.yard.count(s.tea, "90", ago(minutes=1)),
    "sales.place_sales_order": lambda s: s.yard.slip(s.tea, "1"),
    "sales.confirm_sales_order": lambda s: {"order_id": s.draft},
    "sales.ship_sales_order": lambda s: {"order_id": s.confirmed, "document_id": new_id()},
    "sales.cancel_sales_order": lambda s: {"order_id": s.confirmed},
    "sales.sell_now": lambda s: s.yard.slip(s.tea, "1"),
    "sales.record_handover": lambda s: s.yard.slip(s.tea, "1"),
    "sales.record_return": lambda s: {
        **s.yard.slip(s.tea, "1"), "lines": [{"product_id": s.tea, "quantity": "1", "source_line_id": s.sold}],
    },
    "sales.release_short_reservations": lambda s: {"product_id": s.tea, "location_id": s.yard.place},
}  # fmt: skip

IMPORTED = {  # lists that an import takes over or takes back: tests/domain/imports
    "inventory.reverse_opening_stock", "purchasing.take_over_purchase_orders", "purchasing.withdraw_purchase_orders",
    "sales.record_past_sales", "sales.take_over_sales_orders", "sales.withdraw_past_sales",
    "sales.withdraw_sales_orders",
}  # fmt: skip
