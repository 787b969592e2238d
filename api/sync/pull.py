"""What has changed since a device last asked: the latest state of each changed row, in two statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, LiteralString
from uuid import UUID

import orjson
from annotated_types import Interval, MaxLen
from starlette.requests import Request
from starlette.responses import Response

from api.auth import authenticate
from api.sync.body import WIRE, Unusable, answering, read_json
from api.sync.feed import Head, Held, allowed, concerned, make_cursor, number, read_cursor, read_head
from api.sync.parts import COMMAND, COMMON, PARTS, SCHEMA_VERSION, SUPPORTED
from api.sync.push import answer_of, charge, plain
from api.sync.statements import Statements
from domain.execute import outcome_from
from domain.plain import unpacked
from domain.tx import Outcome
from tenants import sessions
from tenants.access import Caller
from tenants.transaction import Door, read_transaction

BODY = 64_000  # what a device holds in 60 warehouses is a third of it
CHANGES: LiteralString = """select seq, entity, entity_id, bucket from change
 where seq > 0 and seq > $1 and bucket = any($2) and entity = any($3) order by seq limit $4"""
OUTCOMES: LiteralString = """select id, 'done' as state, outcome, null as reason from command_log
 where id = any($1::uuid[]) and actor_id = $2
union all select id, status, null, reason from waiting_call where id = any($1::uuid[]) and actor_id = $2
 and not exists (select from command_log l where l.id = waiting_call.id)"""
ENTITIES = {part.name: part.entity for part in PARTS} | {COMMAND: COMMAND}
ASKED_OF_ALL = {"location"}  # whose changes name no warehouse: what one of them lacks is another's

Wanted = dict[Held, dict[UUID, None]]  # ids by part and bucket, in the order of their changes


@dataclass(frozen=True, slots=True)
class Asked:
    """`unsent`: commands that wait on the device."""

    __pydantic_config__ = WIRE

    schema_version: int
    cursor: Annotated[str, MaxLen(200)]
    holds: list[str]
    unsent: Annotated[int, Interval(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Interval(ge=1, le=1000)] = 1000


@answering
async def pull(request: Request) -> Response:
    caller = await authenticate(request)
    asked = await read_json(request, Asked, BODY)
    if asked.schema_version not in SUPPORTED:
        raise Unusable(400, "upgrade_required")
    charge(request, caller, 1)
    if caller.token and caller.token.session_id:
        await sessions.seen(request.app.state.huotong.database, caller.token.session_id, asked.unsent)
    cursor = read_cursor(caller.company, asked.cursor)
    answer = await pulled(caller, request.app.state.huotong.statements, cursor, asked.holds, asked.limit)
    return Response(answer, media_type="application/json")


async def pulled(caller: Caller, statements: Statements, cursor: int | None, holds: Iterable[str], limit: int) -> bytes:
    """`cursor` None: it was none of ours."""
    numbered = False
    while True:
        async with read_transaction(caller.company) as door:
            head = await read_head(door, caller)
            if numbered or not head.waiting:
                if cursor is None or not head.pruned <= cursor <= head.last:
                    return reset(caller)
                return await Page(caller, statements, head, holds).read(door, cursor, limit)
        await number(caller.company)
        numbered = True


def reset(caller: Caller) -> bytes:
    return answered(caller, "", reset=True)


def answered(
    caller: Caller, cursor: str, changes: Sequence[str] = (), drop: Sequence[str] = (), add: Sequence[str] = (),
    more: bool = False, reset: bool = False,
) -> bytes:  # fmt: skip
    head: dict[str, Any] = {
        "schemaVersion": SCHEMA_VERSION, "cursor": cursor, "hasMore": more, "reset": reset, "drop": drop, "add": add,
        "permissions": sorted(caller.permissions), "now": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    return orjson.dumps(head)[:-1] + b',"changes":[' + ",".join(changes).encode() + b"]}"


class Page:
    """One answer. What the device holds and may not any more is not even looked at."""

    def __init__(self, caller: Caller, statements: Statements, head: Head, holds: Iterable[str]) -> None:
        self.caller, self.statements, self.head = caller, statements, head
        self.allowed = allowed(caller, head.warehouses)
        given = dict.fromkeys(tuple(hold.split("@", 1)) for hold in holds)
        self.drop = ["@".join(one) for one in given if one not in self.allowed]
        self.add = ["@".join(one) for one in self.allowed if one not in given]
        self.held: dict[str, list[str]] = {}
        for part, bucket in self.allowed:
            if (part, bucket) in given:
                self.held.setdefault(part, []).append(bucket)

    async def read(self, door: Door, cursor: int, limit: int) -> bytes:
        buckets = {bucket for some in self.held.values() for bucket in some} | {COMMON}
        entities = {ENTITIES[part] for part in self.held}
        found = await door.raw.fetch(CHANGES, cursor, list(buckets), list(entities), limit + 1)
        more, found = len(found) > limit, found[:limit]
        wanted: Wanted = {}
        for row in found:
            for one in self.concerned(row["entity"], row["entity_id"], row["bucket"]):
                wanted.setdefault(one, {})[row["entity_id"]] = None
        changes = await self.changes(door, wanted)
        last = found[-1]["seq"] if found else cursor
        if more:  # what is to be added waits for the last page
            return answered(self.caller, self.upto(last), changes, self.drop, more=True)
        last = max(last, self.head.last)
        last = min(last, self.head.safe) if self.add else last
        return answered(self.caller, self.upto(last), changes, self.drop, self.add, more=bool(self.add))

    def upto(self, seq: int) -> str:
        return make_cursor(self.caller.company, seq)

    def concerned(self, entity: str, id: UUID, bucket: str) -> Iterable[Held]:
        if entity == COMMAND:
            return [(COMMAND, bucket)] if bucket in self.held.get(COMMAND, ()) else []
        return concerned(entity, id, bucket, self.held)

    async def changes(self, door: Door, wanted: Wanted) -> list[str]:
        """What is not found any more, or not in this bucket, is gone."""
        rows = await self.rows(door, wanted)
        made: list[str] = []
        for (part, bucket), ids in ordered(wanted):
            found = rows.get((part, bucket), {})
            gone = [str(id) for id in ids if id not in found and part not in ASKED_OF_ALL]
            if found or gone:
                listed, lost = ",".join(found.values()), orjson.dumps(gone).decode()
                made.append(f'{{"part":"{part}","bucket":"{bucket}","rows":[{listed}],"gone":{lost}}}')
        return made

    async def rows(self, door: Door, wanted: Wanted) -> Mapping[Held, dict[UUID, str]]:
        made: dict[Held, dict[UUID, str]] = {}
        ids: dict[str, dict[UUID, None]] = {}
        warehouses: set[UUID] = set()
        for (part, bucket), some in wanted.items():
            ids.setdefault(part, {}).update(some)
            if bucket.startswith("w:"):
                warehouses.add(UUID(bucket[2:]))
        for id, text in (await self.outcomes(door, ids.pop(COMMAND, {}))).items():
            made.setdefault((COMMAND, f"u:{self.caller.actor_id}"), {})[id] = text
        if not ids:
            return made
        statement = self.statements.rows(*[part.name for part in PARTS if part.name in ids])
        given = {"warehouses": list(warehouses), **{part: list(some) for part, some in ids.items()}}
        by_part: dict[str, list[Any]] = {}
        for row in await statement.run(door, given):
            by_part.setdefault(row["part"], []).append(row)
        for part, found in by_part.items():
            for row, text in zip(found, self.statements.parts[part].finished(found, self.caller), strict=True):
                held = part, f"w:{row['warehouse']}" if row["warehouse"] else COMMON
                if row["id"] in wanted.get(held, ()):
                    made.setdefault(held, {})[row["id"]] = text
        return made

    async def outcomes(self, door: Door, ids: Iterable[UUID]) -> dict[UUID, str]:
        """What became of the caller's own calls. One whose author's data were erased is not told any more."""
        if not (wanted := list(ids)):
            return {}
        made: dict[UUID, str] = {}
        for row in await door.raw.fetch(OUTCOMES, wanted, self.caller.actor_id):
            if outcome := self.outcome(row):
                made[row["id"]] = orjson.dumps({"id": row["id"], **plain(answer_of(outcome))}, default=str).decode()
        return made

    def outcome(self, row: Mapping[str, Any]) -> Outcome | None:
        match row["state"]:
            case "waiting":
                return Outcome("waiting", code=row["reason"])
            case "discarded":
                return Outcome("refused", code="discarded")
            case "done" if row["outcome"] is not None:
                sealed = self.caller.company.keys.decrypt("command_log", "outcome", row["id"], row["outcome"])
                return outcome_from(unpacked(sealed))
            case _:
                return None


def ordered(wanted: Wanted) -> Iterable[tuple[Held, dict[UUID, None]]]:
    """What others refer to comes first, and the outcomes of calls last: their effects are here then."""
    place = {part.name: at for at, part in enumerate(PARTS)} | {COMMAND: len(PARTS)}
    return sorted(wanted.items(), key=lambda item: place[item[0][0]])
