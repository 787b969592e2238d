"""The bench harness: its load client, its arithmetic, and each bench once, as briefly as possible."""

import fcntl
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from domain.base import metadata
from infra.bench import floors, load, measure
from infra.bench.load import LoadError
from infra.bench.measure import Sample
from infra.bench.peers.install import PeerError
from infra.bench.run import BENCHES
from infra.bench.setting import Setting
from infra.bench.stage import Busy, Stage, stage
from infra.launch import cluster, postgres

# --- load client ---

ANSWERS = {
    b"/length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"/chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\n\r\n",
    b"/closing": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
    b"/refused": b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 4\r\n\r\nslow",
    b"/cut": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
}


class Handler(socketserver.StreamRequestHandler):
    """Answers byte by byte what the path asks for, and counts."""

    connections, requests = 0, 0
    lock = threading.Lock()

    def handle(self) -> None:
        with self.lock:
            Handler.connections += 1
        while line := self.rfile.readline():
            length = 0
            while (header := self.rfile.readline().strip().lower()) != b"":
                if header.startswith(b"content-length:"):
                    length = int(header[15:])
            self.rfile.read(length)
            with self.lock:
                Handler.requests += 1
            path = line.split()[1]
            for byte in ANSWERS[path]:
                self.wfile.write(bytes([byte]))
            if path in (b"/closing", b"/cut"):
                return


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@pytest.fixture
def port() -> Iterator[int]:
    Handler.connections = Handler.requests = 0
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(("path", "connections"), [("/length", 3), ("/chunks", 3), ("/closing", 20)])
def test_all_flows_are_run_by_so_many_clients(port: int, path: str, connections: int) -> None:
    done = load.drive(port, load.cycle([load.request(path, b"{}")], 20, lambda body: body == b"hello"), 3)
    assert len(done.latencies) == Handler.requests == 20
    assert connections <= Handler.connections <= connections + 3  # a closed one is opened again, needed or not
    assert 0 < max(done.latencies) <= done.seconds


def test_a_flow_of_several_requests_is_one_unit_of_work(port: int) -> None:
    def flow() -> load.Flow:
        for _ in range(4):
            assert (yield load.request("/length", b"")) == b"hello"

    done = load.drive(port, [flow(), flow()], 5)
    assert (len(done.latencies), Handler.requests) == (2, 8)


@pytest.mark.parametrize(("path", "reason"), [("/refused", "429.*slow"), ("/cut", "in the middle")])
def test_an_error_ends_the_run(port: int, path: str, reason: str) -> None:
    with pytest.raises(LoadError, match=reason):
        load.drive(port, load.cycle([load.request(path, b"")], 3), 1)


def test_an_answer_that_is_not_as_expected_ends_the_run(port: int) -> None:
    with pytest.raises(LoadError, match="hello"):
        load.drive(port, load.cycle([load.request("/length", b"")], 3, lambda body: body == b"bye"), 1)


# --- arithmetic ---


def test_contestants_take_turns_and_the_median_run_counts() -> None:
    turns, rates = [], {"ours": iter([9, 1, 3]), "floor": iter([2, 8, 6])}

    def contestant(name: str) -> measure.Contestant:
        def run() -> Sample:
            turns.append(name)
            return Sample(next(rates[name]), 1.0)

        return run

    median = measure.in_turn({name: contestant(name) for name in rates}, 3)
    assert turns == ["ours", "floor"] * 3
    assert [median[name].rate for name in rates] == [3, 6]
    assert measure.ratio(median["ours"], median["floor"]) == 0.5


def test_a_line_has_what_was_measured_and_nothing_else() -> None:
    ours = Sample(100, 2.0, [0.001] * 94 + [0.05] * 6, server_cpu=0.123456, postgres_cpu=0.2)
    assert measure.line("x", ours, floor=None, of_floor=0.123456, clients=4) == {
        "bench": "x", "value": 50.0, "unit": "per s", "p50_ms": 1.0, "p95_ms": 50.0, "cpu_ms": 1.235,
        "postgres_cpu_ms": 2.0, "of_floor": 0.1235, "clients": 4,
    }  # fmt: skip


def row(table: str, **values: str) -> floors.Row:
    return dict.fromkeys(metadata.tables[table].columns.keys()) | values


def test_a_script_draws_ids_anew_and_adds_what_was_added() -> None:
    order, product = "0198-order", "0000-product"
    before = row("cost_pool", product_id=product, scope_id="0", quantity="5.0", value="9")
    written = floors.Written(
        inserted={
            "sales_order": [row("sales_order", id=order)],
            "outbox": [row("outbox", id="1", event="it's", body=f'{{"of": "{order}"}}')],
        },
        changed={"cost_pool": [(before, before | {"quantity": "4.0", "last_cost": "1"})]},
    )
    script = floors.Script(written, {product: "draw()"})
    assert script.draw == "uuidv7() as id0, draw() as id1"
    orders, outbox = script.inserts()
    assert orders.startswith("insert into sales_order (id, number")
    assert ":id0::uuid, null" in orders
    assert "insert into outbox (event, body" in outbox  # its own id is the database's
    assert "('it''s'::text, ('{\"of\": \"' || :id0::text || '\"}')::jsonb" in outbox
    [update] = script.updates()
    assert "set quantity = quantity + (4.0) - (5.0), last_cost = '1'::numeric(20, 8)" in update
    assert "in ((:id1::uuid, '0'::uuid))" in update


# --- the benches ---


def test_a_peer_that_cannot_be_had_is_absent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = Stage(tmp_path, cluster.Server(0, 0, tmp_path, tmp_path, {}))

    @contextmanager
    def peer() -> Iterator[int]:
        raise PeerError("no network")
        yield 1

    with Setting(place, tmp_path, tmp_path).peer(peer()) as running:
        assert running is None
    assert "absent: no network" in capsys.readouterr().err
    with pytest.raises(PeerError), Setting(place, tmp_path, tmp_path).peer(nullcontext(1)) as running:
        assert running == 1
        raise PeerError("in the middle")  # that is no absence


def test_one_run_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "start", lambda data, options: pytest.fail("started"))
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Busy), stage(tmp_path):
            pass


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    data: Path = tmp_path_factory.mktemp("bench")
    with stage(data, {"fsync": "off", "shared_buffers": "128MB", "logging_collector": "off"}) as place:
        yield place


@pytest.mark.server
@pytest.mark.parametrize("name", ["post_shipment", "hot_sku", "list_products"])
def test_a_bench_runs(place: Stage, name: str) -> None:
    setting = Setting(place, place.data / "peers", place.data, with_peers=False, seconds=0.1, repeats=1)
    [line] = BENCHES[name](setting)
    assert line["bench"] == name
    assert min(line["value"], line["n"], line["cpu_ms"]) > 0
    assert 0 < line.get("of_same_rows", line.get("of_floor")) < 100
    assert not any(key.startswith("peer") for key in line)
