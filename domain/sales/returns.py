"""Customer returns: goods come back, at the value of their delivery or at today's average."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.book import Book
from domain.command import Lines, Note, command, dated
from domain.errors import Refused
from domain.ids import derived_id
from domain.inventory import stock
from domain.inventory.ledger import Posting
from domain.inventory.places import CUSTOMER
from domain.inventory.stock import Good, Shelf
from domain.quantity import Number
from domain.sales import rules
from domain.sales.book import LOAD_RETURN, WRITE_RETURN, open_book
from domain.sales.commands import known, new_lines, open_order, total_for, wanted
from domain.sales.rules import Line, Order
from domain.tx import Outcome, Run, Tx


@command
class ReturnLine:
    """`source_line_id`: the line that was sold; without it the goods come back at today's average."""

    product_id: UUID
    quantity: Number
    unit_id: UUID | None = None
    unit_price: Number | None = None
    source_line_id: UUID | None = None


@command
class RecordReturn:
    """A customer brings goods back."""

    order_id: UUID
    partner_id: UUID
    location_id: UUID
    lines: Lines[ReturnLine]
    document_on: date | None = None
    note: Note = ""


async def record_return(tx: Tx) -> None:
    numbers = tx.numbers("SR", [stock.day_of(run, inward=True) for run in tx.runs])
    sources = [line.source_line_id for run in tx.runs for line in run.cmd.lines if line.source_line_id]
    loaded = await tx.load(LOAD_RETURN, {**wanted(tx.runs), "sources": sources})
    shelf = await stock.open_shelf(tx, loaded, stock.earliest(tx, inward=True))
    book = open_book(tx, loaded)
    partners = {row["id"] for row in loaded["partners"]}
    number = dict(zip(map(id, tx.runs), await numbers, strict=True))

    def decide(run: Run) -> Outcome | Mapping[str, Any]:
        cmd: RecordReturn = run.cmd
        known(cmd.partner_id, partners)
        place = shelf.place(cmd.location_id)
        document_on, at = dated(cmd.document_on, run.call.occurred_at, tx.company.time_zone, inward=True)
        order = open_order(tx, cmd, "return", "returned", number[id(run)], document_on, place)
        document_id = derived_id(cmd.order_id, "return")
        posting = Posting(
            shelf, document_id, "sales_return", f"{order['number']}-1", place, document_on, at, run.call.id,
            fact=True, order_id=cmd.order_id, partner_id=cmd.partner_id,
        )  # fmt: skip
        for line, (row, good) in zip(cmd.lines, new_lines(run, shelf, cmd, cmd.order_id), strict=True):
            row["source_line_id"] = line.source_line_id
            if good.stocked:
                value, priced = value_back(shelf, book, good, line, row), line.source_line_id is not None
                posting.bring_in(good, row["ordered"], value, CUSTOMER, row["id"], priced=priced)
            order["total"] += row["amount"]
            tx.rows["sales_order_line"].append(row)
        return {
            "order_id": cmd.order_id, "number": order["number"], "document_id": document_id, **total_for(run, order),
        }  # fmt: skip

    tx.decide(decide)
    tx.write(WRITE_RETURN, {"line": book.lines.changed(), **shelf.rows()})


def value_back(shelf: Shelf, book: Book[Order, Line], good: Good, line: ReturnLine, row: Mapping[str, Any]) -> Decimal:
    """The value of its delivery, or today's average where no delivery is named."""
    at = f"lines.{row['position'] - 1}"
    if line.source_line_id is None:
        return shelf.worth(good, row["ordered"])
    source = book.lines.get(line.source_line_id)
    if source is None or source.product_id != good.id:
        raise Refused("not_found", f"{at}.source_line_id", id=line.source_line_id)
    value, after = rules.give_back(source, row["ordered"], f"{at}.quantity")
    book.lines.put(after.id, after)
    return value
