"""Runs commands exactly once. The only business write.

Four round trips whatever the number of calls: open; load, which also recalls repeats; write, which also remembers;
commit. Only long lists are copied, each by itself (`writing.py`). A decision comes before any write, so a refusal needs
no savepoint and the log row is written once.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, LiteralString
from uuid import UUID

import asyncpg
import orjson
from pydantic import TypeAdapter, ValidationError

from domain import sql, waiting
from domain.command import wrong_with
from domain.entry import Entry, find
from domain.errors import Refused
from domain.plain import Columns, as_sent, canonical, dump, packed, plain, tohex, unhex, unpacked
from domain.tx import Call, Outcome, Record, Run, Tx, refused, withheld
from domain.writing import NOTHING, write
from tenants.access import Caller
from tenants.registry import Company
from tenants.transaction import Door, read_transaction, write_transaction

log = logging.getLogger("huotong.execute")

TOO_OLD = timedelta(days=180)
TRIES = 4
RECALL: LiteralString = """'recall', (select json_object_agg(id, json_build_object('name', name, 'actor_id', actor_id,
 'body_hash', body_hash, 'outcome', outcome)) from command_log where id = any($1::uuid[])),
 'epoch', (select access_epoch from setting)"""
ANSWER: LiteralString = "select outcome from command_log where id = $1 and actor_id = $2"
LONG = 100_000  # characters of a load's document: a thousand ids or so
CHANGED = ("entity", "entity_id", "bucket", "gone")
OF_RECORD = itemgetter(*Record._fields)

# a row that two transactions made at once, or a lock that was not to be had: run again from the load
RACES = {
    "stock_balance_pkey", "cost_pool_pkey", "command_log_pkey", "import_record_pkey", "product_sku_key",
    "partner_code_key", "unit_name_key", "warehouse_code_key",
}  # fmt: skip
AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError, asyncpg.SerializationError)


class StaleAccess(Exception):
    """The caller's rights were compiled from a state that has passed: compile them and call again."""


async def execute(call: Call, caller: Caller) -> Outcome:
    """Run one call, exactly once: a repeated id gets the first outcome back, refusals included.

    Calls of one name that arrive together share a transaction, each with its own outcome. Any exception but a
    refusal is a bug or an outage: nothing was written and the id is free to be tried again. Raises StaleAccess.
    """
    return outcome_from(await answered(call, caller))


async def answered(call: Call, caller: Caller) -> bytes:
    """What `execute` answers, as it is remembered: the first answer is what a repeat gets, to the letter."""
    run, entry = admit(call, caller)
    if run.outcome or entry is None:
        return outcome_text(run.outcome or refused(Refused("unknown_command", name=call.name)))
    if entry.together == 1:
        return (await transact([run], entry))[0]
    return await join(run, entry)


async def execute_many(calls: Sequence[Call], caller: Caller) -> list[Outcome]:
    """Run calls in order; neighbours of one name share a transaction. No id may be among them twice.

    Calls through sync get an answer for good even where they were not admitted: it is remembered, or the call kept.
    """
    outcomes: list[Outcome] = []
    for _, neighbours in groupby(calls, lambda call: call.name):
        runs = [admit(call, caller) for call in neighbours]
        entry, admitted = runs[0][1], [run for run, _ in runs if run.outcome is None]
        unsettled = [run for run, _ in runs if run.outcome and run.call.door == "sync"]
        if admitted and entry:
            for run, answer in zip(admitted, await transact(admitted, entry), strict=True):
                run.outcome = outcome_from(answer)
                if run.outcome.status == "waiting":
                    unsettled.append(run)
        for run in unsettled:
            run.outcome = outcome_from(await settle(run, run.outcome))
        outcomes += [run.outcome for run, _ in runs if run.outcome]
    return outcomes


async def preview(call: Call, caller: Caller) -> Outcome:
    """What `execute` would answer, decided by the same handler on the same load, in a transaction without a write.

    Nothing is remembered and no document number is taken. What only a constraint would refuse is not seen. Raises
    StaleAccess.
    """
    for attempt in range(1, TRIES + 1):
        run, entry = admit(call, caller)
        if run.outcome or entry is None:
            return run.outcome or refused(Refused("unknown_command", name=call.name))
        try:
            async with write_transaction(caller.company) as door:
                await entry.handler(make_tx(door, [run], preview=True))
        except AGAIN:
            if attempt == TRIES:
                raise
        else:
            assert run.outcome
            return run.outcome
    raise AssertionError("unreachable")


async def recalled(id: UUID, caller: Caller) -> Outcome | None:
    """The answer that the same actor's call of this id got, whatever its body was; none if there was no such call."""
    async with read_transaction(caller.company) as door:
        row = await door.raw.fetchrow(ANSWER, id, caller.actor_id)
    if row is None or row["outcome"] is None:
        return None
    return outcome_from(unpacked(caller.company.keys.decrypt("command_log", "outcome", id, row["outcome"])))


# --- what needs no data ---


