"""Debian's RabbitMQ as a node of the test's own: no service, no port and no file that another one has."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
INSTALL = ["apt-get", "install", "-y", "--no-install-recommends", "rabbitmq-server"]


def missing() -> str | None:
    """Why there is none, after trying to install it where that may be done."""
    if not SERVER.exists():
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            return "RabbitMQ is not installed: apt-get install rabbitmq-server"
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update"], INSTALL):
            subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)
    return None if SERVER.exists() else "RabbitMQ cannot be installed here"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Rabbit:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/%2F"
        self.environment = {
            **os.environ,
            "PATH": f"{os.environ['PATH']}:/usr/sbin:/usr/bin",  # where Debian has just put what it needs
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "out").open("ab") as out:
            self.process = subprocess.Popen(
                [str(SERVER)], env=self.environment, stdout=out, stderr=out, start_new_session=True
            )

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self.process:
            os.killpg(self.process.pid, 9)
            self.process.wait()
            self.process = None

    def end(self) -> None:
        """Also the name server that Erlang has started beside it, once that has noticed that nobody is left."""
        self.kill()
        command, deadline = ["epmd", "-kill"], time.monotonic() + 10
        while time.monotonic() < deadline:
            ended = subprocess.run(command, env=self.environment, capture_output=True, timeout=10, check=False)
            if b"Killed" in ended.stdout:
                return
            time.sleep(0.1)
