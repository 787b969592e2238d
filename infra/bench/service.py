"""Servers under measurement: started on a free port, their output in a log, ended with all they started."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

START_SECONDS, STOP_SECONDS = 120.0, 10.0


class ServiceError(RuntimeError):
    """It did not start; the message says where its log is."""


@dataclass(frozen=True, slots=True)
class Service:
    pid: int
    port: int


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def service(
    command: Sequence[str | Path], port: int, log: Path, environment: Mapping[str, str] = {}, cwd: Path | None = None
) -> Iterator[Service]:
    """Runs while the block does; entered once it takes connections."""
    with process(command, log, environment, cwd) as running:
        wait_for(running, port, log)
        yield Service(running.pid, port)


@contextlib.contextmanager
def process(
    command: Sequence[str | Path], log: Path, environment: Mapping[str, str] = {}, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs while the block does."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        running = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches us alone, and a signal to its group reaches its children
        )
    try:
        yield running
    finally:
        running.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    state = "did not start in time" if process.poll() is None else f"ended with status {process.returncode}"
    raise ServiceError(f"{Path(str(process.args[0])).name} {state}: {log}")  # pyright: ignore[reportIndexIssue]
