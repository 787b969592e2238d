"""Where this installation's database is, for whoever is not a child of `huotong up`."""

from dataclasses import dataclass, field

from infra.launch import postgres
from infra.launch.binaries import PostgresError
from tenants.settings import Settings


@dataclass(frozen=True, slots=True)
class Addresses:
    app: str = field(repr=False)  # the login of API and workers: owns nothing
    owner: str = field(repr=False)  # owns all schemas: provisioning, migrations, erasing


def addresses(settings: Settings) -> Addresses:
    """Of the running embedded server, or of HUOTONG_DATABASE_URL with HUOTONG_OWNER_URL beside it."""
    if not settings.embedded:
        return Addresses(settings.database_url, settings.owner_url or settings.database_url)
    server = postgres.running(settings.data)
    if server is None:
        raise PostgresError("PostgreSQL is not running: make up, or huotong db start")
    return Addresses(server.app_url, server.owner_url)
