"""Random trade about a few products in two places: every command that moves or promises stock, sound or not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.ids import derived_id, new_id
from domain.tx import Call
from tests.builders import call, plain
from tests.yard import Yard, ago

Body = dict[str, Any]


class Traffic:
    """Draws calls. What a call refers to may be done, cancelled or not there any more: then it is refused."""

    def __init__(self, yard: Yard, random: Random, products: list[UUID], late: bool = True) -> None:
        self.yard, self.random, self.products, self.late = yard, random, products, late
        self.purchases: list[tuple[UUID, int]] = []
        self.orders: list[UUID] = []
        self.transfers: list[tuple[UUID, int]] = []
        self.slips: list[tuple[UUID, UUID]] = []  # order and the product of its only line

    def draw(self, names: list[str] | None = None) -> Call:
        name = self.random.choice(names or list(DRAWN))
        return call(name, plain(DRAWN[name](self)), at=self.moment())

    def moment(self) -> datetime:
        """Now, or earlier the same week, as a phone that was offline says it."""
        late = self.late and self.random.random() < 0.3
        return ago(seconds=self.random.randint(1, 6 * 86400)) if late else ago()

    @property
    def product(self) -> UUID:
        return self.random.choice(self.products)

    @property
    def place(self) -> UUID:
        return self.random.choice([self.yard.place, self.yard.place, self.yard.other])

    def quantity(self, most: int = 12) -> str:
        return str(self.random.randint(1, most))

    def price(self) -> str:
        return str(self.random.randint(0, 999) / 100)

    def head(self) -> Body:
        return {"order_id": new_id(), "partner_id": self.yard.partner, "location_id": self.place}

    def purchase(self) -> Body:
        lines = [
            {"product_id": self.product, "quantity": self.quantity(30), "unit_price": self.price()}
            for _ in range(self.random.randint(1, 3))
        ]
        head = self.head()
        self.purchases.append((head["order_id"], len(lines)))
        return {**head, "lines": lines}

    def receipt(self) -> Body:
        order, lines = self.random.choice(self.purchases) if self.purchases else (new_id(), 1)
        line = derived_id(order, self.random.randint(1, lines))
        return self.yard.receipt(order, {"line_id": line, "quantity": self.quantity(20)})

    def opening(self) -> Body:
        return {
            "records": [
                {
                    "product_id": self.product, "location_id": self.place, "quantity": self.quantity(),
                    "unit_cost": self.price(),
                }
                for _ in range(2)
            ]
        }  # fmt: skip

    def adjustment(self) -> Body:
        line = {"product_id": self.product, "quantity": self.quantity()}
        line["direction"] = self.random.choice(["in", "out"])
        if line["direction"] == "in" and self.random.random() < 0.5:
            line["unit_cost"] = self.price()
        return {"document_id": new_id(), "location_id": self.place, "reason": "found or lost", "lines": [line]}

    def count(self) -> Body:
        at = ago() - timedelta(seconds=self.random.randint(0, 3 * 86400) if self.late else 0)
        spots = self.random.sample([(p, q) for p in self.products for q in (self.yard.place, self.yard.other)], 2)
        return {
            "document_id": new_id(),
            "lines": [
                {
                    "product_id": product, "location_id": place, "counted": str(self.random.randint(0, 25)),
                    "counted_at": at.isoformat(),
                }
                for product, place in spots
            ],
        }  # fmt: skip

    def order(self) -> Body:
        body = {**self.head(), "lines": self.lines()}
        self.orders.append(body["order_id"])
        return body

    def slip(self) -> Body:
        body = {**self.head(), "lines": self.lines()[:1]}
        self.slips.append((body["order_id"], body["lines"][0]["product_id"]))
        return body

    def transfer(self) -> Body:
        ends = self.random.sample([self.yard.place, self.yard.other], 2)
        lines = [{"product_id": self.product, "quantity": self.quantity()} for _ in range(self.random.randint(1, 2))]
        body = {
            "transfer_id": new_id(), "document_id": new_id(), "from_location_id": ends[0], "to_location_id": ends[1],
            "lines": lines,
        }  # fmt: skip
        self.transfers.append((body["transfer_id"], len(lines)))
        return body

    def arrival(self) -> Body:
        transfer, lines = self.random.choice(self.transfers[-8:]) if self.transfers else (new_id(), 1)
        some = range(1, self.random.randint(1, lines) + 1)
        return self.yard.arrival(transfer, *(self.quantity() for _ in some), close=self.random.random() < 0.3)

    def blind(self) -> Body:
        lines = self.lines()
        if self.random.random() < 0.5:
            del lines[0]["unit_price"]
        return {"document_id": new_id(), "location_id": self.place, "lines": lines}

    def lines(self) -> list[Body]:
        return [
            {"product_id": self.product, "quantity": self.quantity(), "unit_price": self.price()}
            for _ in range(self.random.randint(1, 2))
        ]

    def goods_back(self) -> Body:
        body = {**self.head(), "lines": self.lines()[:1]}
        if self.slips and self.random.random() < 0.6:
            order, product = self.random.choice(self.slips)
            body["lines"][0] |= {"product_id": product, "source_line_id": derived_id(order, 1)}
        return body

    def closing(self) -> Body:
        """Books closed a day or more ago; or all opened again."""
        return {"closed_to": self.random.choice([None, ago(days=self.random.randint(2, 6)).date()]), "reopen": True}

    def some_order(self) -> UUID:
        return self.random.choice(self.orders[-8:]) if self.orders else new_id()

    def shipment(self) -> Body:
        body: Body = {"document_id": new_id(), "order_id": self.some_order()}
        if self.random.random() < 0.5:
            body["lines"] = [{"line_id": derived_id(body["order_id"], 1), "quantity": self.quantity(4)}]
        return body


DRAWN: dict[str, Callable[[Traffic], Body]] = {
    "purchasing.place_purchase_order": Traffic.purchase,
    "purchasing.record_receipt": Traffic.receipt,
    "purchasing.record_blind_receipt": Traffic.blind,
    "inventory.send_transfer": Traffic.transfer,
    "inventory.receive_transfer": Traffic.arrival,
    "inventory.record_opening_stock": Traffic.opening,
    "inventory.adjust_stock": Traffic.adjustment,
    "inventory.record_count": Traffic.count,
    "inventory.close_period": Traffic.closing,
    "sales.place_sales_order": Traffic.order,
    "sales.confirm_sales_order": lambda traffic: {
        "order_id": traffic.some_order(), "reserve": traffic.random.choice(["all", "available"]),
    },
    "sales.ship_sales_order": Traffic.shipment,
    "sales.cancel_sales_order": lambda traffic: {"order_id": traffic.some_order()},
    "sales.sell_now": Traffic.slip,
    "sales.record_handover": Traffic.slip,
    "sales.record_return": Traffic.goods_back,
    "sales.release_short_reservations": lambda traffic: {
        "product_id": traffic.product, "location_id": traffic.place,
    },
}  # fmt: skip