def admit(call: Call, caller: Caller) -> tuple[Run, Entry | None]:
    """Decode and check what can be checked without the company's data. Such refusals are not remembered, except through
    sync (`settle`)."""
    entry = find(call.name)
    run = Run(call, caller, b"", None, fact=entry is not None and entry.kind == "fact")
    try:
        if entry is None:
            raise Refused("unknown_command", name=call.name)
        if entry.permission not in caller.permissions:
            raise Refused("forbidden", permission=entry.permission)
        if datetime.now(UTC) - call.occurred_at > TOO_OLD:
            raise Refused("too_old", days=TOO_OLD.days)
        run.cmd = decode(entry.command, call.body)
    except Refused as refusal:
        run.outcome = withheld(run, refusal)
    if run.outcome is None or call.door == "sync":  # else it may be a body that no JSON can be made of
        run.body = call.text or canonical(call.body)
        run.body_hash = caller.company.keys.digest("command", as_sent(call.name, run.body))
    return run, entry


adapter = cache(TypeAdapter)


def decode(command: type, body: object) -> Any:
    """A command from JSON. Refuses malformed, with the path of the first field that is wrong and why."""
    try:
        return adapter(command).validate_python(body)
    except ValidationError as wrong:
        first = wrong_with(wrong)
        raise Refused("malformed", first.field, reason=first.reason) from None


# --- calls that arrive together ---


@dataclass(slots=True)
class Lane:
    """The waiting calls of one name in one company."""

    waiting: deque[tuple[Run, asyncio.Future[bytes]]] = field(default_factory=deque)
    servers: set[asyncio.Task[None]] = field(default_factory=set)


lanes: dict[tuple[Company, str], Lane] = {}


def join(run: Run, entry: Entry) -> asyncio.Future[bytes]:
    """While the company's connections are busy, calls gather; the next free one takes them all.

    The work belongs to a task of its own: a client that hangs up does not cancel the neighbours' transaction.
    """
    key = run.caller.company, run.call.name
    lane = lanes.setdefault(key, Lane())
    future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    lane.waiting.append((run, future))
    if len(lane.servers) < run.caller.company.database.share:
        server = asyncio.create_task(serve(key, lane, entry))
        lane.servers.add(server)
    return future


async def serve(key: tuple[Company, str], lane: Lane, entry: Entry) -> None:
    try:
        while lane.waiting:
            group: dict[UUID, tuple[Run, asyncio.Future[bytes]]] = {}
            while lane.waiting and len(group) < entry.together and lane.waiting[0][0].call.id not in group:
                run, future = lane.waiting.popleft()
                group[run.call.id] = run, future
            try:
                answers = await transact([run for run, _ in group.values()], entry)
            except Exception as error:
                for _, future in group.values():
                    if not future.done():
                        future.set_exception(error)
            else:
                for (_, future), answer in zip(group.values(), answers, strict=True):
                    if not future.done():
                        future.set_result(answer)
    finally:
        lane.servers.discard(asyncio.current_task())  # pyright: ignore[reportArgumentType]
        if not lane.servers and not lane.waiting:
            lanes.pop(key, None)


# --- the transaction ---


async def transact(runs: Sequence[Run], entry: Entry) -> list[bytes]:
    """Admitted calls of one name in one transaction; alone, where one of them breaks it for the others."""
    began = time.perf_counter()
    company = runs[0].caller.company
    for attempt in range(1, TRIES + 1):
        tried = [replace(run) for run in runs]
        try:
            async with write_transaction(company) as door:
                answers = await run_in(door, tried, entry)
            if not all(run.repeated for run in tried):
                company.database.doorbell.ring(company)
            report(tried, began)
            return answers
        except asyncpg.IntegrityConstraintViolationError as broken:
            if constraint_of(broken) in RACES:
                if attempt == TRIES:
                    raise
                continue
            if len(runs) == 1:
                return [await settle(runs[0], refused(refusal_of(broken)))]
        except AGAIN:
            if attempt == TRIES:
                raise
            continue
        except asyncpg.NumericValueOutOfRangeError:  # sums that no single line shows
            if len(runs) == 1:
                return [await settle(runs[0], refused(Refused("amount_too_large")))]
        except StaleAccess:
            raise
        except Exception:
            if len(runs) == 1:
                raise
            log.warning("%s calls of %s failed together and are tried alone", len(runs), entry.name, exc_info=True)
        return [(await transact([run], entry))[0] for run in runs]
    raise AssertionError("unreachable")


async def run_in(door: Door, runs: Sequence[Run], entry: Entry) -> list[bytes]:
    tag = runs[0].caller.company.tag if entry.hot else ""
    tx = make_tx(door, runs, tag)
    await (entry.handler(tx) if tx.fresh else tx.load(NOTHING, None))
    await remember(door, tx, tag)
    return [run.answer or outcome_text(run.outcome) for run in runs if run.outcome]


