"""A made-up year in the shape of Online Retail: the same columns, the same oddities in about the same shares, the same
rows for the same seed. It stands in for the file in the demo and in tests.

    rows = made_up(invoices=500)         # what `online_retail.load` takes
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from infra.demo_data.online_retail import Rows
from infra.demo_data.services import SERVICES

BEGIN, DAYS = datetime(2010, 12, 1, 8), 374
COLOURS = ["WHITE", "RED", "PINK", "IVORY", "BLUE", "GREEN", "SILVER", "RETROSPOT", "VINTAGE", "RUSTIC"]
STUFF = ["GLASS", "METAL", "WOODEN", "CERAMIC", "PAPER", "WICKER", "ENAMEL", "COTTON"]
THINGS = ["T-LIGHT HOLDER", "LANTERN", "MUG", "CAKE STAND", "LUNCH BOX", "PARTY BUNTING", "DOORMAT", "ALARM CLOCK"]
COUNTRIES = ["United Kingdom"] * 18 + ["Germany", "France", "EIRE"]
REMARKS = ["damaged", "?", "lost", "check", "thrown away"]
PACKS = [1, 1, 1, 2, 2, 3, 4, 6, 6, 8, 10, 12, 12, 24, 36, 48]
# shares of the real file
CANCELLED, WRITTEN_OFF, FREE, DOUBLED, NAMELESS, WITH_FEE = 0.148, 0.052, 0.002, 0.0097, 0.14, 0.05
LINES = 21  # of an invoice, in the mean


def made_up(invoices: int = 25_900, products: int = 4000, customers: int = 4300, seed: int = 1) -> Rows:
    def rows() -> Iterator[list[str]]:
        return Year(random.Random(seed), products, customers).rows(invoices)

    return rows


class Year:
    """Rows are [InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country]."""

    def __init__(self, chance: random.Random, products: int, customers: int) -> None:
        self.chance = chance
        self.goods = [self.product(place) for place in range(products)]
        self.popular = [1 / (place + 8) for place in range(products)]
        self.customers = [(str(12346 + place), chance.choice(COUNTRIES)) for place in range(customers)]
        self.fees = [(code, name, chance.randint(2, 40) + 0.5) for code, name in sorted(SERVICES.items())]
        self.sold: list[list[list[str]]] = []  # invoices that may still be cancelled

    def product(self, place: int) -> tuple[str, str, float]:
        """One in forty differs from its neighbour in nothing but the case of its letter."""
        choose = self.chance.choice
        code = f"{20000 + place // 2}{'a' if place % 40 == 1 else 'AB'[place % 2]}"
        name = f"{choose(COLOURS)} {choose(STUFF)} {choose(THINGS)}"
        return code, name, max(0.19, round(self.chance.lognormvariate(0.9, 0.8), 2))

    def rows(self, invoices: int) -> Iterator[list[str]]:
        number, moments = 536365, sorted(self.chance.uniform(0, DAYS) for _ in range(invoices))
        for moment, _ in pairwise([*moments, DAYS]):
            day = BEGIN + timedelta(days=int(moment))
            date = f"{day + timedelta(minutes=int(moment % 1 * 600)):%Y-%m-%d %H:%M:00}"
            for row in self.invoice(str(number), date):
                yield row
                if self.chance.random() < DOUBLED:
                    yield list(row)
            number += 1

    def invoice(self, number: str, date: str) -> list[list[str]]:
        dice = self.chance.random()
        if dice < WRITTEN_OFF:
            return [self.write_off(number, date)]
        if dice < WRITTEN_OFF + CANCELLED and self.sold:
            return self.cancellation(number, date)
        made = self.sale(number, date)
        self.sold = [*self.sold[-200:], made]
        return made

    def sale(self, number: str, date: str) -> list[list[str]]:
        customer, country = self.chance.choice(self.customers)
        if self.chance.random() < NAMELESS:
            customer = ""
        count = min(1 + int(self.chance.expovariate(1 / LINES)), 1100)
        rows = []
        for code, name, price in self.chance.choices(self.goods, self.popular, k=count):
            free = self.chance.random() < FREE
            asked = 0 if free else round(price * self.chance.choice([1, 1, 1, 0.85, 1.1]), 2)
            quantity = self.chance.choice(PACKS)
            rows.append([number, code, name, str(quantity), date, f"{asked:.2f}", customer, country])
        if self.chance.random() < WITH_FEE:
            code, name, price = self.chance.choice(self.fees)
            rows.append([number, code, name, "1", date, f"{price:.2f}", customer, country])
        return rows

    def cancellation(self, number: str, date: str) -> list[list[str]]:
        """Of a few lines of an invoice that was not long ago."""
        rows = self.chance.choice(self.sold)
        some = self.chance.sample(rows, min(len(rows), 1 + int(self.chance.expovariate(1))))
        cancelled = f"C{number}"
        return [[cancelled, row[1], row[2], f"-{row[3]}", date, *row[5:]] for row in some]

    def write_off(self, number: str, date: str) -> list[str]:
        code, _, _ = self.chance.choice(self.goods)
        gone = -int(1 + self.chance.expovariate(1 / 60))
        return [number, code, self.chance.choice(REMARKS), str(gone), date, "0.00", "", "United Kingdom"]
