"""Runs what is compared in turn, and accounts for the CPU that each spends."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

REPEATS = 5


@dataclass
class Sample:
    """One run of one contestant: `count` units of work, CPU in seconds."""

    count: int = 0
    seconds: float = 0.0
    latencies: Sequence[float] = field(default_factory=list)
    server_cpu: float = 0.0
    postgres_cpu: float = 0.0

    @property
    def rate(self) -> float:
        return self.count / self.seconds


Contestant = Callable[[], Sample]


@contextmanager
def sample(postgres: int, server: int | None = None) -> Iterator[Sample]:
    """Times the block, unless it sets `seconds` itself; the block sets `count`."""
    taken = Sample()
    before = cpu(server), cpu(postgres)
    start = time.perf_counter()
    yield taken
    taken.seconds = taken.seconds or time.perf_counter() - start
    taken.server_cpu, taken.postgres_cpu = cpu(server) - before[0], cpu(postgres) - before[1]


def cpu(pid: int | None) -> float:
    """CPU seconds of a process and all its descendants, those that have ended and were waited for included."""
    if pid is None:
        return 0.0
    root = psutil.Process(pid)
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def in_turn(contestants: Mapping[str, Contestant], repeats: int = REPEATS) -> dict[str, Sample]:
    """Each contestant once a round, so that a slow moment of the machine hits all; of each the median run."""
    runs: dict[str, list[Sample]] = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, run in contestants.items():
            runs[name].append(run())
    return {name: sorted(taken, key=lambda run: run.rate)[len(taken) // 2] for name, taken in runs.items()}


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def line(bench: str, ours: Sample, **more: Any) -> dict[str, Any]:
    """What `make bench` prints for a rate; figures that are None are left out."""
    made: dict[str, Any] = {"bench": bench, "value": ours.rate, "unit": "per s"}
    if ours.latencies:
        made["p50_ms"] = percentile(ours.latencies, 0.5) * 1000
        made["p95_ms"] = percentile(ours.latencies, 0.95) * 1000
    if ours.server_cpu:
        made["cpu_ms"] = ours.server_cpu * 1000 / ours.count
    made["postgres_cpu_ms"] = ours.postgres_cpu * 1000 / ours.count
    return {name: rounded(value) for name, value in (made | more).items() if value is not None}


def rounded(value: Any) -> Any:
    """Four digits: no run is exacter than that."""
    return float(f"{value:.4g}") if isinstance(value, float) else value


def ratio(ours: Sample, other: Sample | None) -> float | None:
    return None if other is None else ours.rate / other.rate


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
