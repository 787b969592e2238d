"""What processes hold after a day with many companies."""

import itertools
from collections.abc import Iterator
from typing import Any

import psutil

from domain.ids import new_id
from infra.bench import load, posting, reading
from infra.bench.load import Flow
from infra.bench.setting import Setting, graphql
from infra.bench.stage import order_body

COMPANIES, REQUESTS, CLIENTS = 50, 1_000, 8
PRODUCTS = 100
MEGABYTE = 1_000_000


def memory(setting: Setting) -> Iterator[dict[str, Any]]:
    """Orders and pages in turn, each from the next company. Of a PostgreSQL backend its private memory counts: what it
    shares with the others is there once."""
    slugs = [f"memory-{number}" for number in range(COMPANIES)]
    for slug in slugs:
        setting.stage.company(slug, PRODUCTS)
    setting.stage.vacuum()
    with setting.api() as api:
        tokens = [setting.tokens(api, slug, 1)[0] for slug in slugs]
        load.drive(api.port, requests(tokens), CLIENTS)
        shared = {"companies": COMPANIES, "n": REQUESTS}
        yield line("API process", psutil.Process(api.pid).memory_info().rss, **shared)
        yield line("PostgreSQL backend", largest_backend(setting.postgres), **shared)


def requests(tokens: list[str]) -> Iterator[Flow]:
    for number, token in enumerate(itertools.islice(itertools.cycle(tokens), REQUESTS)):
        if number // len(tokens) % 2:
            yield load.one(graphql(token, reading.QUERY, {"after": None}), posting.flawless)
        else:
            body = posting.in_camel_case(order_body([number % PRODUCTS + 1]))
            yield load.one(graphql(token, posting.SELL, {"id": str(new_id()), "input": body}), posting.accepted)


def largest_backend(postmaster: int) -> int:
    return max(process.memory_full_info().uss for process in psutil.Process(postmaster).children())


def line(what: str, size: int, **more: Any) -> dict[str, Any]:
    return {"bench": "memory", "value": round(size / MEGABYTE, 1), "unit": "MB", "of": what, **more}
