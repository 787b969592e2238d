"""Reads what the first cause of each difference is told from (`domain/audit/causes.py`)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import asyncpg

from domain.audit.causes import Cause, Difference, Effect, Writer, explain, named, replay
from domain.audit.histories import (
    BALANCE,
    BALANCE_BY,
    DOCUMENT,
    DOCUMENTS,
    LAST_MOVED,
    LINE,
    POOL,
    POOL_BY,
    PURCHASE_BY,
    PURCHASE_LINE_BY,
    RESERVED_BY,
    RETURNS,
    RIGHT,
    SALES_BY,
    SALES_LINE_BY,
    TRANSFER_BY,
    TRANSFER_LINE_BY,
    WRITER,
)

EXPLAINED = 100  # differences of one check; the rest are left with their window
ZERO = "0"
Row = Mapping[str, Any]
LINES: dict[str, tuple[str, LiteralString]] = {
    "shipped": ("shipment", SALES_LINE_BY),
    "received": ("receipt", PURCHASE_LINE_BY),
    "transferred": ("transfer", TRANSFER_LINE_BY),
}
ORDERS: dict[str, tuple[list[str], LiteralString, str, str]] = {  # kinds, last writer, status at first, on the way
    "sales_order": (["shipment"], SALES_BY, "confirmed", "partly_shipped"),
    "purchase_order": (["receipt"], PURCHASE_BY, "open", "partly_received"),
    "stock_transfer": (["transfer"], TRANSFER_BY, "sent", "partly_received"),
}


async def with_causes(raw: asyncpg.Connection, differences: Sequence[Difference]) -> list[Difference]:
    """Inside the transaction that found them."""
    since = await found_right(raw, differences)
    explained: list[Difference] = []
    counts: dict[str, int] = {}
    for one in differences:
        counts[one.check] = counts.get(one.check, 0) + 1
        few = counts[one.check] <= EXPLAINED
        cause = await cause_of(raw, one, since[one.subject]) if few else Cause("window", since=since[one.subject])
        explained.append(replace(one, cause=cause))
    return explained


async def found_right(
    raw: asyncpg.Connection, differences: Sequence[Difference]
) -> dict[tuple[str, str, str], datetime | None]:
    columns = [[getattr(one, name) for one in differences] for name in ("check", "key", "what")]
    rows = await raw.fetch(RIGHT, list(range(len(differences))), *columns)
    return {differences[row["place"]].subject: row["since"] for row in rows}


async def cause_of(raw: asyncpg.Connection, one: Difference, since: datetime | None) -> Cause:
    ids = [UUID(part) for part in one.key.split() if len(part) == 36]
    match one.check:
        case "balance":
            rows = await raw.fetch(BALANCE, ids[0])
            effects = effects_of(rows, lambda row: at_place(row, ids, one.what))
            touched = effects or effects_of(rows, lambda row: at_place(row, ids, "on_hand"))
            return explain(one.found, effects, ZERO, since, await writer(raw, BALANCE_BY, ids, touched))
        case "pool":
            effects = effects_of(await raw.fetch(POOL, ids[0]), lambda row: row[one.what])
            return explain(one.found, effects, ZERO, since, await writer(raw, POOL_BY, ids, effects))
        case "shipped" | "received" | "transferred":
            kind, by = LINES[one.check]
            rows = await raw.fetch(LINE, ids[0], kind)
            effects = effects_of(rows, lambda row: on_line(row, one.what))
            return explain(one.found, effects, ZERO, since, await writer(raw, by, ids, effects))
        case "returned":
            name = "value" if one.what.endswith("value") else "quantity"
            effects = effects_of(await raw.fetch(RETURNS, ids[0]), lambda row: row[name])
            touched = effects or effects_of(await raw.fetch(LINE, ids[0], "shipment"), lambda row: row["quantity"])
            return explain(one.found, effects, ZERO, since, await writer(raw, SALES_LINE_BY, ids, touched))
        case "reserved":  # reservations leave no moves: only who wrote the row is known
            touched = effects_of(await raw.fetch(BALANCE, ids[0]), lambda row: at_location(row, ids[1]))
            return explain(one.found, [], ZERO, since, await writer(raw, RESERVED_BY, ids, touched))
        case "status":
            return await of_status(raw, one, ids[0], since)
        case "change" if one.key.startswith("stock "):
            return about(await raw.fetchrow(LAST_MOVED, *ids), since)
        case "change" | "log":
            return about(await raw.fetchrow(DOCUMENT, ids[0]), since)
    return one.cause


async def of_status(raw: asyncpg.Connection, one: Difference, id: UUID, since: datetime | None) -> Cause:
    kinds, by, first, partly = ORDERS[one.key.split()[0]]
    rows = await raw.fetch(DOCUMENTS, id, kinds)
    if one.key.startswith("stock_transfer"):
        rows = rows[1:]  # the first one sent it
    states = [partly] * (len(rows) - 1) + [one.expected]
    effects = [
        Effect(row["recorded_at"], row["command_id"], row["document_id"], None, after)
        for row, after in zip(rows, states, strict=False)
    ]
    return explain(one.found, effects, first, since, await writer(raw, by, [id], effects))


def effects_of(rows: Iterable[Row], delta: Callable[[Row], Any]) -> list[Effect]:
    changes = ((row, delta(row)) for row in rows)
    return replay(
        [
            (row["recorded_at"], row["command_id"], row["document_id"], row["position"], change)
            for row, change in changes
            if change
        ]
    )


def at_place(row: Row, ids: Sequence[UUID], what: str) -> Any:
    """`ids`: product, lot, owner, location."""
    if (row["lot_id"], row["owner_id"]) != (ids[1], ids[2]):
        return None
    amount = row["quantity2"] if what == "quantity2" else row["quantity"]
    return amount and amount * ((row["to_location_id"] == ids[3]) - (row["from_location_id"] == ids[3]))


def at_location(row: Row, location_id: UUID) -> Any:
    return row["quantity"] * ((row["to_location_id"] == location_id) - (row["from_location_id"] == location_id))


def on_line(row: Row, what: str) -> Any:
    match what:
        case "shipped_value":
            return row["value"]
        case "sent":
            return row["quantity"] * (row["target"] == "transit")
        case "received" if row["target"] in ("storage", "transit") and "transit" in (row["source"], row["target"]):
            return row["quantity"] * (row["target"] == "storage")
        case "in transit":
            return row["quantity"] * ((row["target"] == "transit") - (row["source"] == "transit"))
    return row["quantity"]


async def writer(
    raw: asyncpg.Connection, query: LiteralString, ids: Sequence[UUID], touched: Sequence[Effect]
) -> Writer:
    if not touched or (xmin := await raw.fetchval(query, *ids)) is None:
        return Writer(known=False)
    row = await raw.fetchrow(WRITER, xmin, touched[-1].command_id)
    return Writer(row["known"], row["id"], touched[-1]) if row else Writer(known=False)


def about(row: Row | None, since: datetime | None) -> Cause:
    if row is None:
        return Cause("window", since=since)
    line = row.get("position")
    return named("named", Effect(row["recorded_at"], row["command_id"], row["document_id"], line, ""), since)
