"""What a request may cost: fixed bounds, an estimate before it runs, and a leaky bucket for each client."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from graphql import GraphQLError

Held = TypeVar("Held")


@dataclass(frozen=True)
class Limits:
    """Points: one is about a millisecond of the server's. A new text or shape is paid for, since it is compiled."""

    tokens: int = 1000
    depth: int = 12
    fields: int = 1000  # after fragments are expanded
    nodes: int = 50_000  # rows estimated before running
    page: int = 100
    groups: int = 1000
    count: int = 10_000  # totalCount goes no further than one more
    keys: int = 3  # of orderBy
    terms: int = 100  # of all filters together
    filter_depth: int = 8
    values: int = 1000  # of one `in`
    scan: int = 500  # rows that a count or a total is taken for in the estimate
    capacity: int = 10_000  # points a client may owe
    leak: int = 1_000  # points a second that are forgiven
    refund: int = 20_000  # bytes of an answer that stand for a point, of those that were charged for its rows
    parse: int = 50
    compile: int = 100
    execute: int = 20  # each root field that Strawberry executes


def refusal(code: str, message: str, node: Any = None, **more: Any) -> GraphQLError:
    return GraphQLError(message, node, extensions={"code": code, **more})


def too_complex(message: str, node: Any = None) -> GraphQLError:
    return refusal("TOO_COMPLEX", message, node)


def bad_input(message: str, node: Any = None) -> GraphQLError:
    return refusal("BAD_INPUT", message, node)


class Recent(Generic[Held]):
    """A cache bounded by the sum of its weights: the least recently used goes first."""

    def __init__(self, size: int) -> None:
        self.size, self.weight = size, 0
        self.items: OrderedDict[Hashable, tuple[Held, int]] = OrderedDict()

    def get(self, key: Hashable) -> Held | None:
        if key not in self.items:
            return None
        self.items.move_to_end(key)
        return self.items[key][0]

    def put(self, key: Hashable, value: Held, weight: int = 1) -> None:
        self.weight += weight - self.items.pop(key, (None, 0))[1]
        self.items[key] = value, weight
        while self.weight > self.size and len(self.items) > 1:
            self.weight -= self.items.popitem(last=False)[1][1]


class Buckets:
    """What each (company, client) owes; in this process, so several processes together forgive more."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits, self.clock = limits, clock
        self.owed: Recent[tuple[float, float]] = Recent(10_000)  # points, and when they were owed

    def owes(self, client: Hashable) -> float:
        points, at = self.owed.get(client) or (0.0, 0.0)
        return max(points - (self.clock() - at) * self.limits.leak, 0.0)

    def charge(self, client: Hashable, points: int) -> None:
        owed = self.owes(client) + points
        if owed > self.limits.capacity:
            wait = (owed - self.limits.capacity) / self.limits.leak
            raise refusal("RATE_LIMITED", "Too much asked for in a short time.", retryAfter=round(wait, 1))
        self.owed.put(client, (owed, self.clock()))


@dataclass
class Bill:
    """What one request costs its client, as `extensions.cost` shows it."""

    buckets: Buckets
    client: Hashable
    requested: int = 0
    refunded: int = 0

    def charge(self, points: int) -> None:
        self.requested += points
        self.buckets.charge(self.client, points)

    def settle(self, charged: int, size: int) -> None:
        """Gives back what the rows were charged beyond what an answer of `size` bytes costs: an estimate takes every
        list to be as long as it may be."""
        back = max(charged - size // self.buckets.limits.refund, 0)
        self.refunded += back
        self.buckets.charge(self.client, -back)

    def shown(self) -> dict[str, int]:
        limits = self.buckets.limits
        available = int(limits.capacity - self.buckets.owes(self.client))
        cost = {"requested": self.requested, "actual": self.requested - self.refunded, "available": available}
        return cost | {"capacity": limits.capacity, "restoreRate": limits.leak}
