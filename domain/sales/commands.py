"""Sales: orders, reservations, shipments, one-page slips."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from domain import money
from domain.book import Book
from domain.command import Lines, Note, command, dated
from domain.errors import Refused
from domain.ids import derived_id
from domain.inventory import stock
from domain.inventory.ledger import Posting
from domain.inventory.places import CUSTOMER
from domain.inventory.stock import Good, Place, Shelf
from domain.quantity import ONE, ZERO, Number, to_stock
from domain.sales import rules
from domain.sales.book import (
    LOAD_HOLDING,
    LOAD_HOLDING_NOW,
    LOAD_NEW,
    LOAD_ORDERS,
    WRITE_NEW,
    WRITE_ORDERS,
    open_book,
    rows_of,
    touched,
)
from domain.sales.rules import Line, Order
from domain.tx import Run, Tx

# --- commands ---


@command
class SaleLine:
    """`unit_id` and `unit_price` default to the product's stock unit and retail price."""

    product_id: UUID
    quantity: Number
    unit_id: UUID | None = None
    unit_price: Number | None = None


@command
class Sale:
    """What a new sale says, however it comes about."""

    order_id: UUID
    partner_id: UUID
    location_id: UUID
    lines: Lines[SaleLine]
    document_on: date | None = None
    note: Note = ""


@command
class PlaceSalesOrder(Sale):
    """A customer orders. Nothing is promised before it is confirmed."""


@command
class ConfirmSalesOrder:
    """Promise the goods to the customer. `available`: reserve what is here, the rest is backorder."""

    order_id: UUID
    reserve: Literal["all", "available"] = "all"


@command
class ShipLine:
    """`quantity` in the product's stock unit."""

    line_id: UUID
    quantity: Number


@command
class ShipSalesOrder:
    """Goods of a confirmed order leave. Without lines: all that is still open."""

    document_id: UUID
    order_id: UUID
    lines: tuple[ShipLine, ...] | None = None
    document_on: date | None = None


@command
class CancelSalesOrder:
    """An order that nothing was shipped of is given up; its reservations are free again."""

    order_id: UUID


@command
class SellNow(Sale):
    """A one-page slip: order, confirmation and shipment in one. Refused where the goods are not here."""


@command
class RecordHandover(Sale):
    """Goods were handed to a customer: a fact, recorded whatever the stock says."""


@command
class ReleaseShortReservations:
    """Fewer goods are here than were promised: the latest orders give their reservations back."""

    product_id: UUID
    location_id: UUID


# --- handlers ---


def new_lines(
    run: Run, shelf: Shelf, cmd: Any, order_id: UUID, *, fact: bool = False
) -> Iterable[tuple[dict[str, Any], Good]]:
    """Priced lines of a new order, with quantities in the line's unit and in stock units. What has happened without a
    price is recorded at 0. Refuses: forbidden (a price typed by who may not see prices)."""
    for position, line in enumerate(cmd.lines, 1):
        at = f"lines.{position - 1}"
        good = shelf.good(line.product_id, f"{at}.product_id")
        unit_id, factor = good.factor(line.unit_id, f"{at}.unit_id")
        if line.unit_price is not None and "sales.price" not in run.caller.permissions:
            raise Refused("forbidden", f"{at}.unit_price", permission="sales.price")
        retail = ZERO if good.price is None and fact else good.price
        unit_price = rules.price_of(line.unit_price, retail, factor, f"{at}.unit_price")
        yield {
            "id": derived_id(order_id, position), "order_id": order_id, "position": position,
            "product_id": good.id, "unit_id": unit_id, "numerator": factor.numerator,
            "denominator": factor.denominator, "quantity": line.quantity, "unit_price": unit_price,
            "amount": money.amount(line.quantity, unit_price),
            "ordered": to_stock(line.quantity, factor, good.decimals, f"{at}.quantity"),
            "reserved": ZERO, "shipped": ZERO, "shipped_value": ZERO, "returned": ZERO, "returned_value": ZERO,
        }, good  # fmt: skip


def total_for(run: Run, order: Mapping[str, Any]) -> dict[str, Any]:
    return {"total": order["total"]} if "sales.price" in run.caller.permissions else {}


def open_order(
    tx: Tx, cmd: Any, kind: str, status: str, number: str, document_on: date, place: Place
) -> dict[str, Any]:
    order = {
        "id": cmd.order_id, "number": number, "external_number": None, "kind": kind, "partner_id": cmd.partner_id,
        "location_id": cmd.location_id, "status": status, "document_on": document_on, "total": ZERO,
        "note": cmd.note, "shipments": 0,
    }  # fmt: skip
    tx.rows["sales_order"].append(order)
    touched(tx, cmd.order_id, place, cmd.partner_id)
    return order


def known(partner_id: UUID, partners: set[str]) -> None:
    if str(partner_id) not in partners:
        raise Refused("not_found", "partner_id", id=partner_id)


