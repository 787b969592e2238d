"""Tables that others have published."""

from pathlib import Path

import pytest

from tenants.settings import Settings
from tests.workers.imports.books import detected_in
from workers.imports import values
from workers.imports.sheets import rows_of
from workers.imports.table import body

DATA = Settings.from_environment().shared / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"there is no {DATA}")


def fields(path: Path, kind: str | None = None) -> dict[str, str]:
    return {column.field: column.heading for column in detected_in(path, kind).columns if column.field}


def test_a_day_of_a_wholesaler_is_sales():
    path = DATA / "online_retail_2011-12-05.csv"
    detected = detected_in(path)
    assert (detected.kind, detected.missing) == ("sales", [])
    assert fields(path) == {
        "number": "InvoiceNo", "sku": "StockCode", "quantity": "Quantity", "date": "InvoiceDate",
        "unit_price": "UnitPrice", "partner": "CustomerID",
    }  # fmt: skip
    lines = [detected.reader()(row) for row in body(rows_of(path), detected)]
    assert len(lines) == 5331
    for line in lines:
        values.number(line["quantity"])
        values.price(line["unit_price"])


def test_products_of_everybody_have_their_barcodes():
    path = DATA / "openfoodfacts_slim.csv"
    assert fields(path, "products").items() >= {"sku": "code", "name": "product_name"}.items()
    assert sum(1 for _ in rows_of(path)) == 947


def test_a_list_of_words_is_no_table_that_is_known():
    assert fields(DATA / "thuocl_food.txt") == {}
    assert len(next(rows_of(DATA / "thuocl_food.txt")).cells) == 2


def test_what_names_its_columns_in_another_trade_is_still_shown():
    detected = detected_in(DATA / "carparts_monthly.csv", "opening_stock")
    assert detected.missing
    assert detected.headings[:2] == ["part", "1998-01"]
