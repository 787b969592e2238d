"""PostGraphile: GraphQL over PostgreSQL tables, here over those of our own company, so that both read one stock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from infra.bench import load
from infra.bench.peers import install
from infra.bench.peers.install import PeerError
from infra.bench.service import free_port, service
from infra.launch import node
from infra.launch.cluster import Server

NAME = "postgraphile 5.1"

# the same twelve fields and the stock of each warehouse; the sums are not among what it makes of tables
PAGE = """query Page($after: Cursor) {
  allProducts(first: 100, after: $after, orderBy: SKU_ASC) {
    pageInfo { endCursor hasNextPage }
    nodes {
      rowId sku name spec kind active price referenceCost version createdAt updatedAt
      unitByUnitId { name }
      stockBalancesByProductId {
        nodes { onHand reserved locationByLocationId { code name warehouseByWarehouseId { code name } } }
      }
    }
  }
}"""


@dataclass(frozen=True)
class PostGraphile:
    port: int
    pid: int

    def message(self, query: str, **variables: Any) -> bytes:
        return load.request("/graphql", orjson.dumps({"query": query, "variables": variables}))

    def pages(self, count: int) -> list[bytes]:
        """Requests for consecutive pages, by cursor, after a look at what they answer."""
        messages, after = [], None
        for _ in range(count):
            message = self.message(PAGE, after=after)
            answer = orjson.loads(load.ask(self.port, message))
            if "errors" in answer:
                raise PeerError(f"PostGraphile: {str(answer['errors'])[:600]}")
            page = answer["data"]["allProducts"]
            if len(page["nodes"]) != 100 or not page["nodes"][0]["stockBalancesByProductId"]["nodes"]:
                raise PeerError("PostGraphile does not show the products and their stock")
            after = page["pageInfo"]["endCursor"]
            messages.append(message)
        return messages


@contextmanager
def running(home: Path, server: Server, schema: str) -> Iterator[PostGraphile]:
    folder = install.postgraphile(home / "postgraphile")
    port = free_port()
    program = folder / "node_modules" / "postgraphile" / "dist" / "cli-run.js"
    environment = {
        "PEER_DATABASE": server.superuser_url,
        "PEER_SCHEMA": schema,
        "PEER_PORT": str(port),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }
    command = [node.programs() / "node", program, "-C", folder / "graphile.config.mjs"]
    with service(command, port, folder / "server.log", environment, cwd=folder) as running_server:
        yield PostGraphile(port, running_server.pid)