def wanted(runs: Sequence[Run]) -> dict[str, Any]:
    return {
        "places": [
            {"product_id": line.product_id, "location_id": run.cmd.location_id}
            for run in runs
            for line in run.cmd.lines
        ],
        "partners": [run.cmd.partner_id for run in runs],
    }


async def place_sales_order(tx: Tx) -> None:
    numbers = tx.numbers("SO", [stock.day_of(run, inward=False) for run in tx.runs])
    loaded = await tx.load(LOAD_NEW, wanted(tx.runs))
    shelf, partners = Shelf(tx, loaded), {row["id"] for row in loaded["partners"]}
    number = dict(zip(map(id, tx.runs), await numbers, strict=True))

    def decide(run: Run) -> Mapping[str, Any]:
        cmd: Sale = run.cmd
        known(cmd.partner_id, partners)
        place = shelf.place(cmd.location_id)
        document_on, _ = dated(cmd.document_on, run.call.occurred_at, tx.company.time_zone, inward=False)
        order = open_order(tx, cmd, "order", "draft", number[id(run)], document_on, place)
        for row, _ in new_lines(run, shelf, cmd, cmd.order_id):
            order["total"] += row["amount"]
            tx.rows["sales_order_line"].append(row)
        return {"order_id": cmd.order_id, "number": order["number"], **total_for(run, order)}

    tx.decide(decide)
    tx.write(WRITE_NEW, shelf.rows())


async def sell_now(tx: Tx) -> None:
    await sell(tx, fact=False)


async def record_handover(tx: Tx) -> None:
    await sell(tx, fact=True)


async def sell(tx: Tx, *, fact: bool) -> None:
    """Order, confirmation and shipment of each call in one write."""
    numbers = tx.numbers("SO", [stock.day_of(run, inward=False) for run in tx.runs])
    loaded = await tx.load(LOAD_NEW, wanted(tx.runs))
    shelf = await stock.open_shelf(tx, loaded, stock.earliest(tx, inward=False))
    partners = {row["id"] for row in loaded["partners"]}
    number = dict(zip(map(id, tx.runs), await numbers, strict=True))

    def decide(run: Run) -> Mapping[str, Any]:
        cmd: Sale = run.cmd
        known(cmd.partner_id, partners)
        place = shelf.place(cmd.location_id)
        document_on, at = dated(cmd.document_on, run.call.occurred_at, tx.company.time_zone, inward=False)
        order = open_order(tx, cmd, "slip", "shipped", number[id(run)], document_on, place)
        document_id = derived_id(cmd.order_id, "shipment")
        posting = Posting(
            shelf, document_id, "shipment", f"{order['number']}-1", place, document_on, at, run.call.id, fact,
            order_id=cmd.order_id, partner_id=cmd.partner_id,
        )  # fmt: skip
        for row, good in new_lines(run, shelf, cmd, cmd.order_id, fact=fact):
            if good.stocked:
                where = f"lines.{row['position'] - 1}.quantity"
                row["shipped_value"] = posting.take_out(good, row["ordered"], CUSTOMER, where, row["id"])
            row["shipped"] = row["ordered"]
            order["total"] += row["amount"]
            tx.rows["sales_order_line"].append(row)
        order["shipments"] = 1
        return {
            "order_id": cmd.order_id, "number": order["number"], "document_id": document_id, **total_for(run, order),
        }  # fmt: skip

    tx.decide(decide)
    tx.write(WRITE_NEW, shelf.rows())


async def confirm_sales_order(tx: Tx) -> None:
    loaded = await tx.load(LOAD_ORDERS, {"orders": [run.cmd.order_id for run in tx.runs]})
    shelf, book = Shelf(tx, loaded), open_book(tx, loaded)

    def decide(run: Run) -> Mapping[str, Any]:
        cmd: ConfirmSalesOrder = run.cmd
        order = rules.confirm(book.document(cmd.order_id))
        place, lines = shelf.place(order.location_id), dict(order.lines)
        for index, line in enumerate(order.lines.values()):
            good = shelf.good(line.product_id, f"lines.{index}")
            if not good.stocked:
                continue
            here = max(shelf.balance(good.id, place.id).available, ZERO)
            quantity = line.ordered if cmd.reserve == "all" else min(line.ordered, here)
            if quantity:
                shelf.reserve(good, place, quantity, f"lines.{index}")
            lines[line.id] = replace(line, reserved=quantity)
        book.put(replace(order, lines=lines))
        touched(tx, order.id, place, order.partner_id)
        missing = {id: line.open - line.reserved for id, line in lines.items() if line.open > line.reserved}
        return {
            "order_id": order.id, "order_status": "confirmed",
            "backorder": [{"line_id": id, "quantity": quantity} for id, quantity in missing.items()],
        }  # fmt: skip

    tx.decide(decide)
    tx.write(WRITE_ORDERS, {**rows_of(book), **shelf.rows()})


