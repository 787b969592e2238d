"""A browser for the browser tests: Debian's Chromium if it is there or can be installed, else Playwright's own.

`python -m infra.launch.browser` prints the path of a system Chromium, or nothing where Playwright has to use its own,
which is then installed. What it does on the way goes to standard error.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra.launch import node

NAMES = ("chromium", "chromium-browser", "/usr/bin/chromium", "/usr/bin/chromium-browser")
PWA = Path(__file__).resolve().parents[2] / "pwa"


def installed() -> str | None:
    """A Chromium that starts: on Ubuntu the package is an empty shell that wants snap."""
    for name in NAMES:
        if (path := shutil.which(name)) and _runs([path, "--version"], seconds=30):
            return path
    return None


def install() -> str | None:
    """Debian's package if we are root and have apt, else Playwright's download (None: it knows where it is)."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing chromium with apt-get", file=sys.stderr)
        packages = ["chromium", "fonts-noto-cjk"]  # without it every Chinese character is a box
        command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
        if _runs(["apt-get", "update"]) and _runs(command) and (path := installed()):
            return path
    print("installing Playwright's own Chromium", file=sys.stderr)
    command = [str(node.programs() / "npx"), "--no-install", "playwright", "install", "chromium"]
    if not _runs(command, cwd=PWA, env=node.environment()):
        sys.exit("No browser for the browser tests: install the package chromium (or run this once as root).")
    return None


def _runs(command: list[str], seconds: float = 900, **options) -> bool:
    environment = options.pop("env", os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        output = {"stdin": subprocess.DEVNULL, "stdout": sys.stderr}
        return subprocess.run(command, timeout=seconds, env=environment, **output, **options).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    print(installed() or install() or "")
