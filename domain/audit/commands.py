"""Asks for a check, and repairs what it found.

A repair sets what is kept to what the moves say, for the rows that somebody has looked at, and only where both are
still what he saw. The moves themselves are never touched: where they are wrong, a document reverses them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from annotated_types import Len
from pydantic import StringConstraints

from domain import sql
from domain.audit import truth
from domain.audit.causes import plain
from domain.command import command
from domain.errors import Refused
from domain.inventory.tables import stock_balance, stock_transfer, stock_transfer_line
from domain.jobs.commands import JOB, enqueue
from domain.purchasing.tables import purchase_order, purchase_order_line
from domain.quantity import ZERO, Decimal
from domain.sales.tables import sales_order, sales_order_line
from domain.tx import Outcome, Record, Run, Tx, of_records
from domain.valuation.tables import cost_pool

Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Row = Mapping[str, Any]


@command
class CheckStock:
    """Compare everything that is kept with the moves; the job's certificate says what was found."""

    job_id: UUID


NOTHING = sql.statement()
BEGIN = sql.statement(JOB)


async def check_stock(tx: Tx) -> None:
    await tx.load(NOTHING, None)

    def one(run: Run) -> Mapping[str, Any]:
        enqueue(tx, run, id=run.cmd.job_id, kind="reconcile", label="", body={})
        return {"job_id": run.cmd.job_id}

    tx.decide(one)
    tx.write(BEGIN, {})


@command
class RepairStock:
    """Set rows that a check found to differ to what the moves say. `keys`: of the rows, as the check names them."""

    reconciliation_id: UUID
    check: Literal[
        "balance", "pool", "reserved", "shipped", "received", "returned", "transferred", "status"
    ]  # what is not kept beside the moves, the log above all, has nothing to be set to
    keys: Annotated[tuple[Key, ...], Len(1, 500)]


WRITE = sql.statement(
    sql.insert(stock_balance, "new_balance"),
    sql.update(stock_balance, ("on_hand", "quantity2", "negative_ok"), "balance"),
    sql.update(stock_balance, ("reserved", "negative_ok"), "hold"),
    sql.update(cost_pool, ("quantity", "value"), "pool"),
    sql.update(sales_order_line, ("shipped", "shipped_value"), "shipped"),
    sql.update(sales_order_line, ("returned", "returned_value"), "returned"),
    sql.update(purchase_order_line, ("received",), "received"),
    sql.update(stock_transfer_line, ("sent", "received"), "transferred"),
    sql.update(sales_order, ("status",), "sales_status"),
    sql.update(purchase_order, ("status",), "purchase_status"),
    sql.update(stock_transfer, ("status",), "transfer_status"),
)


async def repair_stock(tx: Tx) -> None:
    cmd: RepairStock = tx.runs[0].cmd
    wanted = {"reconciliation_id": cmd.reconciliation_id, "check": cmd.check, "keys": cmd.keys}
    keyed = {name: [] for name in truth.CHECKS} | {cmd.check: list(truth.parsed(cmd.check, cmd.keys))}
    seen = (await tx.load(truth.LOCK, {**wanted, **keyed}))["seen"]
    rows = (await tx.load(truth.TRUTH, keyed))[cmd.check]  # only after the locks is it what it will be

    def one(run: Run) -> Outcome:
        return of_records([repaired(tx, cmd, key, seen, rows) for key in dict.fromkeys(cmd.keys)])

    tx.decide(one)
    tx.write(WRITE, {})


def repaired(tx: Tx, cmd: RepairStock, key: str, seen: list[Row], rows: list[Row]) -> Record:
    """Unchanged: what differed does not any more."""
    try:
        row = to_be_set(key, seen, rows)
    except Refused as refusal:
        return Record(key, "refused", refusal.code, refusal.field, refusal.details)
    if row is None:
        return Record(key, "unchanged")
    REPAIRS[cmd.check](tx, row)
    return Record(key, "accepted")


def to_be_set(key: str, seen: list[Row], rows: list[Row]) -> Row | None:
    """Refuses: not_found, difference_changed."""
    row = next((row for row in rows if row["key"] == key), None)
    known = {one["what"]: (one["expected"], one["found"]) for one in seen if one["key"] == key}
    if row is None or not known:
        raise Refused("not_found", "keys", id=key)
    now = dict(differing(row["is"], row["kept"]))
    for what in row["is"] if now else ():
        if now.get(what) != known.get(what):
            expected, found = now.get(what, ("", ""))
            raise Refused("difference_changed", "keys", what=what, expected=expected, found=found)
    return row if now else None


def differing(right: Row, kept: Row) -> Iterator[tuple[str, tuple[str, str]]]:
    for what, expected in right.items():
        found = kept.get(what)
        if what != "status":
            expected, found = plain(Decimal(expected or 0)), plain(Decimal(found or 0))
        if expected != found:
            yield what, (str(expected), str(found))


# --- what is written, for each check ---


def set_balance(tx: Tx, row: Row) -> None:
    on_hand, reserved = Decimal(row["is"]["on_hand"] or 0), Decimal(row["kept"]["reserved"] or 0)
    values = {
        **row["ids"], "on_hand": on_hand, "quantity2": row["is"]["quantity2"], "reserved": reserved,
        "negative_ok": on_hand < 0 or reserved > on_hand, "counted_at": None,
    }  # fmt: skip
    tx.rows["balance" if row["kept"]["there"] else "new_balance"].append(values)
    stock_changed(tx, row)


def set_reserved(tx: Tx, row: Row) -> None:
    reserved, on_hand = Decimal(row["is"]["reserved"] or 0), Decimal(row["kept"]["on_hand"] or 0)
    if row["kept"]["there"]:
        tx.rows["hold"].append({**row["ids"], "reserved": reserved, "negative_ok": on_hand < 0 or reserved > on_hand})
    else:
        tx.rows["new_balance"].append(
            {**row["ids"], "on_hand": ZERO, "reserved": reserved, "negative_ok": reserved > 0}
        )
    stock_changed(tx, row)


def stock_changed(tx: Tx, row: Row) -> None:
    tx.changed("stock", UUID(row["ids"]["product_id"]), bucket=f"w:{row['warehouse_id']}")


def set_columns(part: str) -> Callable[[Tx, Row], None]:
    def write(tx: Tx, row: Row) -> None:
        tx.rows[part].append({**row["ids"], **row["is"]})

    return write


def set_status(tx: Tx, row: Row) -> None:
    of = row["key"].split()[0]
    part = {"sales_order": "sales_status", "purchase_order": "purchase_status", "stock_transfer": "transfer_status"}[of]
    tx.rows[part].append({**row["ids"], **row["is"]})
    entity = "transfer" if of == "stock_transfer" else of
    for bucket in row["buckets"]:
        tx.changed(entity, UUID(row["ids"]["id"]), bucket=bucket)


REPAIRS: dict[str, Callable[[Tx, Row], None]] = {
    "balance": set_balance,
    "reserved": set_reserved,
    "pool": set_columns("pool"),
    "shipped": set_columns("shipped"),
    "returned": set_columns("returned"),
    "received": set_columns("received"),
    "transferred": set_columns("transferred"),
    "status": set_status,
}
