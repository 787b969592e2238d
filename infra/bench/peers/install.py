"""Fetches the peers into a folder of their own, once for each version of what is pinned here."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from infra.launch import node

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "tryton-requirements.txt"
PACKAGE = HERE / "postgraphile"
SECONDS = 600


class PeerError(RuntimeError):
    """A peer cannot be installed or set up; the message says why."""


def tryton(home: Path) -> Path:
    """The folder of programs of a virtual environment with Tryton in it."""
    if stale(home, REQUIREMENTS):
        ours = Path(sys.executable).with_name("uv")
        uv = ours if ours.exists() else shutil.which("uv") or "uv"
        run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, home)
        run(uv, "pip", "install", "--quiet", "--python", home / "bin" / "python", "-r", REQUIREMENTS)
        done(home, REQUIREMENTS)
    return home / "bin"


def postgraphile(home: Path) -> Path:
    """The folder that has PostGraphile in its node_modules."""
    lock = PACKAGE / "package-lock.json"
    if stale(home, lock):
        home.mkdir(parents=True, exist_ok=True)
        for file in PACKAGE.iterdir():
            shutil.copy(file, home)
        run("npm", "ci", "--silent", cwd=home)
        done(home, lock)
    for config in PACKAGE.glob("*.mjs"):
        shutil.copy(config, home)
    return home


def run(*command: str | Path, cwd: Path | None = None) -> None:
    environment = node.environment()
    try:
        program = shutil.which(command[0], path=environment["PATH"]) or command[0]
        subprocess.run(
            [program, *command[1:]],
            cwd=cwd,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.CalledProcessError as error:
        raise PeerError(f"{' '.join(map(str, command[:3]))}: {error.stderr.strip()[-500:]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerError(str(error)) from error


def stale(home: Path, pins: Path) -> bool:
    stamp = home / ".installed"
    return not stamp.exists() or stamp.read_text() != digest(pins)


def done(home: Path, pins: Path) -> None:
    (home / ".installed").write_text(digest(pins))


def digest(pins: Path) -> str:
    return hashlib.sha256(pins.read_bytes()).hexdigest()
