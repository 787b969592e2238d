"""What the catalogue says of a command."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from domain.tx import Tx


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind`: a request may be refused for what the company's data say; a fact has happened and is recorded.

    `together`: how many calls may share a transaction; 1 for commands that take long lists. `hot`: used so often that
    each company keeps its own plan of its statements.
    """

    command: type
    handler: Callable[[Tx], Awaitable[None]]
    kind: Literal["request", "fact"]
    permission: str
    together: int = 50
    hot: bool = False
    name: str = field(default="", kw_only=True)


@cache
def entries() -> dict[str, Entry]:
    from domain.catalogue import CATALOGUE  # the catalogue imports the handlers, which import this

    return CATALOGUE


def find(name: str) -> Entry | None:
    return entries().get(name)
