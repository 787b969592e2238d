"""Calls that wait for a manager."""

from typing import Any
from uuid import UUID

from api.read.declare import CLOSED, OPEN, Computed, Pages, Type, Value
from api.read.scalars import ID, TEXT, TIME, enum_of
from domain.attention import tables

STATUS = enum_of("WaitingCallStatus", "waiting", "accepted", "discarded")


def opened(caller: Any, value: bytes, id: str) -> str:
    return caller.company.keys.decrypt("waiting_call", "body", UUID(id), value).decode()


TYPES = [
    Type(
        "WaitingCall",
        tables.waiting_call,
        {
            "id": Value(ID, sort=True),
            "name": Value(TEXT, group=True, description="Of the command."),
            "actor_id": Value(ID),
            "actor_name": Value(TEXT),
            "occurred_at": Value(TIME),
            "kept_at": Value(TIME, sort=True),
            "body": Computed(TEXT, ("body", "id"), opened, description="The command's JSON, as it was sent."),
            "reason": Value(TEXT, description="What a request would have been refused with."),
            "status": Value(STATUS, group=True),
            "note": Value(TEXT),
            "decided_at": Value(TIME),
            "decided_by": Value(ID),
        },
        permission="waiting.decide",
        warehouse=OPEN,  # who may decide stands above the warehouses
        party=CLOSED,
    ),
]

ROOTS = {"waiting_calls": Pages("WaitingCall")}
