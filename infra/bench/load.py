"""A load client that is no limit itself: a closed loop over raw sockets in one thread, requests as ready-made bytes.

A unit of work is a flow: a generator that yields requests and is sent the body of each answer. A client takes the next
flow when its last one is done. A request costs the client some 30 µs of CPU, so a server that answers 1,000 in a second
loses 3 % of one core to it.
"""

import itertools
import selectors
import socket
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Flow = Generator[bytes, bytes, None]

WAIT = 120.0  # seconds without any answer


class LoadError(RuntimeError):
    """The server answered with an error, or not at all."""


@dataclass
class Load:
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)  # seconds of each flow


def request(path: str, body: bytes, headers: Mapping[str, str] = {}, method: str = "POST") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in ({"Content-Type": "application/json"} | dict(headers)).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def one(message: bytes, check: Callable[[bytes], bool] = bool) -> Flow:
    """The flow of a single request."""
    body = yield message
    if not check(body):
        raise LoadError(f"not the expected answer: {body[:600]!r}")


def drive(port: int, flows: Iterable[Flow], clients: int) -> Load:
    """Run all flows with this many clients at a time. The first error ends it."""
    waiting, load = iter(flows), Load()
    with selectors.DefaultSelector() as selector:
        start = time.perf_counter()
        busy = [client for client in (Client(port) for _ in range(clients)) if client.begin(waiting)]
        for client in busy:
            selector.register(client.socket, selectors.EVENT_READ, client)
        left = len(busy)
        while left:
            events = selector.select(WAIT)
            if not events:
                raise LoadError(f"no answer for {WAIT:.0f} s")
            for key, _ in events:
                client: Client = key.data
                if (body := client.receive()) is None:
                    continue
                if client.must_close:
                    selector.unregister(client.socket)
                    client.connect()
                    selector.register(client.socket, selectors.EVENT_READ, client)
                if not client.go_on(body):
                    load.latencies.append(time.perf_counter() - client.began)
                    if not client.begin(waiting):
                        selector.unregister(client.socket)
                        client.socket.close()
                        left -= 1
        load.seconds = time.perf_counter() - start
    return load


def ask(port: int, message: bytes) -> bytes:
    """One request and the body of its answer."""
    client, answer = Client(port), None
    client.socket.sendall(message)
    while answer is None:
        answer = client.receive()
    client.socket.close()
    return answer


class Client:
    """One connection and the flow that it is busy with."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connect()

    def connect(self) -> None:
        if hasattr(self, "socket"):
            self.socket.close()
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=WAIT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.head = self.length = 0
        self.chunked = self.must_close = False

    def begin(self, flows: Iterator[Flow]) -> bool:
        flow = next(flows, None)
        if flow is None:
            return False
        self.flow, self.began = flow, time.perf_counter()
        self.socket.sendall(next(flow))
        return True

    def go_on(self, body: bytes) -> bool:
        try:
            self.socket.sendall(self.flow.send(body))
        except StopIteration:
            return False
        return True

    def receive(self) -> bytes | None:
        """The body of the answer once it is whole."""
        data = self.socket.recv(262_144)
        if not data:
            raise LoadError("the server closed the connection in the middle of an answer")
        buffer = self.buffer
        buffer += data
        if not self.head:
            if (end := buffer.find(b"\r\n\r\n")) < 0:
                return None
            self.head = end + 4
            self.read_head(bytes(buffer[:end]))
        if self.chunked:
            if not buffer.endswith(b"0\r\n\r\n"):
                return None
            body = b"".join(chunks(buffer, self.head))
        elif len(buffer) < self.head + self.length:
            return None
        else:
            body = bytes(buffer[self.head :])
        buffer.clear()
        self.head = 0
        if not 200 <= self.status < 300:
            raise LoadError(f"status {self.status}: {body[:600]!r}")
        return body

    def read_head(self, head: bytes) -> None:
        lines = head.lower().split(b"\r\n")
        self.status = int(lines[0].split(None, 2)[1])
        fields = dict(line.split(b":", 1) for line in lines[1:])
        self.length = int(fields.get(b"content-length", 0))
        self.chunked = b"chunked" in fields.get(b"transfer-encoding", b"")
        self.must_close = b"close" in fields.get(b"connection", b"")


def chunks(buffer: bytearray, place: int) -> Iterator[bytes]:
    while True:
        end = buffer.index(b"\r\n", place)
        size = int(buffer[place:end].split(b";")[0], 16)
        if not size:
            return
        yield bytes(buffer[end + 2 : end + 2 + size])
        place = end + 4 + size


def cycle(messages: Iterable[bytes], count: int, check: Callable[[bytes], bool] = bool) -> Iterator[Flow]:
    """`count` single requests, the messages in turn."""
    return (one(message, check) for message in itertools.islice(itertools.cycle(messages), count))
