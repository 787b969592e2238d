"""What follows an event. Delivery is at least once, so an actor's command has an id made from the event: a second
delivery gets the first outcome back."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import dramatiq

from domain import waiting
from domain.execute import execute, execute_many
from domain.ids import derived_id
from domain.tx import Call, Outcome
from tenants.access import PERMISSIONS, Caller
from tenants.registry import Company, Registry
from tenants.transaction import read_transaction

log = logging.getLogger(__name__)

SYSTEM = UUID(int=0)  # who acts where nobody does

Reaction = Callable[[Company, int, Mapping[str, Any]], Awaitable[Outcome | None]]  # of what, the event's id and body


def command(name: str, permission: str) -> Reaction:
    """An event that one command answers, with the event's body as its own."""

    async def run(company: Company, event_id: int, body: Mapping[str, Any]) -> Outcome:
        caller = Caller(company, SYSTEM, frozenset({permission}))
        return await execute(Call(derived_id(company.id, "outbox", event_id), name, body, now(), "job"), caller)

    return run


async def run_kept(company: Company, event_id: int, body: Mapping[str, Any]) -> Outcome | None:
    """A call that a manager accepted runs under its own id, in its author's name and with the manager's word."""
    async with read_transaction(company) as door:
        found = await waiting.kept(door.raw, company, UUID(body["id"]))
    if found is None:
        return None
    call, author = found
    return (await execute_many([call], Caller(company, author, PERMISSIONS)))[0]


REACTIONS: dict[str, Reaction] = {
    "reserved_short": command("sales.release_short_reservations", "sales.order"),
    "call_accepted": run_kept,
}


def now() -> datetime:
    return datetime.now(UTC)


async def react(registry: Registry, company_id: UUID, event_id: int, event: str, body: Mapping[str, Any]) -> None:
    """A refusal is an answer too, and is remembered like any other; a company that is gone needs nothing."""
    company = await registry.company(company_id)
    if company is None:
        return
    outcome = await REACTIONS[event](company, event_id, body)
    if outcome and outcome.status == "refused":
        log.warning("the answer to %s %s of %s was refused: %s", event, event_id, company_id, outcome.code)


def declare(registry: Registry) -> dramatiq.Actor[..., Any]:
    """The actor that takes every event; declared once the broker and the registry are there."""

    async def event(company_id: str, event_id: int, name: str, body: Mapping[str, Any]) -> None:
        await react(registry, UUID(company_id), event_id, name, body)

    declare_actor: Any = dramatiq.actor  # its overloads know no coroutine functions
    return declare_actor(event, actor_name="event", queue_name="events")
