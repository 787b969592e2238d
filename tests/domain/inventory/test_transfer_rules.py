"""Decisions about transfers, without a database."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.inventory.rules import Transfer, TransferLine, receive_transfer
from domain.quantity import ONE

D = Decimal
TRANSFER, TEA, PIECE = UUID(int=1), UUID(int=2), UUID(int=3)


def sent(*quantities: str) -> Transfer:
    lines = [TransferLine(UUID(int=10 + i), TRANSFER, TEA, PIECE, ONE, D(q)) for i, q in enumerate(quantities)]
    return Transfer(TRANSFER, "ST-1", UUID(int=5), UUID(int=6), "sent", 0, {line.id: line for line in lines})


def arrive(transfer: Transfer, *quantities: str, close: bool = False) -> tuple[Transfer, list[str], list[str]]:
    """The transfer after it, what was over by line, and what is given up."""
    arrived = [(id, D(q)) for id, q in zip(transfer.lines, quantities, strict=False)]
    after, landed, lost = receive_transfer(transfer, arrived, close=close)
    assert [one.carried + one.over for one in landed] == [quantity for _, quantity in arrived]
    return after, [str(one.over) for one in landed], [str(quantity) for _, quantity in lost]


@pytest.mark.parametrize(
    ("quantities", "arrived", "close", "status", "over", "lost"),
    [
        (["10"], ["4"], False, "partly_received", ["0"], []),
        (["10"], ["10"], False, "received", ["0"], []),
        (["10"], ["12"], False, "received", ["2"], []),
        (["10"], ["4"], True, "received", ["0"], ["6"]),
        (["10"], [], True, "received", [], ["10"]),
        (["10", "5"], ["12"], False, "partly_received", ["2"], []),
        (["10", "5"], ["12"], True, "received", ["2"], ["5"]),
        (["10", "5"], ["10", "5"], True, "received", ["0", "0"], []),
    ],
)
def test_an_arrival(
    quantities: list[str], arrived: list[str], close: bool, status: str, over: list[str], lost: list[str]
) -> None:
    after, was_over, was_lost = arrive(sent(*quantities), *arrived, close=close)
    assert (after.status, was_over, was_lost, after.receipts) == (status, over, lost, 1)


def test_a_line_that_arrives_twice_in_one_receipt() -> None:
    before = sent("10")
    [id] = before.lines
    _, landed, _ = receive_transfer(before, [(id, D(7)), (id, D(7))], close=False)
    assert [(one.carried, one.over) for one in landed] == [(7, 0), (3, 4)]


def test_of_a_closed_transfer_nothing_is_on_the_way() -> None:
    closed, _, _ = arrive(sent("10"), "4", close=True)
    after, over, lost = arrive(closed, "2", close=True)
    assert (after.status, over, lost) == ("received", ["2"], [])


def test_what_cannot_be_read() -> None:
    with pytest.raises(Refused) as stray:
        receive_transfer(sent("10"), [(UUID(int=99), D(1))], close=False)
    assert (stray.value.code, stray.value.field) == ("line_not_on_transfer", "lines.0.line_id")
    with pytest.raises(Refused) as much:
        arrive(arrive(sent("10"), "999999999999")[0], "1")
    assert much.value.code == "quantity_too_large"


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), max_size=6), st.integers(1, 50))
def test_nothing_is_lost_or_invented(arrivals: list[tuple[int, bool]], quantity: int) -> None:
    """What was sent has arrived, is given up, or is on the way; whatever arrived beyond it is told."""
    transfer = sent(str(quantity))
    [id] = transfer.lines
    carried = over = given_up = D(0)
    for arrived, close in arrivals:
        transfer, landed, lost = receive_transfer(transfer, [(id, D(arrived))], close=close)
        carried += sum(one.carried for one in landed)
        over += sum(one.over for one in landed)
        given_up += sum(rest for _, rest in lost)
    line = transfer.lines[id]
    assert carried + given_up + transfer.on_the_way(line) == quantity
    assert line.received == carried + over == sum(arrived for arrived, _ in arrivals)
    assert (transfer.status == "received") == (bool(arrivals) and not transfer.on_the_way(line))
