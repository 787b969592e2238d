"""Pages of products with the stock of each warehouse, over GraphQL."""

import itertools
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import orjson

from infra.bench import load, measure
from infra.bench.load import Flow
from infra.bench.measure import Sample
from infra.bench.peers import postgraphile
from infra.bench.peers.postgraphile import PostGraphile
from infra.bench.setting import Setting, graphql

Make = Callable[[str, str | None], bytes]  # a request of this token's client for the page after this cursor

QUERY = """query Page($after: String) {
  products(first: 100, after: $after, orderBy: [SKU_ASC]) {
    pageInfo { endCursor hasNextPage }
    nodes {
      id sku name spec kind active price referenceCost version createdAt updatedAt
      unit { name }
      stockLevels { onHand reserved location { code name warehouse { code name } } }
    }
  }
}"""
CLIENTS = 4
PAGES = 50
PARTNERS = 200  # whose tokens take turns, since each may ask for only so much in a second


def list_products(setting: Setting) -> Iterator[dict[str, Any]]:
    slug = "reading"
    schema = setting.stage.company(slug)
    setting.stage.vacuum()
    with (
        setting.api("infra.bench.by_hand:app") as api,
        setting.peer(postgraphile.running(setting.home, setting.stage.server, schema)) as peer,
    ):
        tokens = itertools.cycle(setting.tokens(api, slug, PARTNERS))

        def at(path: str) -> Make:
            return lambda token, after: graphql(token, QUERY, {"after": after}, path)

        ours, by_hand = at("/graphql"), at("/by-hand")
        cursors = {make: walk(api.port, make, tokens) for make in (ours, by_hand)}
        compare(*(load.ask(api.port, make(next(tokens), pages[2])) for make, pages in cursors.items()))

        def flows(make: Make) -> Callable[[int], Iterator[Flow]]:
            def of(count: int) -> Iterator[Flow]:
                after = itertools.cycle(cursors[make])
                return (load.one(make(next(tokens), next(after)), whole) for _ in range(count))

            return of

        contestants = {
            "ours": setting.driven(api, flows(ours), CLIENTS)[0],
            "floor": setting.driven(api, flows(by_hand), CLIENTS)[0],
        }
        if peer:
            contestants["peer"] = setting.driven(peer, peer_flows(peer), CLIENTS)[0]
        median = measure.in_turn(contestants, setting.repeats)
    yield line(median)


def line(median: dict[str, Sample]) -> dict[str, Any]:
    mine, floor, rival = median["ours"], median["floor"], median.get("peer")
    return measure.line(
        "list_products",
        mine,
        floor=floor.rate,
        of_floor=measure.ratio(mine, floor),
        floor_cpu_ms=floor.server_cpu * 1000 / floor.count,
        floor_postgres_cpu_ms=floor.postgres_cpu * 1000 / floor.count,
        peer=postgraphile.NAME if rival else None,
        peer_value=rival and rival.rate,
        times_peer=measure.ratio(mine, rival),
        clients=CLIENTS,
        n=mine.count,
    )


def walk(port: int, make: Make, tokens: Iterator[str]) -> list[str | None]:
    """The cursors of the first pages."""
    cursors: list[str | None] = [None]
    while len(cursors) < PAGES:
        answer = orjson.loads(load.ask(port, make(next(tokens), cursors[-1])))
        cursors.append(answer["data"]["products"]["pageInfo"]["endCursor"])
    return cursors


def compare(one: bytes, other: bytes) -> None:
    """Both have to say the same of the same products."""
    pages = [orjson.loads(each)["data"]["products"]["nodes"] for each in (one, other)]
    mine, by_hand = (
        [{**node, "price": Decimal(node["price"]), "createdAt": None, "updatedAt": None} for node in page]
        for page in pages
    )
    if mine != by_hand:
        raise RuntimeError(f"by hand is not the same page: {mine[0]} {by_hand[0]}")


def whole(body: bytes) -> bool:
    return len(body) > 50_000 and b'"errors"' not in body


def peer_flows(peer: PostGraphile) -> Callable[[int], Iterator[Flow]]:
    messages = peer.pages(PAGES)
    return lambda count: load.cycle(messages, count, whole)
