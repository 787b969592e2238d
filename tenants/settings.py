"""Settings of one process, read once from the environment."""

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Pools:
    """Connections of one process. The sum over all processes stays below max_connections - 10.

    `share` is how many write connections one company may use: a backend keeps about 1 MB for each company it ever
    touched, so a company is served by few of them, and by two where there are many companies (`Database.fit`).
    """

    write: int = 8
    share: int = 4
    read: int = 6
    control: int = 3
    lifetime: float = 1800.0  # seconds; a backend's memory for companies is given back only by its end

    @property
    def total(self) -> int:
        return self.write + self.read + self.control + 1  # one more for document numbers


@dataclass(frozen=True)
class Settings:
    data: Path
    database_url: str  # as huotong_app; empty: the embedded server's, which a launcher fills in
    owner_url: str  # as huotong_owner, for provisioning and migrations
    embedded: bool
    broker_url: str  # empty: in PostgreSQL
    keys: str  # file:PATH
    host: str
    port: int
    public_url: str
    demo: bool
    shared: Path
    pools: Pools = field(default_factory=Pools)

    @classmethod
    def from_environment(cls) -> "Settings":
        def get(name: str, default: str) -> str:
            return os.environ.get(f"HUOTONG_{name}") or default

        data = Path(get("DATA", "var")).resolve()
        host, port, database_url = get("HOST", "127.0.0.1"), int(get("PORT", "8000")), get("DATABASE_URL", "")
        embedded = get("EMBEDDED", "0" if database_url else "1") == "1"
        may_demo = embedded and host in ("127.0.0.1", "localhost", "::1")
        return cls(
            data=data,
            database_url=database_url,
            owner_url=get("OWNER_URL", ""),
            embedded=embedded,
            broker_url=get("BROKER_URL", ""),
            keys=get("KEYS", f"file:{data / 'master.key'}"),
            host=host,
            port=port,
            public_url=get("PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
            demo=may_demo and get("DEMO", "1") == "1",
            shared=Path(get("SHARED", "../shared")).resolve(),
        )
