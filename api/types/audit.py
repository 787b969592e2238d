"""The log of all calls, and what the witness found."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Uuid, case, func, null, select

from api.read.declare import CLOSED, One, Pages, Row, Search, Type, Value
from api.read.declare import Computed as Opened
from api.read.scalars import BOOL, DOCUMENT, ID, INT, TEXT, TIME, enum_of
from domain.audit import checks, tables
from domain.audit.shown import shown
from domain.base import NIL, command_log
from domain.inventory.tables import stock_document
from domain.plain import unpacked
from domain.valuation.tables import revaluation

DOOR = enum_of("CommandDoor", "graphql", "sync", "import", "webhook", "job")
STATUS = enum_of("LoggedStatus", "accepted", "partly", "refused", "waiting")
CHECK = enum_of("ReconciliationCheck", *checks.CHECKS)
CAUSE = enum_of("ReconciliationCause", "missing", "twice", "behind", "outside", "window", "named")
VALUES = ("value", "shipped_value", "returned_value")  # what is worth money


def opened(caller: Any, column: str, value: bytes, id: str) -> Any:
    return orjson.loads(unpacked(caller.company.keys.decrypt("command_log", column, UUID(id), value)))


def body(caller: Any, value: bytes, id: str, name: str) -> str:
    return orjson.dumps(shown(name, opened(caller, "body", value, id), caller.permissions)).decode()


def outcome(caller: Any, value: bytes, id: str, name: str) -> str:
    return orjson.dumps(shown(name, opened(caller, "outcome", value, id), caller.permissions)).decode()


def status(caller: Any, value: bytes, id: str) -> str:
    return opened(caller, "outcome", value, id)["status"].upper()


def code(caller: Any, value: bytes, id: str) -> str | None:
    return opened(caller, "outcome", value, id)["code"]


def place(row: Row) -> Any:
    return select(tables.seal.c.n).where(tables.seal.c.id == row.c.id).scalar_subquery()


def touched(row: Row, record: Any) -> Any:
    """Calls that made a document, or a document of an order or a transfer."""
    documents = select(stock_document.c.command_id).where(
        (stock_document.c.id == record) | (stock_document.c.order_id == record)
    )
    return row.c.id.in_(documents.union(select(revaluation.c.command_id).where(revaluation.c.document_id == record)))


def id_of(_: Any, text: str) -> UUID:
    """What is none is an id that no row has."""
    try:
        return UUID(text)
    except ValueError:
        return NIL


def number(money: bool, column: str) -> Any:
    def of(row: Row) -> Any:
        is_money = row.c.what.in_(VALUES)
        return case((is_money, row.c[column] if money else null()), else_=null() if money else row.c[column])

    return of


TYPES = [
    Type(
        "LogEntry",
        command_log,
        {
            "id": Value(ID, sort=True, description="Of the call, made where the person acted."),
            "n": Value(INT, place, null=True, find=False, description="Its place in the sealed log."),
            "name": Value(TEXT, group=True, description="Of the command."),
            "actor_id": Value(ID, group=True),
            "door": Value(DOOR, group=True),
            "occurred_at": Value(TIME),
            "recorded_at": Value(TIME, sort=True),
            "status": Opened(STATUS, ("outcome", "id"), status),
            "code": Opened(TEXT, ("outcome", "id"), code, description="Of a refusal."),
            "body": Opened(TEXT, ("body", "id", "name"), body, description="JSON, as far as you may see its fields."),
            "outcome": Opened(TEXT, ("outcome", "id", "name"), outcome, description="JSON, as far as you may see it."),
            "record": Search(
                touched,
                prepare=id_of,
                sql=Uuid(),
                description="Calls that made this stock document, or one of this order or transfer.",
            ),
        },
        permission="audit.read",
        warehouse=CLOSED,
        party=CLOSED,
    ),
    Type(
        "Reconciliation",
        tables.reconciliation,
        {
            "id": Value(ID, sort=True),
            "checked_at": Value(TIME, sort=True, description="The moment that all of it is of."),
            "finished_at": Value(TIME),
            "actor_id": Value(ID),
            "moves": Value(INT),
            "counts": Value(DOCUMENT, find=False, description="Differences by check."),
            "difference_count": Value(INT, "differences"),
            "clean": Value(BOOL, lambda row: row.c.differences == 0, null=False),
            "feed": Value(INT, description="The head of the change feed."),
            "log_n": Value(INT, description="Rows of the sealed log."),
            "log_hash": Value(TEXT, lambda row: func.encode(row.c.log_chain, "hex"), null=False),
            "file_id": Value(ID, description="The signed certificate, for GET /downloads/{id}."),
            "differences": Pages("ReconciliationDifference", "reconciliation_id"),
        },
        permission=("reconcile.run", "audit.read"),
        warehouse=CLOSED,
        party=CLOSED,
    ),
    Type(
        "ReconciliationDifference",
        tables.reconciliation_difference,
        {
            "id": Value(ID, sort=True),
            "position": Value(INT, sort=True),
            "check": Value(CHECK, group=True),
            "key": Value(TEXT, description="Of the row, by its ids."),
            "what": Value(TEXT, description="Its column."),
            "expected": Value(TEXT, number(False, "expected"), null=True, description="What the moves say."),
            "found": Value(TEXT, number(False, "found"), null=True),
            "expected_value": Value(TEXT, number(True, "expected"), permission="stock.value"),
            "found_value": Value(TEXT, number(True, "found"), permission="stock.value"),
            "cause": Value(CAUSE, group=True),
            "command_id": Value(ID),
            "command": Value(TEXT),
            "actor_id": Value(ID),
            "document_id": Value(ID),
            "line": Value(INT),
            "at": Value(TIME, description="When that command was recorded."),
            "since": Value(TIME, description="It was last found right then."),
            "candidates": Value(INT, description="How many commands would explain it."),
        },
        permission=("reconcile.run", "audit.read"),
        warehouse=CLOSED,
        party=CLOSED,
    ),
]

ROOTS = {
    "log_entries": Pages("LogEntry"),
    "reconciliations": Pages("Reconciliation"),
    "reconciliation": One("Reconciliation"),
}
