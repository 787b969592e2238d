"""Orders that are created, confirmed and shipped in one command, over GraphQL and through the door of devices."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
from psycopg import sql

from api.read.declare import camel
from domain.ids import new_id
from infra.bench import floors, load, measure
from infra.bench.load import Flow
from infra.bench.measure import Contestant, Sample
from infra.bench.peers import tryton
from infra.bench.setting import Setting, graphql
from infra.bench.stage import PRODUCT, PRODUCTS, order_body
from infra.launch.cluster import APP, OWNER

SELL = "mutation Sell($id: UUID!, $input: SellNowInput!) { sellNow(id: $id, input: $input) { id status code } }"
LINES = 5
PUSHED = 50  # calls in one request
HOT = 7  # the product that all want
PEER_ORDERS = 4  # in one repeat, since each takes its second

DRIFT = """select count(*) from (
 select product_id, location_id, sum(quantity) as quantity from (
  select product_id, to_location_id as location_id, quantity from stock_move
  union all select product_id, from_location_id, -quantity from stock_move) m group by 1, 2) moved
 join stock_balance b using (product_id, location_id) where b.on_hand <> moved.quantity or b.on_hand < 0"""


def post_shipment(setting: Setting) -> Iterator[dict[str, Any]]:
    clients, numbers = 4, itertools.count()
    with (
        setting.peer(tryton.running(setting.home, setting.stage.server)) as peer,
        posting(setting, clients, lambda token: sale(token, spread(next(numbers))), *SPREAD) as contestants,
    ):
        if peer:
            contestants["peer"] = lambda: peer_sales(setting, peer, clients)
        median = measure.in_turn(contestants, setting.repeats)
    yield line("post_shipment", median, clients, tryton.NAME)


def push_batch(setting: Setting) -> Iterator[dict[str, Any]]:
    """The same orders, fifty in a request, as a device sends what it made without a network."""
    clients, numbers = 4, itertools.count()

    def pushed(token: str) -> Flow:
        return push(token, [spread(next(numbers)) for _ in range(PUSHED)])

    with posting(setting, clients, pushed, *SPREAD, units=PUSHED) as contestants:
        median = measure.in_turn(contestants, setting.repeats)
    yield line("push_batch", median, clients, "")


def hot_sku(setting: Setting) -> Iterator[dict[str, Any]]:
    """Everybody sells the same product. An order that is refused or sold beyond the stock ends the bench."""
    clients = 32
    drawn = {HOT: f"'{PRODUCT.format(HOT)}'"}
    with posting(setting, clients, lambda token: sale(token, [HOT]), "", drawn) as contestants:
        del contestants["floor"]
        median = measure.in_turn(contestants, setting.repeats)
    yield line("hot_sku", median, clients, "")


def spread(number: int) -> list[int]:
    """Five products of 10,000, the same for everybody who sells the order of this number."""
    return [(number * 37 + place * 1999 + 11) % PRODUCTS + 1 for place in range(LINES)]


# how pgbench draws the same five: what it runs first, and the expression for each product of the captured order
SPREAD = (
    "\\set i random(0, 9999)\n"
    + "".join(f"\\set p{j} (:i * 37 + {j} * 1999 + 11) % {PRODUCTS} + 1\n" for j in range(LINES)),
    {j + 1: f"'{PRODUCT[:24]}' || lpad(to_hex(:p{j}::bigint), 12, '0')" for j in range(LINES)},
)


def sale(token: str, products: Sequence[int]) -> Flow:
    body = in_camel_case(order_body(products))
    return load.one(graphql(token, SELL, {"id": str(new_id()), "input": body}), accepted)


def push(token: str, orders: Sequence[Sequence[int]]) -> Flow:
    now = datetime.now(UTC).isoformat()
    calls = [
        {"id": str(new_id()), "name": "sales.sell_now", "body": order_body(products), "occurredAt": now, "lane": str(n)}
        for n, products in enumerate(orders)
    ]
    body = orjson.dumps({"deviceTime": now, "calls": calls})
    return load.one(
        load.request("/sync/push", body, {"Authorization": token}),
        lambda answer: answer.count(b'"accepted"') == len(calls),
    )


@contextmanager
def posting(
    setting: Setting, clients: int, flow: Callable[[str], Flow], script: str, drawn: Mapping[int, str], units: int = 1
) -> Iterator[dict[str, Contestant]]:
    """Ours and the two floors. `flow` sends `units` orders with a token; `script` and `drawn`: how pgbench draws the
    products that the captured order names."""
    stage, slug = setting.stage, "posting"
    schema, server = stage.company(slug), stage.server
    stage.vacuum()
    stage.run(slug, "sales.sell_now", order_body(list(drawn)))  # the number series of today is there from now on
    written = floors.capture(
        server.superuser_url, schema, lambda: stage.run(slug, "sales.sell_now", order_body(list(drawn)))
    )
    ids = {PRODUCT.format(product): expression for product, expression in drawn.items()}
    same = setting.script("same-rows", floors.same_rows(written, schema, script, ids))
    minimal = setting.script("minimal-rows", floors.minimal_rows(written, script, ids))
    with setting.api() as api:
        tokens = itertools.cycle(setting.tokens(api, slug))

        def orders(count: int) -> Iterator[Flow]:
            return (flow(next(tokens)) for _ in range(count))

        ours, count = setting.driven(api, orders, clients, units)
        yield {
            "ours": ours,
            "same rows": lambda: floors.pgbench(server, APP, same, clients, count),
            "floor": lambda: floors.pgbench(server, OWNER, minimal, clients, count, schema),
        }
    agree(setting, schema)


def accepted(body: bytes) -> bool:
    return b'"ACCEPTED"' in body and flawless(body)


def flawless(body: bytes) -> bool:
    return b'"errors"' not in body


def in_camel_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {camel(name): in_camel_case(inner) for name, inner in value.items()}
    return [in_camel_case(inner) for inner in value] if isinstance(value, list) else value


def agree(setting: Setting, schema: str) -> None:
    """A fast answer that is wrong is none."""
    with psycopg.connect(setting.stage.server.superuser_url) as connection:
        connection.execute(sql.SQL("set search_path to {}").format(sql.Identifier(schema)))
        row = connection.execute(DRIFT).fetchone()
        if row != (0,):
            raise RuntimeError(f"after the run {row} balances differ from their moves")


def peer_sales(setting: Setting, peer: tryton.Tryton, clients: int) -> Sample:
    before = peer.shipped()
    with measure.sample(setting.postgres, peer.pid) as taken:
        done = load.drive(peer.port, peer.sales(PEER_ORDERS), clients)
        taken.count, taken.seconds, taken.latencies = PEER_ORDERS, done.seconds, done.latencies
    if peer.shipped() - before != PEER_ORDERS:
        raise RuntimeError("the peer did not ship what it was sent")
    return taken


def line(name: str, median: Mapping[str, Sample], clients: int, peer: str) -> dict[str, Any]:
    ours, floor, rival = median["ours"], median.get("floor"), median.get("peer")
    return measure.line(
        name,
        ours,
        floor=floor and floor.rate,
        of_floor=measure.ratio(ours, floor),
        same_rows=median["same rows"].rate,
        of_same_rows=measure.ratio(ours, median["same rows"]),
        same_rows_cpu_ms=median["same rows"].postgres_cpu * 1000 / median["same rows"].count,
        peer=peer if rival else None,
        peer_value=rival and rival.rate,
        times_peer=measure.ratio(ours, rival),
        clients=clients,
        n=ours.count,
    )
