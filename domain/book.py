"""Loaded documents with their lines, as they stand after what was decided so far in this transaction."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from domain.errors import Refused
from domain.tx import Sheet, Tx


class Identified(Protocol):
    @property
    def id(self) -> UUID: ...


D = TypeVar("D", bound=Identified)  # a frozen dataclass with `lines`, a mapping by id
L = TypeVar("L", bound=Identified)


class Book(Generic[D, L]):
    """A document and each of its lines are kept apart, since only what changed is written.

    `owner`: the document of a line. `field`: what a command calls the document by, for the refusal.
    """

    def __init__(
        self, tx: Tx, field: str, documents: Iterable[D], lines: Iterable[L], owner: Callable[[L], UUID]
    ) -> None:  # fmt: skip
        self.field = field
        self.documents: Sheet[UUID, D] = tx.sheet({one.id: one for one in documents})
        self.lines: Sheet[UUID, L] = tx.sheet({line.id: line for line in lines})
        self.of: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for line in self.lines.loaded.values():
            self.of[owner(line)].append(line.id)

    def document(self, id: UUID) -> D:
        """Refuses: not_found."""
        found: Any = self.documents.get(id)
        if found is None:
            raise Refused("not_found", self.field, id=id)
        return replace(found, lines={line: self.lines[line] for line in self.of[id]})

    def put(self, document: Any) -> None:
        for line in document.lines.values():
            self.lines.put(line.id, line)
        self.documents.put(document.id, replace(document, lines={}))
