"""Makes what a test needs, through the commands, with sensible defaults."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.execute import execute
from domain.ids import new_id
from domain.tx import Call, Outcome
from tenants.access import Caller


def call(name: str, body: Mapping[str, Any], id: UUID | None = None, at: datetime | None = None) -> Call:
    return Call(id or new_id(), name, body, at or datetime.now(UTC))


async def act(caller: Caller, name: str, **body: Any) -> Outcome:
    """Run a command that has to be accepted. Ids may be UUIDs, numbers strings."""
    outcome = await execute(call(name, plain(body)), caller)
    assert outcome.status == "accepted", outcome
    return outcome


async def refuse(caller: Caller, name: str, **body: Any) -> Outcome:
    """Run a command that has to be refused."""
    outcome = await execute(call(name, plain(body)), caller)
    assert outcome.status == "refused", outcome
    return outcome


def plain(value: Any) -> Any:
    """As JSON would bring it."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | bool | None) else str(value)
