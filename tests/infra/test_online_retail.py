"""The made-up year through the whole import: nothing is lost, nothing doubles, and the witness agrees."""

import lzma
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from domain.ids import derived_id
from infra.demo_data.online_retail import WALK_IN, Rows, file_rows, load, look_through, sales_lines
from infra.demo_data.services import SERVICES
from infra.demo_data.synthetic import made_up
from tenants.settings import Settings
from tests.companies import caller_of
from workers.reconcile import reconcile

YEAR = made_up(invoices=90, products=60, customers=20)
FILE = Settings.from_environment().shared / "data" / "online_retail.csv.xz"


def test_the_same_seed_makes_the_same_rows_and_another_makes_others():
    assert list(YEAR()) == list(YEAR())
    assert list(YEAR()) != list(made_up(invoices=90, products=60, customers=20, seed=2)())


def test_a_made_up_year_has_every_oddity():
    rows = list(made_up(invoices=2000, products=600, customers=400)())
    prices = [Decimal(row[5]) for row in rows]
    codes = {row[1] for row in rows}
    assert any(row[0].startswith("C") for row in rows)
    assert any(price == 0 and row[3].startswith("-") for row, price in zip(rows, prices, strict=True))
    assert any(price == 0 and not row[3].startswith("-") for row, price in zip(rows, prices, strict=True))
    assert max(Counter(map(tuple, rows)).values()) > 1
    assert any(not row[6] for row in rows)
    assert codes & SERVICES.keys()
    assert len({code.upper() for code in codes}) < len(codes)


async def test_nothing_is_lost_and_nothing_goes_below_zero(company, rows, tmp_path):
    caller = caller_of(company)
    loaded = await load(caller, YEAR, tmp_path / "report.csv")
    assert loaded.complete
    assert loaded.refused.units
    sales = loaded.steps["sales"]
    assert sales.codes.keys() == {"exact_duplicate", "price_not_positive"}
    assert sales.refused == sum(sales.codes.values())
    assert await rows(company, "select from discrepancy") == []
    assert await rows(company, "select from stock_balance where on_hand < 0") == []
    assert (await reconcile(company)).clean
    [walk_in] = await rows(company, "select id from partner where code = $1", WALK_IN)
    assert walk_in["id"] == derived_id(company.id, "partner", WALK_IN)
    again = await load(caller, YEAR)
    assert again.complete
    for step in again.steps.values():
        assert (step.accepted, step.changed) == (0, 0)


async def test_a_corrected_row_changes_one_document(company):
    caller = caller_of(company)
    await load(caller, YEAR)
    refused = next(line for line in sales_lines(YEAR) if line.refusal and line.refusal.code == "price_not_positive")

    def corrected() -> list[list[str]]:
        cells = list(refused.cells)
        return [[*cells[:5], "1.25", *cells[6:]] if row == cells else row for row in YEAR()]

    again = await load(caller, lambda: iter(corrected()))
    assert (again.steps["sales"].accepted, again.steps["sales"].changed) == (0, 1)
    assert again.complete
    assert (await reconcile(company)).clean


@pytest.mark.skipif(not FILE.exists(), reason=f"there is no {FILE}")
def test_what_the_real_file_has_is_what_was_published():
    rows: Rows = file_rows(FILE)
    seen = look_through(rows)
    assert seen.lines == 541_909
    assert seen.total == (5_176_450, Decimal("9747747.934"))
    assert len(seen.names) == 4070
    assert len(seen.countries) == 4372
    refused = Counter(line.refusal.code for line in sales_lines(rows) if line.refusal)
    assert refused["exact_duplicate"] == 5268


def test_a_packed_file_and_a_plain_one_are_read(tmp_path: Path):
    text = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,A,x,1,2010-12-01,1,,\n"
    plain, packed = tmp_path / "a.csv", tmp_path / "a.csv.xz"
    plain.write_text(text)
    packed.write_bytes(lzma.compress(text.encode()))
    assert list(file_rows(plain)()) == list(file_rows(packed)()) == [["1", "A", "x", "1", "2010-12-01", "1", "", ""]]
