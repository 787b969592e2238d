"""The dramatiq broker: messages that hand events of the outbox to actors. The outbox is the truth, not the queue."""

import dramatiq
import psycopg
from dramatiq.middleware import AgeLimit, Callbacks, Pipelines, Retries, ShutdownNotifications
from dramatiq.middleware.asyncio import AsyncIO
from dramatiq_postgres import PostgresBroker
from dramatiq_postgres.schema import init
from psycopg import sql

from tenants.provision import APP_ROLE

SCHEMA = "dramatiq"
TRIES, LONGEST_PAUSE = 15, 3_600_000  # some nine hours, for an outage to end or a bug to be mended
CONNECTIONS = 8


def install(owner_url: str) -> None:
    """The broker's tables, once; the app's login may use them, and owns nothing of them."""
    with psycopg.connect(owner_url) as connection:
        init(connection.cursor(), SCHEMA)
        where, whom = sql.Identifier(SCHEMA), sql.Identifier(APP_ROLE)
        connection.execute(sql.SQL("grant usage on schema {} to {}").format(where, whom))
        grant = "grant select, insert, update, delete on all tables in schema {} to {}"
        connection.execute(sql.SQL(grant).format(where, whom))


def make_broker(url: str) -> PostgresBroker:
    """Also dramatiq's global broker, which actors are declared on."""
    retries = Retries(max_retries=TRIES, max_backoff=LONGEST_PAUSE)
    middleware = [AgeLimit(), Callbacks(), Pipelines(), retries, ShutdownNotifications(), AsyncIO()]
    few = url if "?" in url else f"{url}?maxconn={CONNECTIONS}"
    broker = PostgresBroker(url=few, results=False, schema=SCHEMA, middleware=middleware)
    dramatiq.set_broker(broker)
    return broker
