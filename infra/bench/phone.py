"""What the app takes on a phone: its own end-to-end test of 50,000 products and 5,000 calls, in a real browser."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from infra.bench.setting import Setting
from infra.launch import browser, node

PWA = Path(__file__).resolve().parents[2] / "pwa"
SPEC = "e2e/offline/large.spec.ts"


def pwa(setting: Setting) -> Iterator[dict[str, Any]]:
    """The lines are the test's own; it starts a server for itself. What has failed is told after what was measured."""
    if not (PWA / "dist" / "index.html").exists():
        raise RuntimeError("the app is not built: run make")
    chromium = browser.installed()
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        figures.touch()
        environment = node.environment() | {
            "HUOTONG_E2E_FIGURES": str(figures),
            "HUOTONG_DEMO_LOAD": "0",
            **({"CHROMIUM": chromium} if chromium else {}),
        }
        command = [
            node.programs() / "npx",
            "--no-install",
            "playwright",
            "test",
            "--project=phone",
            "--workers=1",
            SPEC,
        ]
        ended = subprocess.run(command, cwd=PWA, env=environment, stdout=sys.stderr, check=False)
        yield from map(orjson.loads, figures.read_text().splitlines())
    if ended.returncode:
        raise RuntimeError(f"{SPEC} ended with status {ended.returncode}")
