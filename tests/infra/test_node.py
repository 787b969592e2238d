"""Node and npm come from .venv, whatever the machine has."""

import json
import subprocess
import sys
from pathlib import Path


def test_node_and_npm_are_those_of_the_virtual_environment_down_to_npm_scripts(tmp_path: Path) -> None:
    script = "node -p process.execPath && npm --version && npx --version"
    (tmp_path / "package.json").write_text(json.dumps({"scripts": {"where": script}}))
    for name in ("node", "npm"):  # a machine's, which would answer nothing
        (tmp_path / name).write_text("#!/bin/sh\nexit 9\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "infra.launch.node", "npm", "run", "--silent", "where"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    node, npm, npx = done.stdout.split()
    assert Path(node).is_relative_to(Path(sys.prefix).resolve())
    assert npm == npx
