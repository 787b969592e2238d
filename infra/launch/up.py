"""`make up`: PostgreSQL, API and workers in the foreground, until Ctrl-C."""

import importlib
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import util

from rich.console import Console
from rich.table import Table

from infra.launch import postgres
from infra.launch.addresses import addresses
from infra.launch.binaries import PostgresError
from infra.launch.supervisor import AlreadyRunning, Program, Supervisor
from infra.operate.upgrade import upgrade_all
from tenants.settings import Settings
from workers import broker

READY_SECONDS = 120.0
LOADS = 5


def up(settings: Settings, console: Console, load: bool = True) -> int:
    """The exit status: 0 after a signal, 1 where it could not start. `load`: fill the demo companies."""
    try:
        with Supervisor(settings.data, f"Huotong at {settings.public_url}", say=console.print) as supervisor:
            if problem := _port_problem(settings):
                console.print(problem)
                return 1
            if not settings.embedded:
                return _run(settings, console, supervisor, load)
            database = EmbeddedDatabase(settings, console)
            supervisor.also = database.tend
            try:
                return _run(settings, console, supervisor, load)
            finally:
                supervisor.stop()  # before the database, which their last transactions still need
                postgres.stop(settings.data)
    except AlreadyRunning as already:
        console.print(f"{already}. Stop that one first, or give this one another HUOTONG_DATA and HUOTONG_PORT.")
        return 1
    except PostgresError as error:
        console.print(str(error), markup=False)
        return 1


def _run(settings: Settings, console: Console, supervisor: Supervisor, load: bool) -> int:
    owner = addresses(settings).owner
    if behind := [one for one in upgrade_all(owner) if one.error]:
        for one in behind:
            console.print(f"{one.schema} is not at the newest revision: {one.error}", markup=False)
        return 1
    broker.install(owner)
    demo = importlib.import_module("infra.demo") if settings.demo else None  # brings all of domain along
    if demo:
        demo.prepare(settings)
    for program in programs(settings):
        supervisor.add(program)
    began = time.monotonic()
    while not supervisor.wait(lambda: ready(settings), seconds=1):
        if supervisor.stopping:
            return 0
        if any(program.falls > 3 for program in supervisor.programs) or time.monotonic() > began + READY_SECONDS:
            console.print("It does not get ready; why is above.")
            return 1
    announce(settings, console)
    if demo and load and not demo.is_loaded(settings):
        supervisor.add(loading(settings))
    supervisor.run()
    console.print("Stopping …")
    return 0


@dataclass
class EmbeddedDatabase:
    """Our PostgreSQL, brought back on the same port when it falls, so that the pools of the others heal."""

    settings: Settings
    console: Console
    due: float = 0.0

    def __post_init__(self) -> None:
        self.server = postgres.start(self.settings.data)

    def tend(self) -> None:
        if time.monotonic() < self.due or postgres.alive(self.server):
            return
        self.console.print("PostgreSQL ended; starting it again")
        try:
            self.server = postgres.start(self.settings.data, port=self.server.port)
        except PostgresError as error:
            self.console.print(str(error), markup=False)
            self.due = time.monotonic() + 5


def programs(settings: Settings) -> list[Program]:
    """API and workers, with the database's address in their environment; what is not installed is not started."""
    environment = child_environment(settings)
    api = ["uvicorn", "api.app:app", f"--host={settings.host}", f"--port={settings.port}", "--no-access-log"]
    candidates = {
        "API": ("api.app", [*api, "--log-level=warning", "--timeout-graceful-shutdown=5"]),
        "worker": ("workers.__main__", ["workers"]),
        "jobs": ("workers.__main__", ["workers", "jobs"]),
    }
    return [
        Program(name, [sys.executable, "-m", *command], environment)
        for name, (module, command) in candidates.items()
        if util.find_spec(module)
    ]


def child_environment(settings: Settings) -> Mapping[str, str]:
    return {
        "HUOTONG_DATA": str(settings.data),
        "HUOTONG_DATABASE_URL": addresses(settings).app,
        "HUOTONG_EMBEDDED": "1" if settings.embedded else "0",
        "HUOTONG_DEMO": "1" if settings.demo else "0",
        "PYTHONUNBUFFERED": "1",
    }


def loading(settings: Settings) -> Program:
    """Fills the demo companies while they are already in use."""
    command = [sys.executable, "-m", "infra.cli", "demo", "load"]
    return Program("demo data", command, {"HUOTONG_DATA": str(settings.data)}, tries=LOADS)


def ready(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"http://{_reachable(settings.host)}:{settings.port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def announce(settings: Settings, console: Console) -> None:
    console.print(f"\n[bold]Huotong 货通[/bold] at [link]{settings.public_url}[/link]   (Ctrl-C stops it)\n")
    try:
        demo = json.loads((settings.data / "demo.json").read_text())
    except FileNotFoundError:
        return
    table = Table("company", "role", "e-mail", "password", title="Sign-ins of the demo companies")
    for tenant in demo["tenants"]:
        for user in tenant["users"]:
            table.add_row(tenant["name"], user["role"], user["email"], user["password"])
        table.add_section()
    console.print(table)
    console.print(f"Partner clients and the same again for scripts: {settings.data / 'demo.json'}\n", soft_wrap=True)


def _port_problem(settings: Settings) -> str | None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            why = os.strerror(error.errno or 0)
            return f"Cannot listen on {settings.host} port {settings.port}: {why}. Set HUOTONG_PORT."
    return None


def _reachable(host: str) -> str:
    """An address to call oneself at: nobody is called 0.0.0.0."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host
