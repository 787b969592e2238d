"""What follows an event. Delivery is at least once, so an actor's command has an id made from the event: a second
delivery gets the first outcome back."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import dramatiq

from domain.execute import execute
from domain.ids import derived_id
from domain.tx import Call
from tenants.access import Caller
from tenants.registry import Registry

log = logging.getLogger(__name__)

SYSTEM = UUID(int=0)  # who acts where nobody does


@dataclass(frozen=True, slots=True)
class Reaction:
    """An event is answered by one command: its name, what it needs to be allowed, and its body from the event's."""

    command: str
    permission: str
    body: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict


REACTIONS: dict[str, Reaction] = {
    "reserved_short": Reaction("sales.release_short_reservations", "sales.order"),
}


async def react(registry: Registry, company_id: UUID, event_id: int, event: str, body: Mapping[str, Any]) -> None:
    """A refusal is an answer too, and is remembered like any other; a company that is gone needs nothing."""
    reaction, company = REACTIONS[event], await registry.company(company_id)
    if company is None:
        return
    caller = Caller(company, SYSTEM, frozenset({reaction.permission}))
    id = derived_id(company_id, "outbox", event_id)
    outcome = await execute(Call(id, reaction.command, reaction.body(body), datetime.now(UTC), "job"), caller)
    if outcome.status == "refused":
        log.warning("%s after %s %s of %s was refused: %s", reaction.command, event, event_id, company_id, outcome.code)


def declare(registry: Registry) -> dramatiq.Actor[..., Any]:
    """The actor that takes every event; declared once the broker and the registry are there."""

    async def event(company_id: str, event_id: int, name: str, body: Mapping[str, Any]) -> None:
        await react(registry, UUID(company_id), event_id, name, body)

    declare_actor: Any = dramatiq.actor  # its overloads know no coroutine functions
    return declare_actor(event, actor_name="event", queue_name="events")
