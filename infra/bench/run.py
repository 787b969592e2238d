"""`huotong bench`: every bench there is, and one run of them."""

import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from infra.bench import importing, memory, phone, posting, pulling, reading, witness, year
from infra.bench.setting import Setting
from infra.bench.stage import Busy, stage
from tenants.settings import Settings

Bench = Callable[[Setting], Iterator[dict[str, Any]]]
BENCHES: dict[str, Bench] = {
    "post_shipment": posting.post_shipment,
    "push_batch": posting.push_batch,
    "hot_sku": posting.hot_sku,
    "list_products": reading.list_products,
    "import_products": importing.import_products,
    "import_orders": year.import_orders,
    "pull": pulling.pull,
    "reconcile": witness.reconcile,
    "memory": memory.memory,
    "pwa": phone.pwa,
}


def run(settings: Settings, only: str = "", peers: bool = True, seconds: float = 2.0, repeats: int = 5) -> int:
    """One JSON object a line on standard output; returns the exit status. `only`: how the names begin.

    Data is under `bench` and peers under `peers` in the data folder, apart from the installation's own. A bench that
    fails does not keep the others from running.
    """
    chosen = {name: bench for name, bench in BENCHES.items() if name.startswith(only)}
    if not chosen:
        print(f"no bench begins with {only!r}: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended on the way out
    failed = 0
    try:
        with stage(settings.data / "bench") as place:
            setting = Setting(place, settings.data / "peers", settings.shared, peers, seconds, repeats)
            for name, bench in chosen.items():
                try:
                    for line in bench(setting):
                        print(orjson.dumps(line).decode(), flush=True)
                except Exception:
                    traceback.print_exc()
                    print(f"{name} failed", file=sys.stderr)
                    failed += 1
    except Busy as busy:
        print(busy, file=sys.stderr)
        return 2
    return 1 if failed else 0
