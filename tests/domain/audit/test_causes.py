"""Whatever one command forgot, or did twice, is found in the replay: that command, or an earlier one that explains it
as well. No database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.audit.causes import Effect, Writer, explain, plain, replay

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
UNTOLD = Writer(known=False)
DELTAS = st.lists(st.integers(-9, 9).filter(bool), min_size=1, max_size=12)


def replayed(deltas: list[int]) -> list[Effect]:
    return replay(
        [(BEGAN + timedelta(hours=n), UUID(int=n), UUID(int=n), n, Decimal(delta)) for n, delta in enumerate(deltas, 1)]
    )


@given(DELTAS, st.data())
def test_what_one_command_forgot_is_named(deltas: list[int], data: st.DataObject) -> None:
    forgot = data.draw(st.integers(1, len(deltas)))
    effects = replayed(deltas)
    found = plain(Decimal(sum(deltas) - deltas[forgot - 1]))
    cause = explain(found, effects, "0", None, UNTOLD)
    assert cause.kind == "missing"
    assert cause.line
    assert cause.line <= forgot
    assert deltas[cause.line - 1] == deltas[forgot - 1]
    assert cause.candidates == deltas.count(deltas[forgot - 1])

    since = effects[forgot - 1].at - timedelta(minutes=1)  # a check found it right just before
    assert explain(found, effects, "0", since, UNTOLD).line == forgot


@given(DELTAS, st.data())
def test_where_all_later_ones_are_missing_the_first_of_them_is_named(deltas: list[int], data: st.DataObject) -> None:
    stands = data.draw(st.integers(0, len(deltas) - 1))
    effects = replayed(deltas)
    found = plain(Decimal(sum(deltas[:stands])))
    cause = explain(found, effects, "0", None, UNTOLD)
    if cause.kind == "behind":
        assert cause.line
        assert plain(Decimal(sum(deltas[: cause.line - 1]))) == found
        assert cause.line > stands
    else:  # one command alone explains as much
        assert cause.kind == "missing"
        assert cause.line
        assert deltas[cause.line - 1] == sum(deltas) - Decimal(found)


def test_what_was_done_twice_and_what_nobody_did() -> None:
    effects = replayed([5, 7, -2])
    assert explain("17", effects, "0", None, UNTOLD) == explain("17", effects, "0", None, Writer(True, UUID(int=3)))
    assert (explain("17", effects, "0", None, UNTOLD).kind, explain("17", effects, "0", None, UNTOLD).line) == (
        "twice",
        2,
    )
    assert explain("999", effects, "0", BEGAN, UNTOLD).kind == "window"
    assert explain("999", effects, "0", BEGAN, UNTOLD).since == BEGAN
    outside = explain("17", effects, "0", BEGAN, Writer(True, None, effects[-1]))
    assert (outside.kind, outside.line, outside.since) == ("outside", 3, effects[-1].at)


def test_a_status_that_stands_still_is_behind() -> None:
    effects = [
        Effect(BEGAN + timedelta(hours=n), UUID(int=n), None, None, after)
        for n, after in enumerate(("partly_shipped", "partly_shipped", "shipped"))
    ]
    assert explain("confirmed", effects, "confirmed", None, UNTOLD).command_id == UUID(int=0)
    assert explain("partly_shipped", effects, "confirmed", None, UNTOLD).command_id == UUID(int=2)
    assert explain("cancelled", effects, "confirmed", None, UNTOLD).kind == "window"
