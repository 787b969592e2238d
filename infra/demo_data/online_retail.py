"""A year of a British gift wholesaler, from UCI Online Retail (Chen, Sain, Guo 2012, CC BY 4.0), as stock and sales.

The file has sales and cancellations and no purchases, no costs and no stock. What is not there is made up as little as
can be: each product starts with exactly the stock that keeps it from going below zero, at 60 % of its median price.

| in the file | here |
|---|---|
| an invoice | a sale |
| a cancellation, C… | a return without its sale, at the average of the moment |
| price 0 and a negative quantity | a write-off |
| any other price that is not positive | refused |
| a row that is there already, to the letter | refused |
| no customer | the partner Walk-in |
| codes of services.py | services: no stock |
"""

import csv
import io
import lzma
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import LiteralString, NamedTuple

from domain.errors import Refused
from domain.execute import execute
from domain.ids import derived_id
from domain.tx import Call, Record
from infra.demo_data.services import SERVICES
from tenants.access import Caller
from tenants.registry import Company
from tenants.transaction import read_transaction
from workers.imports.run import Advance, Group, Line, Summary, Table, grouped, run

HEADINGS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
SOURCE = "online-retail"
WALK_IN, WAREHOUSE, UNIT = "Walk-in", "MAIN", "个"
COST_RATIO, COST_STEP = Decimal("0.6"), Decimal("0.0001")
ZERO = Decimal(0)

Rows = Callable[[], Iterator[list[str]]]  # all rows of the file but the headings, as often as it is asked

SOLD: LiteralString = """select coalesce(sum(l.quantity * s.sign), 0) as units,
 coalesce(sum(l.amount * s.sign), 0) as revenue
 from sales_order_line l join sales_order o on o.id = l.order_id
 cross join lateral (select case when o.kind = 'return' then -1 else 1 end as sign) s"""
WRITTEN_OFF: LiteralString = """select
 coalesce(sum(case when m.to_location_id = d.location_id then m.quantity else -m.quantity end), 0)
 from stock_document d join stock_move m on m.document_id = d.id where d.kind = 'adjustment'"""


def file_rows(path: Path) -> Rows:
    """Of a CSV, packed with xz or not."""

    def rows() -> Iterator[list[str]]:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as packed:
            reader = csv.reader(io.TextIOWrapper(packed, encoding="utf-8", newline=""))
            assert tuple(next(reader)) == HEADINGS, f"{path} is not Online Retail"
            yield from reader

    return rows


class Sums(NamedTuple):
    units: int = 0
    revenue: Decimal = ZERO

    def plus(self, cells: list[str]) -> "Sums":
        quantity = int(cells[3])
        return Sums(self.units + quantity, self.revenue + quantity * Decimal(cells[5]))


# --- what each row is ---


def sales_lines(rows: Rows) -> Iterator[Line]:
    """Every row, as a line of a document or with the reason why it is none."""
    seen: set[int] = set()
    for number, cells in enumerate(rows(), 2):
        mark = hash(tuple(cells))
        if mark in seen:
            yield Line(number, cells, {}, Refused("exact_duplicate", "number"))
            continue
        seen.add(mark)
        invoice, sku, _, quantity, date, price, customer, _ = cells
        cost = Decimal(price)
        gone = cost == 0 and quantity.startswith("-")
        if cost <= 0 and not gone:
            yield Line(number, cells, {}, Refused("price_not_positive", "unit_price", price=price))
            continue
        kind = "writeoff" if gone else "return" if invoice.startswith("C") else "sale"
        values = {
            "number": invoice, "date": date, "kind": kind, "sku": sku, "quantity": quantity, "unit_price": price,
            "amount": f"{int(quantity) * cost:f}", "partner": customer or WALK_IN, "warehouse": WAREHOUSE,
        }  # fmt: skip
        if gone:
            del values["partner"], values["amount"]
        yield Line(number, cells, values)


