"""What the benches of one run share: the stage, how long to measure, which peers there are, and the API under test."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

import orjson

from infra.bench import load, measure
from infra.bench.load import Flow
from infra.bench.measure import REPEATS, Contestant, Sample
from infra.bench.peers.install import PeerError
from infra.bench.service import Service, ServiceError, free_port, process, service
from infra.bench.stage import Stage
from workers.broker import install

T = TypeVar("T")


class Served(Protocol):
    @property
    def pid(self) -> int: ...
    @property
    def port(self) -> int: ...


CLIENTS_OF_A_COMPANY = 16  # since each may ask for only so much in a second


@dataclass
class Setting:
    stage: Stage
    home: Path  # of the peers
    shared: Path  # data that this repository does not have
    with_peers: bool = True
    seconds: float = 2.0  # of one repeat
    repeats: int = REPEATS

    @property
    def postgres(self) -> int:
        return self.stage.server.pid

    @contextmanager
    def api(self, app: str = "api.app:app") -> Iterator[Service]:
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", app, "--host=127.0.0.1", f"--port={port}"]
        environment = self.environment(port)
        log = self.stage.data / "api.log"
        with service([*command, "--no-access-log", "--log-level=warning"], port, log, environment) as server:
            yield server

    @contextmanager
    def workers(self, port: int) -> Iterator[None]:
        """Of both kinds, beside an API on this port."""
        install(self.stage.server.owner_url)
        environment, log = self.environment(port), self.stage.data / "workers.log"
        events, jobs = [sys.executable, "-m", "workers"], [sys.executable, "-m", "workers", "jobs"]
        with process(events, log, environment), process(jobs, log, environment):
            yield

    def environment(self, port: int) -> Mapping[str, str]:
        return {
            "HUOTONG_DATA": str(self.stage.data),
            "HUOTONG_DATABASE_URL": self.stage.server.app_url,
            "HUOTONG_OWNER_URL": self.stage.server.owner_url,
            "HUOTONG_KEYS": self.stage.keys,
            "HUOTONG_HOST": "127.0.0.1",
            "HUOTONG_PORT": str(port),
            "HUOTONG_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "HUOTONG_DEMO": "0",
        }

    def tokens(self, server: Service, slug: str, count: int = CLIENTS_OF_A_COMPANY) -> list[str]:
        """Headers of the clients of a company, each with a fresh access token."""
        return [token(server.port, *client) for client in self.stage.clients(slug, count)]

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    @contextmanager
    def peer(self, peer: contextlib.AbstractContextManager[T]) -> Iterator[T | None]:
        """A running peer, or None with the reason on standard error."""
        if not self.with_peers:
            yield None
            return
        with contextlib.ExitStack() as stack:
            try:
                running = stack.enter_context(peer)
            except (PeerError, ServiceError, load.LoadError, OSError) as error:
                self.say(f"peer is absent: {error}")
                running = None
            yield running

    def script(self, name: str, text: str) -> Path:
        path = self.stage.data / f"{name}.sql"
        path.write_text(text)
        os.chmod(path, 0o644)
        return path

    def count(self, rate: float, clients: int) -> int:
        """Units of work that take about `seconds`, the same number for each client."""
        return max(1, round(rate * self.seconds / clients)) * clients

    def driven(
        self, server: Served, flows: Callable[[int], Iterator[Flow]], clients: int, units: int = 1
    ) -> tuple[Contestant, int]:
        """A contestant over HTTP, and its count of work in one repeat, found by a short run before. `units`: how much
        of it is one flow."""
        for warm in (clients * 10, max(clients * 50 // units, clients)):
            first = load.drive(server.port, flows(warm), clients)
        count = self.count(warm / first.seconds, clients)

        def run() -> Sample:
            made = list(flows(count))  # requests are made before the clock starts
            with measure.sample(self.postgres, server.pid) as taken:
                done = load.drive(server.port, iter(made), clients)
                taken.count, taken.seconds, taken.latencies = count * units, done.seconds, done.latencies
            return taken

        return run, count * units


def token(port: int, client_id: str, secret: str) -> str:
    body = urlencode({"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = orjson.loads(load.ask(port, load.request("/oauth/token", body, headers)))
    return f"Bearer {answer['access_token']}"


def graphql(token: str, query: str, variables: Mapping[str, Any], path: str = "/graphql") -> bytes:
    """A request as the app sends it."""
    body = orjson.dumps({"query": query, "variables": variables})
    return load.request(path, body, {"Authorization": token})
