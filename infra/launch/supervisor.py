"""Keeps programs running: starts them, restarts what falls, stops all in order."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

TICK = 0.2
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # between restarts, doubled each time
STEADY = 60.0  # a program that ran so long is well: its next fall begins with the first pause again
GRACE = 10.0  # between being asked to end and being ended

Say = Callable[[str], None]


class AlreadyRunning(RuntimeError):
    """Another supervisor holds this data folder; the message is what it has written about itself."""


@dataclass
class Program:
    """A child process in a group of its own, so that Ctrl-C reaches us alone and its children end with it.

    With `tries` it is to end by itself, and is started again only so often where it fails.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    tries: int | None = None
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0
    started: float = 0.0
    due: float = 0.0
    over: bool = False

    def start(self) -> None:
        environment = {**os.environ, **self.environment}
        self.process = subprocess.Popen(self.command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
        self.started = time.monotonic()

    def tend(self, say: Say) -> bool:
        """Restart it if it has fallen and its pause is over; whether there is a new process."""
        now = time.monotonic()
        if self.over:
            return False
        if self.process is not None:
            if self.process.poll() is None:
                return False
            _kill_group(self.process.pid)
            if self.tries is not None and self.ended(self.process.returncode, say):
                self.process, self.over = None, True
                return False
            self.falls = 1 if now - self.started > STEADY else self.falls + 1
            pause = min(FIRST_PAUSE * 2 ** (self.falls - 1), LONGEST_PAUSE)
            say(f"{self.name} ended ({_status(self.process.returncode)}); again in {pause:g} s")
            self.process, self.due = None, now + pause
        if now < self.due:
            return False
        self.start()
        return True

    def ended(self, status: int, say: Say) -> bool:
        """Whether that was its last try."""
        if status and self.falls + 1 == self.tries:
            say(f"{self.name} ended ({_status(status)}) and is left alone")
        return not status or self.falls + 1 == self.tries

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        _kill_group(self.process.pid)
        self.process.wait()
        self.process = None


class Supervisor:
    """`with Supervisor(data, title) as supervisor`: one at a time for each data folder.

    What it starts is written down beside its lock, so that the next one can end what a killed one left behind.
    """

    def __init__(self, data: Path, title: str, say: Say = print) -> None:
        self.title, self.say = title, say
        self.path = data / "up.json"
        self.programs: list[Program] = []
        self.also: Callable[[], None] = lambda: None  # what else to look after at every tick
        self.stopping = False

    def __enter__(self) -> "Supervisor":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        left = _read(self._lock)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise AlreadyRunning(f"{left.get('title', 'Huotong')} is already running (pid {left.get('pid')})") from None
        for pid, created in left.get("programs", []):
            _end_leftover(pid, created, self.say)
        self._write()
        self._before = {
            each: signal.signal(each, self._ask_to_stop) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            os.close(self._lock)
            for each, handler in self._before.items():
                signal.signal(each, handler)

    def add(self, program: Program) -> None:
        program.start()
        self.programs.append(program)
        self._write()

    def wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Tend the programs until the condition holds; False if time is up or we are to stop."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return True
            if self._stopping_after_a_tick():
                return False
            self.tend()
        return False

    def run(self) -> None:
        """Until a signal."""
        while not self._stopping_after_a_tick():
            self.tend()

    def tend(self) -> None:
        self.also()
        new = [program.name for program in self.programs if program.tend(self.say)]
        if new:
            self._write()

    def stop(self) -> None:
        """The programs, in the order they were started in."""
        for program in self.programs:
            program.stop()
        self.programs.clear()
        self._write()

    def _ask_to_stop(self, *_: object) -> None:
        """No threading.Event: a signal that comes while its lock is held would wait for itself for ever."""
        self.stopping = True

    def _stopping_after_a_tick(self) -> bool:
        if not self.stopping:
            time.sleep(TICK)
        return self.stopping

    def _write(self) -> None:
        running = [program.process.pid for program in self.programs if program.process]
        programs = [(pid, created) for pid in running if (created := _created(pid))]
        text = json.dumps({"title": self.title, "pid": os.getpid(), "programs": programs}).encode()
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, text, 0)


def _read(descriptor: int) -> dict:
    try:
        return json.loads(os.pread(descriptor, 100_000, 0))
    except ValueError:  # new, or cut off while it was written
        return {}


def _created(pid: int) -> float | None:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).create_time()
    return None


def _end_leftover(pid: int, created: float, say: Say) -> None:
    """A program of a supervisor that was killed; the moment it began tells it from one with the same pid."""
    if _created(pid) != created:
        return
    say(f"ending pid {pid}, left by a start that was killed")
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        process.terminate()
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(GRACE)
    _kill_group(pid)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _status(code: int) -> str:
    return f"status {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