def make_tx(door: Door, runs: Sequence[Run], tag: str = "", *, preview: bool = False) -> Tx:
    recalled = False

    async def load(what: sql.Statement, document: object) -> dict[str, list[Any]]:
        nonlocal recalled
        ids = [] if recalled else [run.call.id for run in runs]
        second = (dump(document),) if what.parts else ()
        if second and len(second[0]) > LONG:
            await door.plan_anew()
        loaded: Any = await door.raw.fetchval(sql.load_text(what, RECALL) + tag, ids, *second)
        if not recalled:
            recall(runs, loaded["recall"] or {})
            stale = {run.caller.epoch for run in runs if run.caller.epoch} - {loaded["epoch"]}
            if stale:
                raise StaleAccess
        recalled = True
        return loaded

    return Tx(runs, load, preview=preview)


def recall(runs: Sequence[Run], known: dict[str, Any]) -> None:
    """Only the same actor with the same body learns the first outcome; anybody else, that the id is used."""
    for run in runs:
        if was := known.get(str(run.call.id)):
            run.repeated = True
            same = was["actor_id"] == str(run.caller.actor_id) and unhex(was["body_hash"]) == run.body_hash
            if same and was["outcome"]:
                text = run.caller.company.keys.decrypt("command_log", "outcome", run.call.id, unhex(was["outcome"]))
                run.answer = unpacked(text)
                run.outcome = outcome_from(run.answer)
            else:
                run.outcome = refused(Refused("key_reuse"))


async def remember(door: Door, tx: Tx, tag: str = "") -> None:
    """Write what was decided, with its log rows, events and change rows."""
    done = [run for run in tx.runs if run.outcome and not run.repeated and run.outcome.status != "waiting"]
    if not done:
        return
    keys, entry_log = tx.company.keys, []
    for run in done:
        assert run.outcome
        run.answer = outcome_text(run.outcome)
        entry_log.append(
            {
                "id": run.call.id,
                "name": run.call.name,
                "actor_id": run.caller.actor_id,
                "door": run.call.door,
                "occurred_at": run.call.occurred_at,
                "body_hash": tohex(run.body_hash),
                "body": tohex(keys.encrypt("command_log", "body", run.call.id, packed(run.body))),
                "outcome": tohex(keys.encrypt("command_log", "outcome", run.call.id, packed(run.answer))),
            }
        )
    events = [{"event": event, "body": body} for event, body in tx.events]
    changed = [(*place, gone) for place, gone in tx.changes.items()]
    changed += [  # after what they changed: a device that has read so far shows the call's effects without its overlay
        ("command", run.call.id, f"u:{run.caller.actor_id}", False) for run in done if run.call.door == "sync"
    ]
    what, document = tx.written or (NOTHING, {})
    changes = Columns.of(CHANGED, changed)
    await write(door, what, document, {"log": entry_log, "events": events, "changes": changes}, tag)


def refusal_of(broken: asyncpg.IntegrityConstraintViolationError) -> Refused:
    """A constraint speaks where no rule did: an id or a code is taken, or what is referred to does not exist."""
    constraint = constraint_of(broken)
    if isinstance(broken, asyncpg.UniqueViolationError):
        if constraint.endswith("_pkey"):
            return Refused("id_taken", constraint=constraint)
        return Refused("already_exists", constraint.removesuffix("_key"), constraint=constraint)
    if isinstance(broken, asyncpg.ForeignKeyViolationError):
        return Refused("not_found", constraint.removesuffix("_fkey"), constraint=constraint)
    raise broken


def constraint_of(broken: asyncpg.IntegrityConstraintViolationError) -> str:
    return str(broken.as_dict().get("constraint_name") or "")


async def settle(run: Run, found: Outcome | None) -> bytes:
    """What was found outside of the call's own transaction, by its admission or by a constraint, becomes its answer in
    one of its own, unless the call was answered before. A refusal is remembered, what waits is kept."""
    assert found
    run.outcome = None
    async with write_transaction(run.caller.company) as door:
        tx = make_tx(door, [run])
        await tx.load(NOTHING, None)
        if run.outcome is None:
            run.outcome = found
            if found.status == "waiting":
                run.outcome = await waiting.keep(door.raw, run, found.code or "")
            else:
                await remember(door, tx)
    run.caller.company.database.doorbell.ring(run.caller.company)
    report([run], time.perf_counter())
    return run.answer or outcome_text(run.outcome)


# --- as text and back ---


def outcome_text(outcome: Outcome) -> bytes:
    """As it is remembered."""
    return orjson.dumps(
        {
            "status": outcome.status, "data": outcome.data, "code": outcome.code, "field": outcome.field,
            "records": [
                {"key": key, "status": status, "code": code, "field": field, "details": details}
                for key, status, code, field, details in outcome.records
            ],
        },
        default=plain,
    )  # fmt: skip


def outcome_from(text: str | bytes) -> Outcome:
    was = orjson.loads(text)
    records = map(Record._make, map(OF_RECORD, was.pop("records")))
    return Outcome(**was, records=tuple(records))


def report(runs: Sequence[Run], began: float) -> None:
    """One line for each command; never bodies."""
    took = (time.perf_counter() - began) * 1000
    for run in runs:
        if run.outcome:
            log.info(
                "%s %s tenant=%s door=%s %s %.1f ms",
                run.call.name, run.call.id, run.caller.company.schema, run.call.door,
                "repeated" if run.repeated else run.outcome.code or run.outcome.status, took,
            )  # fmt: skip
