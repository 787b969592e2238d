"""Every kind of job there is, and what a job is while it runs. A line in JOBS is what makes a kind do something."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, LiteralString
from uuid import UUID

from domain.errors import Refused
from tenants.access import Caller, caller_of
from tenants.keys import MasterKey
from tenants.registry import Company
from tenants.transaction import write_transaction

PAUSE = 0.25  # seconds between two writes of progress
LOOK = 1.0  # seconds at most until a wish is seen, where there is no progress to write
RENEW = 60.0  # seconds until rights that were taken away end a job
SYSTEM = UUID(int=0)  # who acts where nobody does

TELL: LiteralString = "update job set done = $3, total = $4 where id = $1 and claim = $2 returning wanted"


class Stopped(Exception):
    """The run is to end here and keep its place: it leaves by itself, or tidies up and raises it on."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why  # pause, cancel; shutdown: of this process, or for a while; lost: another attempt has taken over


@dataclass(slots=True)
class Pulse:
    """What the heart knows of a job at work; shared between the threads of the two."""

    breathed: float
    advanced: bool = False  # got further than ever before
    lost: bool = False
    shutdown: bool = False
    suspect: bool = False  # it may die but once more, and has the process to itself
    clear: Callable[[], Awaitable[None]] | None = None  # lets others in again


class Job:
    """What a run gets. `caller`: its actor with the rights of now, as they are looked up every minute."""

    def __init__(
        self,
        company: Company,
        id: UUID,
        kind: "Kind",
        claim: UUID,
        row: Mapping[str, Any],
        pulse: Pulse,
        master: MasterKey,
    ) -> None:
        self.master = master  # for what the instance signs
        self.company, self.id, self.kind, self.claim, self.pulse = company, id, kind, claim, pulse
        self.body: Mapping[str, Any] = row["body"]
        self.actor_id: UUID = row["actor_id"]
        self.scope = None if row["scope"] is None else frozenset[str](row["scope"])
        self.done: int = row["done"]
        self.total: int | None = row["total"]
        self.best = self.done
        self.told = self.done, self.total
        self.wrote = 0.0
        self.renewed = 0.0
        self.caller = Caller(company, self.actor_id, frozenset())

    async def look_up(self) -> None:
        """Refuses: forbidden, where the actor may no longer do this."""
        permission = self.kind.permission
        if self.actor_id == SYSTEM:
            caller = Caller(self.company, SYSTEM, frozenset({permission}))
        else:
            caller = await caller_of(self.company, self.actor_id, self.scope)
        if caller is None or permission not in caller.permissions:
            raise Refused("forbidden", permission=permission)
        self.caller, self.renewed = caller, time.monotonic()

    def tell(self, done: int, total: int | None = None) -> None:
        """How far it is, for those who look. Written at the next breath."""
        self.done, self.total = done, self.total if total is None else total

    async def breathe(self) -> None:
        """Once a chunk: says that it lives, writes what was told, hears what is wanted. Raises Stopped."""
        now = time.monotonic()
        self.pulse.breathed = now
        if self.pulse.lost or self.pulse.shutdown:
            raise Stopped("lost" if self.pulse.lost else "shutdown")
        if now - self.wrote < (PAUSE if (self.done, self.total) != self.told else LOOK):
            return
        self.wrote, self.told = now, (self.done, self.total)
        async with write_transaction(self.company) as door:
            row: Any = await door.raw.fetchrow(TELL, self.id, self.claim, self.done, self.total)
        if row is None:
            raise Stopped("lost")
        if row["wanted"]:
            raise Stopped(row["wanted"])
        if self.done > self.best:
            self.best, self.pulse.advanced, self.pulse.suspect = self.done, True, False
            if self.pulse.clear:
                await self.pulse.clear()
        if now - self.renewed > RENEW:
            await self.look_up()


Run = Callable[[Job], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`run`: "module:function", imported when one is first run, so that a process holds only what it needs. It may be
    begun again after a kill at any point, and finds out from its own records what is done. What it returns is kept as
    the job's result; `file_id` there gives the job a download.

    `permission`: what its actor must still hold. `pausable`: it can be stopped, and goes on where it was.
    """

    run: Run | str
    permission: str
    pausable: bool = False

    @property
    def function(self) -> Run:
        if not isinstance(self.run, str):
            return self.run
        module, _, name = self.run.partition(":")
        return getattr(import_module(module), name)


JOBS: dict[str, Kind] = {
    "export": Kind("workers.exports.run:run", "export.run"),
    "import_read": Kind("workers.imports.jobs:read", "import.run"),
    "import_check": Kind("workers.imports.jobs:check", "import.run"),
    "import_run": Kind("workers.imports.jobs:run_import", "import.run", pausable=True),
    "import_undo": Kind("workers.imports.undo:undo", "import.run"),
    "reconcile": Kind("workers.checking:run", "reconcile.run"),
    "event": Kind("workers.actors:answer_event", "job.manage"),  # one that was in quarantine, tried again
}