async def ship_sales_order(tx: Tx) -> None:
    loaded = await tx.load(LOAD_ORDERS, {"orders": [run.cmd.order_id for run in tx.runs]})
    shelf = await stock.open_shelf(tx, loaded, stock.earliest(tx, inward=False))
    book = open_book(tx, loaded)

    def decide(run: Run) -> Mapping[str, Any]:
        cmd: ShipSalesOrder = run.cmd
        order = book.document(cmd.order_id)
        chosen = None if cmd.lines is None else [(line.line_id, line.quantity) for line in cmd.lines]
        leaving = rules.ship(order, chosen)
        place = shelf.place(order.location_id)
        document_on, at = dated(cmd.document_on, run.call.occurred_at, tx.company.time_zone, inward=False)
        posting = Posting(
            shelf, cmd.document_id, "shipment", f"{order.number}-{order.shipments + 1}", place, document_on, at,
            run.call.id, fact=False, order_id=order.id, partner_id=order.partner_id,
        )  # fmt: skip
        left = []
        for item in leaving:
            good, where = shelf.good(item.line.product_id, "order_id"), f"lines.{item.index}.quantity"
            to_stock(item.quantity, ONE, good.decimals, where)
            value = ZERO
            if good.stocked:
                value = posting.take_out(good, item.quantity, CUSTOMER, where, item.line.id, item.held)
            left.append((item, value))
        after = rules.shipped(order, left)
        book.put(after)
        touched(tx, order.id, place, order.partner_id)
        return {
            "order_id": order.id, "document_id": cmd.document_id, "number": posting.number,
            "order_status": after.status,
            "backorder": [{"line_id": line.id, "quantity": line.open} for line in after.lines.values() if line.open],
        }  # fmt: skip

    tx.decide(decide)
    tx.write(WRITE_ORDERS, {**rows_of(book), **shelf.rows()})


async def cancel_sales_order(tx: Tx) -> None:
    loaded = await tx.load(LOAD_ORDERS, {"orders": [run.cmd.order_id for run in tx.runs]})
    shelf, book = Shelf(tx, loaded), open_book(tx, loaded)

    def decide(run: Run) -> Mapping[str, Any]:
        order = book.document(run.cmd.order_id)
        place = shelf.place(order.location_id)
        for line in order.lines.values():
            if line.reserved:
                shelf.release(shelf.good(line.product_id, "order_id"), place, line.reserved)
        book.put(rules.cancel(order))
        touched(tx, order.id, place, order.partner_id)
        return {"order_id": order.id, "order_status": "cancelled"}

    tx.decide(decide)
    tx.write(WRITE_ORDERS, {**rows_of(book), **shelf.rows()})


async def release_short_reservations(tx: Tx) -> None:
    """Sent after `reserved_short`, by a worker: who holds the pool may not lock orders any more."""
    spots = [{"product_id": run.cmd.product_id, "location_id": run.cmd.location_id} for run in tx.runs]
    loaded = await tx.load(LOAD_HOLDING, {"places": spots})
    shelf, book = Shelf(tx, loaded), open_book(tx, loaded)
    if any(held(book, **spot) != shelf.balance(**spot).reserved for spot in spots):
        # an order was confirmed while this one waited for its locks; they are held now, so once more is enough, and
        # without waiting, since that order's shipment may wait for them: run again then
        loaded = await tx.load(LOAD_HOLDING_NOW, {"places": spots})
        shelf, book = Shelf(tx, loaded), open_book(tx, loaded)

    def decide(run: Run) -> Mapping[str, Any]:
        cmd: ReleaseShortReservations = run.cmd
        good, place = shelf.good(cmd.product_id, "product_id"), shelf.place(cmd.location_id)
        balance = shelf.balance(good.id, place.id)
        excess = balance.reserved - max(balance.on_hand, ZERO)
        shrunk: defaultdict[UUID, Decimal] = defaultdict(lambda: ZERO)
        for order, line, less in rules.shrink(list(holders(book, good.id, place.id)), excess):
            book.lines.put(line.id, line)
            shelf.release(good, place, less)
            shrunk[order.id] += less
            touched(tx, order.id, place, order.partner_id)
        for order_id, less in shrunk.items():
            tx.emit(
                "reservation_shrunk", order_id=order_id, product_id=good.id, location_id=place.id, quantity=less
            )  # fmt: skip
        return {"orders": [{"order_id": id, "quantity": less} for id, less in shrunk.items()]}

    tx.decide(decide)
    tx.write(WRITE_ORDERS, {**rows_of(book), **shelf.rows()})


def holders(book: Book[Order, Line], product_id: UUID, location_id: UUID) -> Iterable[tuple[Order, Line]]:
    for line in book.lines.now.values():
        if line.product_id == product_id and (order := book.documents[line.order_id]).location_id == location_id:
            yield order, line


def held(book: Book[Order, Line], product_id: UUID, location_id: UUID) -> Decimal:
    return sum((line.reserved for _, line in holders(book, product_id, location_id)), ZERO)
