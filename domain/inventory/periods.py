"""Periods of the books: closed up to a day, and no move counts from before its end any more.

Today is never closed, so only what is dated back reads the setting, under a lock that closing waits for: what was
decided before is posted before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain import sql
from domain.base import setting
from domain.command import business_day, command
from domain.errors import Refused
from domain.tx import Run, Tx

GRACE = timedelta(hours=1)  # after the end of a day, for what was decided on it and is not written yet

LOOK = sql.statement(sql.rows("setting", "select closed_to from setting where $2::jsonb ->> 'look' = 'past' for share"))
LOAD = sql.statement(
    sql.rows("setting", "select closed_to from setting where $2::jsonb ->> 'look' = 'past' for no key update")
)
WRITE = sql.statement(sql.update(setting, ("closed_to",)))


@command
class ClosePeriod:
    """`closed_to`: the last closed day, with all before it; none: no day. `reopen`: days are opened again by that."""

    closed_to: date | None = None
    reopen: bool = False  # said by whoever means it: of two who close at once, one would do it unawares


@dataclass(frozen=True, slots=True)
class Books:
    """The days that may still be posted on. `zone`: where a day begins."""

    closed_to: date | None
    zone: str

    def day(self, day: date, moment: datetime, *, fact: bool) -> tuple[date, datetime]:
        """Where a document of this day is posted: a fact of a closed one on the first that is open, at its beginning.

        Refuses: period_closed.
        """
        if self.closed_to is None or day > self.closed_to:
            return day, moment
        if not fact:
            raise Refused("period_closed", "document_on", document_on=day, closed_to=self.closed_to)
        first = self.closed_to + timedelta(days=1)
        return first, max(moment, datetime.combine(first, time(), ZoneInfo(self.zone)))

    def posted(self, moment: datetime, *, fact: bool) -> datetime:
        """From when a move of this moment counts. Refuses: period_closed."""
        return self.day(business_day(moment, self.zone), moment, fact=fact)[1]


async def look(tx: Tx, since: datetime) -> Books:
    """The books, for calls whose earliest move counts from `since`."""
    zone = tx.company.time_zone
    if since >= datetime.combine(business_day(datetime.now(UTC), zone), time(), ZoneInfo(zone)):
        return Books(None, zone)
    [row] = (await tx.load(LOOK, {"look": "past"}))["setting"]
    return Books(day_from(row), zone)


def day_from(row: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(row["closed_to"]) if row["closed_to"] else None


async def close_period(tx: Tx) -> None:
    [row] = (await tx.load(LOAD, {"look": "past"}))["setting"]
    closed = tx.sheet({True: day_from(row)})

    def decide(run: Run) -> Mapping[str, Any]:
        """Refuses: period_not_over, period_closed_further."""
        cmd: ClosePeriod = run.cmd
        over = business_day(datetime.now(UTC) - GRACE, tx.company.time_zone)
        if cmd.closed_to is not None and cmd.closed_to >= over:
            raise Refused("period_not_over", "closed_to", document_on=cmd.closed_to, today=over)
        before = closed[True]
        if before is not None and (cmd.closed_to is None or cmd.closed_to < before) and not cmd.reopen:
            raise Refused("period_closed_further", "closed_to", closed_to=before)
        closed.put(True, cmd.closed_to)
        return {"closed_to": cmd.closed_to}

    tx.decide(decide)
    tx.write(WRITE, {"setting": [{"single": True, "closed_to": closed[True]}]})
