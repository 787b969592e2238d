"""Keeps what this process works on claimed, and looks whether there is work that nobody was told of.

It beats on a loop and a connection of its own: a job that computes for long does not stop it. A job that has not
breathed for half an hour is taken for dead, and its claim runs out.
"""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import psutil

from tenants.transaction import Database
from workers import queue
from workers.jobs import Pulse

log = logging.getLogger(__name__)

LASTS = timedelta(seconds=20)  # a claim; it is extended four times in that
BREATHLESS = 1800.0


class Heart:
    """`wake` sends a token to the broker: there is work. `threads`: how many jobs this process works on at a time."""

    def __init__(self, database: Database, wake: Callable[[], Any], threads: int, lasts: timedelta = LASTS) -> None:
        self.database, self.wake, self.threads, self.lasts = database, wake, threads, lasts
        self.here = here()
        self.name = f"{self.here} {os.getpid()} {psutil.Process().create_time()}"
        self.pulses: dict[UUID, Pulse] = {}  # by claim
        self.stopping = False

    def add(self, claim: UUID) -> Pulse:
        self.pulses[claim] = pulse = Pulse(time.monotonic(), shutdown=self.stopping)
        return pulse

    def drop(self, claim: UUID) -> None:
        self.pulses.pop(claim, None)

    async def run(self) -> None:
        """Until cancelled. What was missed while the database was away is made up for."""
        looked = False
        while True:
            try:
                if not looked:
                    await queue.free(self.database, self.here, is_dead)
                    looked = True
                await self.beat()
                if len(self.pulses) < self.threads and await queue.waits(self.database):
                    await asyncio.to_thread(self.wake)
            except Exception:
                log.warning("the heart missed a beat", exc_info=True)
            await asyncio.sleep(self.lasts.total_seconds() / 4)

    async def beat(self) -> None:
        """A suspect may wait long until it is alone."""
        alive = {claim: pulse for claim, pulse in list(self.pulses.items()) if breathes(pulse)}
        if not alive:
            return
        advanced = [claim for claim, pulse in alive.items() if pulse.advanced]
        ours = await queue.beat(self.database, list(alive), advanced, self.lasts)
        for claim in advanced:
            alive[claim].advanced = False
        for claim in alive.keys() - ours:
            alive[claim].lost = True

    def stop(self) -> None:
        """What is at work is to end at its next breath."""
        self.stopping = True
        for pulse in list(self.pulses.values()):
            pulse.shutdown = True

    def step_aside(self) -> None:
        """What is at work is to give itself back, for a suspect that is to be alone."""
        for pulse in list(self.pulses.values()):
            pulse.shutdown = pulse.shutdown or not pulse.suspect

    async def let_go(self) -> None:
        """This process is about to end: what is still at work is for others, and has not died of itself."""
        for claim in list(self.pulses):
            await queue.give_back(self.database, claim)


def breathes(pulse: Pulse) -> bool:
    return pulse.suspect or time.monotonic() - pulse.breathed < BREATHLESS


def here() -> str:
    """This machine, as far as its processes' numbers mean the same."""
    numbers = ""
    with suppress(OSError):
        numbers = os.readlink("/proc/self/ns/pid")
    return f"{socket.gethostname()} {numbers}"


def is_dead(name: str) -> bool:
    """A process that is named so; the moment it began tells it from one with the same number."""
    *_, number, created = name.split(" ")
    try:
        return str(psutil.Process(int(number)).create_time()) != created
    except psutil.Error:
        return True
