"""Files through the pages' door, beside psql copying the same rows into the same tables."""

import csv
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import xlsxwriter
from psycopg import sql

from domain.ids import new_id
from infra.bench import measure
from infra.bench.measure import Sample
from infra.bench.setting import Setting
from infra.bench.stage import UNIT, owner_of
from infra.bench.wizard import BEGIN, CHECK, RUN, Wizard
from infra.launch.binaries import binaries
from tenants.registry import Company
from workers.imports.run import run, table_of

ROWS = 100_000
HEADINGS = ["商品编码", "商品名称", "规格", "单位", "售价", "进价", "条码"]
WRITTEN = ("product", "product_barcode", "cost_pool", "import_record", "change", "command_log", "outbox")


def import_products(setting: Setting, rows: int = ROWS) -> Iterator[dict[str, Any]]:
    """Through the pages' door: `value` and `xlsx` from the button that runs it to its end; the steps before it beside,
    in seconds. `direct`: the operator's import, the same run without a job."""
    stage, slug = setting.stage, "importing"
    schema = stage.company(slug, products=1)  # for its unit and its warehouses
    stage.vacuum()
    text = product_file(stage.data / "products.csv", rows)
    book = product_book(stage.data / "products.xlsx", rows)
    tables = copied_files(stage.data, rows)
    before: dict[str, list[float]] = {"read_s": [], "check_s": []}

    def direct() -> Sample:
        empty(setting, schema)

        async def act(company: Company) -> Sample:
            with measure.sample(setting.postgres) as taken:
                summary = await run(owner_of(company), "products", table_of("products", text), "bench")
                taken.count = summary.accepted
            return taken

        return all_taken(stage.inside(slug, act), rows)

    def floor() -> Sample:
        empty(setting, schema)
        return copy(setting, schema, tables, rows)

    with setting.api() as api, setting.workers(api.port):
        desk = Wizard(api.port, setting.tokens(api, slug, 1)[0])

        def ours(path: Path) -> Sample:
            empty(setting, schema)
            id, began = new_id(), time.perf_counter()
            desk.step(BEGIN, id, "MAPPING", fileId=str(desk.upload(path)))
            read = time.perf_counter()
            desk.step(CHECK, id, "CHECKED")
            if path == text:
                before["read_s"].append(read - began)
                before["check_s"].append(time.perf_counter() - read)
            with measure.sample(setting.postgres) as taken:
                taken.count = desk.step(RUN, id, "DONE")["accepted"]
            return all_taken(taken, rows)

        median = measure.in_turn(
            {"csv": lambda: ours(text), "xlsx": lambda: ours(book), "direct": direct, "floor": floor}, setting.repeats
        )
    yield measure.line(
        "import_products",
        median["csv"],
        floor=median["floor"].rate,
        of_floor=measure.ratio(median["csv"], median["floor"]),
        xlsx=median["xlsx"].rate,
        direct=median["direct"].rate,
        direct_of_floor=measure.ratio(median["direct"], median["floor"]),
        **{step: measure.median(seconds) for step, seconds in before.items()},
        unit="rows per s",
        n=rows,
    )


def all_taken(taken: Sample, rows: int) -> Sample:
    if taken.count != rows:
        raise RuntimeError(f"{taken.count} of {rows} rows were taken")
    return taken


def product_file(path: Path, rows: int) -> Path:
    """As a shop has it: with Chinese headings, a price with a thousands separator here and there."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for row in range(rows):
            sku, name, spec, price, cost, code = product(row)
            writer.writerow([sku, name, spec, "个", f"{price:,.2f}", f"{cost:.2f}", code])
    return path


def product_book(path: Path, rows: int) -> Path:
    """The same as a workbook, its prices as numbers."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("商品")
        sheet.write_row(0, 0, HEADINGS)
        for row in range(rows):
            sku, name, spec, price, cost, code = product(row)
            sheet.write_row(row + 1, 0, [sku, name, spec, "个", price, cost, code])
    return path


def product(row: int) -> tuple[str, str, str, float, float, str]:
    return (
        f"S{row:07}",
        f"商品 {row}, Product {row}",
        f"{row % 90} ml × 24",
        row % 2000 + 0.5,
        row % 700 + 0.1,
        ean(row),
    )


def ean(number: int) -> str:
    """A valid one of 13 digits."""
    digits = f"690{number:09}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def copied_files(folder: Path, rows: int) -> dict[str, Path]:
    """The same rows as their tables take them, ids included."""
    products, barcodes = folder / "product-rows.csv", folder / "barcode-rows.csv"
    with products.open("w", newline="") as one, barcodes.open("w", newline="") as other:
        to_products, to_barcodes = csv.writer(one), csv.writer(other)
        for row in range(rows):
            sku, name, spec, price, cost, code = product(row)
            id = f"0198aaaa-0000-7000-8000-{row:012x}"
            to_products.writerow([id, sku, name, spec, UNIT, price, cost])
            to_barcodes.writerow([id, code, "gtin", 1])
    return {
        "product (id, sku, name, spec, unit_id, price, reference_cost)": products,
        "product_barcode (product_id, code, kind, position)": barcodes,
    }


def copy(setting: Setting, schema: str, tables: dict[str, Path], rows: int) -> Sample:
    r"""psql's \copy, all tables in one transaction."""
    commands = [rf"\copy {table} from '{path}' csv" for table, path in tables.items()]
    options = [option for command in commands for option in ("-c", command)]
    environment = {"PGOPTIONS": f"-c search_path={schema}", "PATH": "/usr/bin:/bin"}
    psql = [str(binaries() / "psql"), "-qX1", "-v", "ON_ERROR_STOP=1", setting.stage.server.owner_url]
    with measure.sample(setting.postgres) as taken:
        subprocess.run([*psql, *options], env=environment, check=True, capture_output=True)
        taken.count = rows
    return taken


def empty(setting: Setting, schema: str) -> None:
    with psycopg.connect(setting.stage.server.superuser_url, autocommit=True) as connection:
        tables = sql.SQL(", ").join(sql.Identifier(schema, table) for table in WRITTEN)
        connection.execute(sql.SQL("truncate {} cascade").format(tables))
        connection.execute("checkpoint")
