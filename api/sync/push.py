"""Commands from a device: in the order of their lanes, each exactly once and each with an answer of its own.

What one call does to the others: a fault of ours stops its lane, so that nothing is done out of order; a refusal stops
only what names it in `dependsOn`. Neighbours of one name share a transaction.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, LiteralString
from uuid import UUID

import asyncpg
import orjson
from annotated_types import Len
from graphql import GraphQLError
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Unauthorized, authenticate, refresh
from api.mutations import shown, shown_path
from api.oauth import APP_HEADER, COOKIE
from api.sync.body import WIRE, Malformed, Unusable, answering, checked, read_json
from domain.entry import find
from domain.execute import StaleAccess, execute_many, outcome_from
from domain.plain import unpacked
from domain.tx import Call, Outcome
from tenants import sessions
from tenants.access import Caller
from tenants.transaction import read_transaction

log = logging.getLogger(__name__)

BODY = 256_000
CALLS = 50
VERSION = 1  # of every command so far; a newer one is a newer app's
CLOCK_OFF = timedelta(minutes=5)
LATE = timedelta(days=7)
OUTAGE = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError)
DONE: LiteralString = """select id, actor_id, outcome from command_log where id = any($1::uuid[])"""

Status = Literal["accepted", "partly", "refused", "waiting", "deferred", "failed"]
Attention = Literal["clock", "late"]


@dataclass(frozen=True, slots=True)
class SentCall:
    """A call as the device made it. `occurred_at` is by the device's clock."""

    __pydantic_config__ = WIRE

    id: UUID
    name: str
    body: dict[str, Any]
    occurred_at: AwareDatetime
    lane: str
    version: int = 1
    depends_on: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Pushed:
    __pydantic_config__ = WIRE

    device_time: AwareDatetime
    calls: Annotated[list[Any], Len(1, CALLS)]


@dataclass(frozen=True, slots=True)
class Answer:
    """deferred: not looked at, to be sent again later. failed: a fault of ours, to be repeated. The rest is final."""

    status: Status
    code: str | None = None
    field: str | None = None
    data: Any = None
    records: Sequence[Any] = ()


@answering
async def push(request: Request) -> Response:
    author = await author_of(request)
    pushed = await read_json(request, Pushed, BODY)
    charge(request, author.caller, len(pushed.calls))
    batch = Batch(author, pushed.device_time)
    try:
        outcomes = await batch.run(pushed.calls)
    except OUTAGE:
        log.exception("a push could not be finished")
        raise Unusable(503, "unavailable") from None
    return Response(orjson.dumps({"outcomes": outcomes, "now": batch.now}, default=str), media_type="application/json")


@dataclass
class Author:
    """Who sent the calls. A lost device has no rights and no token: what it brings is kept for a manager."""

    caller: Caller
    request: Request

    async def renew(self) -> None:
        self.caller = await refresh(self.request, self.caller)


async def author_of(request: Request) -> Author:
    """By bearer; or by the refresh cookie of a session that was revoked as a device. Raises Unauthorized."""
    cookie = request.cookies.get(COOKIE)
    if request.headers.get("authorization") or not cookie or request.headers.get(APP_HEADER) != "pwa":
        return Author(await authenticate(request), request)
    site = request.app.state.huotong
    if presented := sessions.read_refresh_token(cookie):
        session_id, n, mac = presented
        lost = await sessions.find_lost(site.database, session_id)
        company = await site.registry.company(lost.company_id) if lost else None
        if lost and company and sessions.is_refresh_token(company.keys, session_id, n, mac):
            return Author(Caller(company, lost.account_id, frozenset(), name=lost.name), request)
    raise Unauthorized("invalid_token", "The session is not that of a lost device.")


def charge(request: Request, caller: Caller, points: int) -> None:
    try:
        request.app.state.huotong.door.buckets.charge((caller.company.id, caller.actor_id), points)
    except GraphQLError as error:
        wait = (error.extensions or {}).get("retryAfter")
        raise Unusable(429, "rate_limited", retryAfter=wait) from None


@dataclass(slots=True)
class Sent:
    """A call that could be read, and its answer once there is one."""

    call: SentCall
    answer: Answer | None = None


