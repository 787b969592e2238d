"""Makes .venv and puts uv into it, with nothing but Python's standard library.

pip is not asked for: Debian's Python comes without ensurepip. The wheel is the one in uv.lock, checked by its hash.
"""

import hashlib
import io
import os
import platform
import subprocess
import sys
import tomllib
import urllib.request
import venv
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
WHEELS = {  # (system, machine, libc) → how the wheel's file name ends
    ("Linux", "x86_64", "glibc"): "manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    ("Linux", "x86_64", ""): "musllinux_1_1_x86_64.whl",
    ("Linux", "aarch64", "glibc"): "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
    ("Linux", "aarch64", ""): "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
    ("Darwin", "x86_64", ""): "macosx_10_12_x86_64.whl",
    ("Darwin", "arm64", ""): "macosx_11_0_arm64.whl",
}


def main() -> None:
    if not works(VENV / "bin" / "python"):
        venv.create(VENV, clear=True, symlinks=True)
    lock = tomllib.loads((CHECKOUT / "uv.lock").read_text())
    uv = next(package for package in lock["package"] if package["name"] == "uv")
    if version(VENV / "bin" / "uv") != uv["version"]:
        install(uv)


def works(python: Path) -> bool:
    """A virtual environment ends with the Python it was made from."""
    try:
        return subprocess.run([python, "-c", "import encodings"], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def version(uv: Path) -> str:
    try:
        return subprocess.run([uv, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return ""


def install(uv: dict) -> None:
    machine = (platform.system(), platform.machine(), platform.libc_ver()[0])
    ending = WHEELS.get(machine)
    wheel = next((wheel for wheel in uv["wheels"] if ending and wheel["url"].endswith(ending)), None)
    if wheel is None:
        sys.exit(f"no uv for {' '.join(machine)}: install uv {uv['version']} as .venv/bin/uv by hand")
    print(f"uv {uv['version']} from {wheel['url']}", file=sys.stderr)
    with urllib.request.urlopen(wheel["url"], timeout=120) as response:
        content = response.read()
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != wheel["hash"]:
        sys.exit("the downloaded uv is not the one in uv.lock")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        program = archive.read(f"uv-{uv['version']}.data/scripts/uv")
    draft = VENV / "bin" / f"uv.{os.getpid()}"
    draft.write_bytes(program)
    draft.chmod(0o755)
    draft.rename(VENV / "bin" / "uv")


if __name__ == "__main__":
    main()
