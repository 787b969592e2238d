"""The first cause of a difference: which command the kept value is without, or has twice, or that none did it.

A kept row has no history, its moves have one. So the moves of the row are replayed in the order in which they were
recorded, beside what is kept; what the checks of earlier days said narrows the time, and who wrote the row last tells
whether it was a command at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

Kind = Literal[
    "missing",  # the effect of this command is not in what is kept
    "twice",  # the effect of this command is in it twice
    "behind",  # what is kept stands where it stood before this command; the effects of all later ones are missing too
    "outside",  # the row was last written by no command, after this one
    "window",  # no command explains it: it went wrong after `since`
    "named",  # the difference itself is about this command
]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one line of one document did to the row: `after` is what it had to be afterwards, `delta` by how much it
    changed, where it is a number."""

    at: datetime
    command_id: UUID
    document_id: UUID | None
    line: int | None
    after: str
    delta: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """`candidates`: how many commands would explain the difference as well as the one that is named, the first."""

    kind: Kind
    command_id: UUID | None = None
    document_id: UUID | None = None
    line: int | None = None
    at: datetime | None = None
    since: datetime | None = None
    candidates: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """`key` names the kept row: ids in the order of the check. `expected` is what the moves say."""

    check: str
    key: str
    what: str
    expected: str
    found: str
    cause: Cause = Cause("window")

    @property
    def subject(self) -> tuple[str, str, str]:
        return self.check, self.key, self.what


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote the kept row last. `known`: whether that can be told here at all, which a restored copy has lost.
    `last`: what the last command did that had to do with the row."""

    known: bool
    command_id: UUID | None = None
    last: Effect | None = None


def replay(deltas: Sequence[tuple[datetime, UUID, UUID | None, int | None, Decimal]]) -> list[Effect]:
    """Changes in the order of their recording, with the sum after each."""
    total, effects = Decimal(0), []
    for at, command_id, document_id, line, delta in deltas:
        total += delta
        effects.append(Effect(at, command_id, document_id, line, plain(total), delta))
    return effects


def plain(value: Decimal | str | None) -> str:
    """A number without idle zeros, so that equal ones are the same text."""
    if isinstance(value, str):
        return value
    return f"{(value or Decimal(0)).normalize() + 0:f}"


def explain(found: str, effects: Sequence[Effect], before: str, since: datetime | None, writer: Writer) -> Cause:
    """`before`: what the row was before its first effect. `since`: it was right then."""
    last = effects[-1] if effects else None
    if writer.known and writer.last and writer.command_id is None:
        return named("outside", writer.last, later(writer.last.at, since))
    recent = [effect for effect in effects if since is None or effect.at > since]
    gap = number(found, last.after if last else before)
    if fits := [effect for effect in recent if gap is not None and effect.delta == -gap]:
        return named("missing", fits[0], since, len(fits))
    if first := behind(found, effects, before, len(effects) - len(recent)):
        return named("behind", first, since, 1)
    if fits := [effect for effect in recent if gap is not None and effect.delta == gap]:
        return named("twice", fits[0], since, len(fits))
    return Cause("window", since=since)


def behind(found: str, effects: Sequence[Effect], before: str, first: int) -> Effect | None:
    """The effect after the last moment at which the row was what is kept now. `first`: no effect before that one."""
    states = [before, *(effect.after for effect in effects)]
    return next((effects[place] for place in range(len(effects) - 1, first - 1, -1) if states[place] == found), None)


def number(found: str, right: str) -> Decimal | None:
    try:
        return Decimal(found) - Decimal(right)
    except ArithmeticError:
        return None


def named(kind: Kind, effect: Effect, since: datetime | None, candidates: int = 0) -> Cause:
    return Cause(kind, effect.command_id, effect.document_id, effect.line, effect.at, since, candidates)


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at), default=None)