class Batch:
    """The calls of one push, on their way through `execute_many`."""

    def __init__(self, author: Author, device_time: datetime) -> None:
        self.author = author
        self.now = datetime.now(UTC)
        self.skew = self.now - device_time
        self.known: dict[UUID, Answer] = {}  # what became of the calls that others depend on
        self.stopped: set[str] = set()
        self.together: list[Sent] = []

    async def run(self, calls: Sequence[Any]) -> list[dict[str, Any]]:
        read = [self.read(one) for one in calls]
        sound = [one for one in read if isinstance(one, Sent)]
        self.known = await self.answered({id for sent in sound for id in sent.call.depends_on})
        for sent in sound:
            await self.take(sent)
        await self.flush()
        return [self.shown(one) if isinstance(one, Sent) else one for one in read]

    def read(self, one: Any) -> Sent | dict[str, Any]:
        """A call that cannot be read is its own trouble: it is answered, and remembered by nobody."""
        try:
            return Sent(checked(one, SentCall))
        except Malformed as wrong:
            id = one.get("id") if isinstance(one, dict) else None
            answer = Answer("refused", "malformed", wrong.field, {"reason": wrong.reason})
            return {"id": id if isinstance(id, str) else None, **plain(answer), "attention": None}

    async def answered(self, ids: Iterable[UUID]) -> dict[UUID, Answer]:
        """What became of calls that were sent before."""
        if not (wanted := list(ids)):
            return {}
        company = self.author.caller.company
        async with read_transaction(company) as door:
            rows = await door.raw.fetch(DONE, wanted)
        found: dict[UUID, Answer] = {}
        for row in rows:
            if row["outcome"] and row["actor_id"] == self.author.caller.actor_id:
                text = company.keys.decrypt("command_log", "outcome", row["id"], row["outcome"])
                found[row["id"]] = answer_of(outcome_from(unpacked(text)))
        return found

    # --- one after the other ---

    async def take(self, sent: Sent) -> None:
        """Puts a call to its neighbours, or answers it where it cannot run now."""
        if self.together and not self.goes_with(sent.call):
            await self.flush()
        if answer := self.withheld(sent.call):
            self.put(sent, answer)
        else:
            self.together.append(sent)

    def goes_with(self, call: SentCall) -> bool:
        ids = {other.call.id for other in self.together}
        return call.name == self.together[0].call.name and call.id not in ids and ids.isdisjoint(call.depends_on)

    def withheld(self, call: SentCall) -> Answer | None:
        if find(call.name) is None or call.version > VERSION:
            return Answer("deferred", "unknown_version")
        if call.lane in self.stopped:
            return Answer("deferred", "lane_stopped")
        for id in call.depends_on:
            match self.known.get(id):
                case Answer("accepted" | "partly"):
                    pass
                case Answer("refused"):
                    return Answer("refused", "dependency_refused", "dependsOn", {"id": id})
                case _:
                    return Answer("deferred", "dependency_open", "dependsOn", {"id": id})
        return None

    def put(self, sent: Sent, answer: Answer) -> None:
        sent.answer = answer
        self.known.setdefault(sent.call.id, answer)

    async def flush(self) -> None:
        together, self.together = self.together, []
        if not together:
            return
        calls = [sent.call for sent in together]
        try:
            answers = await self.carry_out(calls)
        except OUTAGE:
            raise
        except Exception:
            log.warning("%s calls of %s failed together and are tried alone", len(calls), calls[0].name, exc_info=True)
            for sent in together:
                self.put(sent, await self.alone(sent.call))
        else:
            for sent, answer in zip(together, answers, strict=True):
                self.put(sent, answer)

    async def alone(self, call: SentCall) -> Answer:
        if call.lane in self.stopped:
            return Answer("deferred", "lane_stopped")
        try:
            return (await self.carry_out([call]))[0]
        except OUTAGE:
            raise
        except Exception:
            log.exception("%s %s failed", call.name, call.id)
            self.stopped.add(call.lane)
            return Answer("failed")

    async def carry_out(self, calls: Sequence[SentCall]) -> list[Answer]:
        for _ in range(3):
            sent = [
                Call(call.id, call.name, call.body, min(call.occurred_at + self.skew, self.now), "sync", self.skew)
                for call in calls
            ]
            try:
                return [answer_of(outcome) for outcome in await execute_many(sent, self.author.caller)]
            except StaleAccess:
                await self.author.renew()
        raise StaleAccess

    # --- the answer ---

    def shown(self, sent: Sent) -> dict[str, Any]:
        assert sent.answer
        return {"id": sent.call.id, **plain(sent.answer), "attention": self.attention(sent.call, sent.answer)}

    def attention(self, call: SentCall, answer: Answer) -> Attention | None:
        """Was it recorded for a moment that somebody should look at?"""
        if answer.status not in ("accepted", "partly", "waiting"):
            return None
        if abs(self.skew) > CLOCK_OFF:
            return "clock"
        return "late" if self.now - (call.occurred_at + self.skew) > LATE else None


def answer_of(outcome: Outcome) -> Answer:
    records = [
        {
            "key": record.key, "status": record.status, "code": record.code, "field": shown_path(record.field),
            "details": shown(record.details),
        }
        for record in outcome.records
    ]  # fmt: skip
    return Answer(outcome.status, outcome.code, shown_path(outcome.field), shown(outcome.data), records)


def plain(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status, "code": answer.code, "field": answer.field, "data": answer.data or {},
        "records": answer.records,
    }  # fmt: skip
