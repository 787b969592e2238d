"""A year of real trade, 541,909 lines of 25,900 invoices, posted to stock by the commands that people use."""

import itertools
import multiprocessing
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.bench import memory
from infra.bench.setting import Setting
from infra.bench.stage import Stage, owner_of
from infra.demo_data.online_retail import Loaded, file_rows, load
from tenants.registry import Company
from workers.reconcile import reconcile

SLUG = "year"
FILE = Path("data", "online_retail.csv.xz")


def import_orders(setting: Setting, lines: int | None = None) -> Iterator[dict[str, Any]]:
    """Once, since it takes minutes; in a process of its own, whose memory is looked at. Nothing of the file may be
    lost, and what it leaves has to please the witness."""
    path = setting.shared / FILE
    if not path.exists():
        setting.say(f"import_orders is absent: there is no {path}")
        return
    setting.stage.company(SLUG, products=0)
    setting.stage.vacuum()
    with multiprocessing.get_context("spawn").Pool(1) as process:
        loaded, peak = process.apply(load_year, (setting.stage, path, lines))
    sales = loaded.steps["sales"]
    if not loaded.complete:
        raise RuntimeError(f"the file has {loaded.file}, posted {loaded.posted} and refused {loaded.refused}")
    report = setting.stage.inside(SLUG, reconcile)
    if not report.clean:
        raise RuntimeError(f"the witness found {report.counts}")
    yield {
        "bench": "import_orders",
        "value": round(sales.lines / sales.seconds),
        "unit": "lines per s",
        "seconds": round(sales.seconds, 1),
        "refused": sales.refused,
        "moves": report.moves,
        "documents": sales.records,
        "n": sales.lines,
    }
    yield memory.line("import process", peak, n=sales.lines)


def load_year(stage: Stage, path: Path, lines: int | None) -> tuple[Loaded, int]:
    """How it went, and the most memory that this process ever had."""
    rows = file_rows(path)

    async def act(company: Company) -> Loaded:
        return await load(owner_of(company), lambda: itertools.islice(rows(), lines))

    loaded = stage.inside(SLUG, act)
    unit = 1 if sys.platform == "darwin" else 1024
    return loaded, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
