"""How a command is declared: a frozen dataclass whose fields are checked as they come in from outside."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, TypeVar, dataclass_transform
from zoneinfo import ZoneInfo

from annotated_types import Len
from pydantic import AfterValidator, ConfigDict, StringConstraints, ValidationError

from domain.errors import Refused

T = TypeVar("T")
STORABLE = r"^[^\x00]*$"  # PostgreSQL text holds no NUL; half a surrogate pair is no string to Pydantic
LINES_AT_MOST = 500
RECORDS_AT_MOST = 5000


@dataclass_transform(frozen_default=True)
def command(cls: type[T]) -> type[T]:
    """Commands waiting on devices are a wire format: add fields with defaults only."""
    cls.__pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportAttributeAccessIssue]
    return dataclass(frozen=True, slots=True)(cls)


def aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("no_time_zone")
    return value


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=STORABLE)]
Note = Annotated[str, StringConstraints(max_length=2000, pattern=STORABLE)]
Moment = Annotated[datetime, AfterValidator(aware)]
Lines = Annotated[tuple[T, ...], Len(1, LINES_AT_MOST)]
Records = Annotated[tuple[T, ...], Len(1, RECORDS_AT_MOST)]


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first thing that is wrong with what came in: the path to it, and why, in a word."""

    field: str | None
    reason: str


def wrong_with(error: ValidationError) -> Wrong:
    first = error.errors(include_url=False, include_input=False)[0]
    reason, more = first["type"], first.get("ctx", {})
    if reason == "value_error":
        reason = str(more.get("error", reason))
    elif reason == "string_pattern_mismatch" and more["pattern"] == STORABLE:
        reason = "bad_characters"
    return Wrong(".".join(str(step) for step in first["loc"]) or None, reason)


def business_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def dated(document_on: date | None, occurred_at: datetime, zone: str, *, inward: bool) -> tuple[date, datetime]:
    """The date of a document and the moment its moves count from.

    A past day without a time sorts inward before outward. Refuses: future_date.
    """
    today = business_day(occurred_at, zone)
    if document_on is None or document_on == today:
        return today, occurred_at
    if document_on > today:
        raise Refused("future_date", "document_on", document_on=document_on, today=today)
    begin = datetime.combine(document_on, time(), ZoneInfo(zone))
    return document_on, begin if inward else begin + timedelta(days=1, microseconds=-1)