@dataclass
class Catalogue:
    """What one look through the file says of products and customers."""

    lines: int = 0
    total: Sums = field(default_factory=Sums)
    names: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    prices: defaultdict[str, Counter[Decimal]] = field(default_factory=lambda: defaultdict(Counter))
    countries: dict[str, str] = field(default_factory=dict)
    balance: Counter[str] = field(default_factory=Counter)
    lowest: Counter[str] = field(default_factory=Counter)

    def see(self, group: Group) -> None:
        for line in group:
            cells = list(line.cells)
            self.lines += 1
            self.total = self.total.plus(cells)
            _, sku, name, quantity, _, price, customer, country = cells
            self.names[sku][" ".join(name.split())] += 1
            if customer:
                self.countries.setdefault(customer, country)
            if line.refusal is None:
                if (cost := Decimal(price)) > 0:
                    self.prices[sku][cost] += 1
                self.balance[sku] += -int(quantity) if line.values["kind"] != "writeoff" else int(quantity)
                self.lowest[sku] = min(self.lowest[sku], self.balance[sku])

    def name(self, sku: str) -> str:
        """What it is called most often: remarks such as "damaged" stand in its place now and then."""
        named = Counter({name: count for name, count in self.names[sku].items() if name})
        return SERVICES.get(sku) or (named.most_common(1)[0][0] if named else sku)

    def price(self, sku: str) -> Decimal | None:
        """The median of its lines."""
        prices = sorted(self.prices[sku].elements())
        return prices[(len(prices) - 1) // 2] if prices else None

    def cost(self, sku: str) -> Decimal:
        return ((self.price(sku) or ZERO) * COST_RATIO).quantize(COST_STEP)


def look_through(rows: Rows) -> Catalogue:
    """In the order in which the documents will be posted."""
    catalogue = Catalogue()
    for group in grouped(sales_lines(rows)):
        catalogue.see(group)
    return catalogue


# --- the tables that are imported ---


def products(catalogue: Catalogue) -> Iterator[Line]:
    for number, sku in enumerate(sorted(catalogue.names), 1):
        values = {"sku": sku, "name": catalogue.name(sku), "unit": UNIT}
        if sku in SERVICES:
            values |= {"kind": "service", "category": "Services"}
        elif price := catalogue.price(sku):
            values |= {"price": f"{price:f}", "reference_cost": f"{catalogue.cost(sku):f}", "category": "Gifts"}
        yield Line(number, [sku, values["name"]], values)


def partners(company: Company, catalogue: Catalogue) -> Iterator[Line]:
    """Their ids are derived from their codes, so that a client can be bound to one before it is there."""
    known = {WALK_IN: "零散客户", **catalogue.countries}
    for number, (code, country) in enumerate(known.items(), 1):
        name = f"{code} {country}"
        yield Line(
            number, [code, name],
            {"id": str(derived_id(company.id, "partner", code)), "code": code, "name": name, "kind": "customer"},
        )  # fmt: skip


def opening(catalogue: Catalogue, day: str) -> Iterator[Line]:
    goods = (sku for sku in sorted(catalogue.lowest) if sku not in SERVICES and catalogue.lowest[sku])
    for number, sku in enumerate(goods, 1):
        values = {
            "sku": sku, "quantity": str(-catalogue.lowest[sku]), "unit_cost": f"{catalogue.cost(sku):f}",
            "warehouse": WAREHOUSE, "date": day,
        }  # fmt: skip
        yield Line(number, [sku, values["quantity"]], values)


# --- loading ---


@dataclass
class Loaded:
    """How it went: each step's summary, and whether nothing was lost."""

    steps: dict[str, Summary]
    file: Sums
    refused: Sums
    posted: Sums

    @property
    def complete(self) -> bool:
        return self.file == (self.refused.units + self.posted.units, self.refused.revenue + self.posted.revenue)


async def load(
    caller: Caller, rows: Rows, report: Path | None = None, advance: Advance = lambda lines: None,
    begin: Callable[[str, int], None] = lambda step, total: None,
) -> Loaded:  # fmt: skip
    """Everything there is, or what is still missing. `begin` is told each step and its number of lines."""
    company, refused = caller.company, Sums()
    await furnish(caller)
    catalogue = look_through(rows)
    first = min(cells[4] for cells in rows())
    day = f"{datetime.fromisoformat(first).date().replace(day=1)}"
    tables = {
        "products": Table(("sku", "name"), products(catalogue), len(catalogue.names)),
        "partners": Table(("code", "name"), partners(company, catalogue), len(catalogue.countries) + 1),
        "opening-stock": Table(("sku", "quantity"), opening(catalogue, day), len(catalogue.lowest)),
        "sales": Table(HEADINGS, sales_lines(rows), catalogue.lines),
    }

    async def after(groups: Sequence[Group], records: Sequence[Record]) -> None:
        nonlocal refused
        for group, record in zip(groups, records, strict=True):
            if record.status == "refused":
                for line in group:
                    refused = refused.plus(list(line.cells))

    steps = {}
    for kind, table in tables.items():
        begin(kind, table.total)
        last = kind == "sales"
        steps[kind] = await run(caller, kind, table, SOURCE, report if last else None, advance, after if last else None)
    return Loaded(steps, catalogue.total, refused, await posted(company))


async def furnish(caller: Caller) -> None:
    """The unit and the warehouse, where they are not there yet."""
    company = caller.company
    for name, record in {
        "units": {"name": UNIT},
        "warehouses": {"code": WAREHOUSE, "name": "主仓库 Main warehouse"},
    }.items():
        body = {"records": [record | {"external": {"source": SOURCE, "number": next(iter(record.values()))}}]}
        id = derived_id(company.id, SOURCE, name)
        outcome = await execute(Call(id, f"masterdata.save_{name}", body, datetime.now(UTC), "import"), caller)
        if outcome.status != "accepted":
            raise RuntimeError(f"{name}: {outcome}")


async def posted(company: Company) -> Sums:
    """What the company's books say of these sales."""
    async with read_transaction(company) as door:
        sold = await door.raw.fetchrow(SOLD)
        gone = await door.raw.fetchval(WRITTEN_OFF)
        assert sold
        return Sums(int(sold["units"]) + int(gone or 0), sold["revenue"])
