"""An event to hand over: goods that an order holds are handed to somebody else, who is standing there."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from domain.ids import new_id
from tenants.registry import Company
from tests.builders import act, make_partner, make_product, make_warehouse
from tests.companies import caller_of

Rows = Callable[..., Awaitable[list[Any]]]
RELEASES = "select id, outcome from command_log where name = 'sales.release_short_reservations'"


async def make_shortage(company: Company) -> UUID:
    """Ten are here and promised, four are handed over. Returns the order that held them."""
    caller = caller_of(company)
    product, place, partner = await make_product(caller), await make_warehouse(caller), await make_partner(caller)
    opening = [{"product_id": product, "location_id": place, "quantity": "10", "unit_cost": "2"}]
    await act(caller, "inventory.record_opening_stock", records=opening)
    order, lines = new_id(), [{"product_id": product, "quantity": "10"}]
    where = {"partner_id": partner, "location_id": place}
    await act(caller, "sales.place_sales_order", order_id=order, lines=lines, **where)
    await act(caller, "sales.confirm_sales_order", order_id=order)
    taken = [{"product_id": product, "quantity": "4"}]
    await act(caller, "sales.record_handover", order_id=new_id(), lines=taken, **where)
    return order


async def reserved(rows: Rows, company: Company, order: UUID) -> int:
    [row] = await rows(company, "select reserved from sales_order_line where order_id = $1", order)
    return int(row["reserved"])
