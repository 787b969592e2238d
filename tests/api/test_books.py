"""Up to which day the books are closed, and what was told too late for its day."""

from datetime import timedelta

from domain.execute import execute
from domain.ids import new_id
from tenants.access import ROLES, Caller
from tests.api.shop import Shop
from tests.builders import call, plain
from tests.yard import ago

CLOSE = """mutation ($id: UUID!, $input: ClosePeriodInput!) { closePeriod(id: $id, input: $input) {
  status query { books { closedTo } } } }"""
LATE = """{ discrepancies(first: 10, filter: { kind: { eq: CLOSED_PERIOD }, status: { eq: OPEN } },
  orderBy: [OPENED_AT_DESC]) { nodes { quantity product { id } document { documentOn occurredAt } } } }"""


async def test_closed_days_are_told_to_all_who_work_with_stock(shop: Shop) -> None:
    firm, day = await shop.firm(rows=20), str(ago(days=40).date())
    closed = {"id": str(new_id()), "input": {"closedTo": day}}
    answer = await shop.read(firm.tokens["owner"], CLOSE, closed)
    assert answer["closePeriod"] == {"status": "ACCEPTED", "query": {"books": {"closedTo": day}}}
    for role, token in firm.tokens.items():
        answer = await shop.ask(token, "{ books { closedTo } }")
        assert answer["data"] == {"books": None if role == "partner" else {"closedTo": day}}
    other = await shop.read(shop.other.tokens["owner"], "{ books { closedTo } }")
    assert other == {"books": {"closedTo": None}}


async def test_a_late_fact_is_listed_with_when_it_happened(shop: Shop) -> None:
    firm = await shop.firm("owner", rows=20)
    closed, happened = ago(days=2).date(), ago(days=5)
    await shop.read(firm.tokens["owner"], CLOSE, {"id": str(new_id()), "input": {"closedTo": str(closed)}})
    slip = {
        "order_id": new_id(), "partner_id": firm.id("partner"), "location_id": firm.id("location"),
        "lines": [{"product_id": firm.id("product"), "quantity": "3", "unit_price": "5"}],
    }  # fmt: skip
    owner = Caller(firm.company, new_id(), ROLES["owner"])
    told = await execute(call("sales.record_handover", plain(slip), at=happened), owner)
    assert told.status == "accepted"
    [late] = (await shop.read(firm.tokens["owner"], LATE))["discrepancies"]["nodes"]
    assert (late["quantity"], late["product"]) == ("3", {"id": str(firm.id("product"))})
    assert late["document"]["documentOn"] == str(closed + timedelta(days=1))
    assert late["document"]["occurredAt"][:19] == happened.isoformat()[:19]
