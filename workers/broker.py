"""The dramatiq broker: messages that hand events of the outbox to actors, and tokens that say that there is a job. The
outbox and the queue of jobs are the truth, not the broker."""

from collections.abc import Callable
from typing import Any

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
CONNECTIONS = 5  # of one process: two consumers and their notifier, and for sending and acknowledging
EVENTS, JOBS = "events", "jobs"
BEAT, DEAD, LOOK = 5.0, 20.0, 10.0  # seconds: a process says it lives, is taken for dead, and others look for such


def install(owner_url: str) -> None:
    """The broker's tables, once; the app's login may use them, and owns nothing of them."""
    with psycopg.connect(owner_url) as connection:
        init(connection.cursor(), SCHEMA)
        where, whom = sql.Identifier(SCHEMA), sql.Identifier(APP_ROLE)
        connection.execute(sql.SQL("grant usage on schema {} to {}").format(where, whom))
        grant = "grant select, insert, update, delete on all tables in schema {} to {}"
        connection.execute(sql.SQL(grant).format(where, whom))


def make_broker(url: str) -> dramatiq.Broker:
    """Also dramatiq's global broker, which actors are declared on. `amqp://…` is RabbitMQ: a message counts as sent
    once the server has confirmed it."""
    retries = Retries(max_retries=TRIES, max_backoff=LONGEST_PAUSE)
    middleware: list[Any] = [AgeLimit(), Callbacks(), Pipelines(), retries, ShutdownNotifications(), AsyncIO()]
    if url.startswith(("amqp://", "amqps://")):
        from dramatiq.brokers.rabbitmq import RabbitmqBroker  # for large sites alone

        broker = RabbitmqBroker(url=url, confirm_delivery=True, middleware=middleware)
    else:
        few = url if "?" in url else f"{url}?maxconn={CONNECTIONS}"
        broker = PostgresBroker(
            url=few,
            results=False,
            schema=SCHEMA,
            middleware=middleware,
            heartbeat_interval=BEAT,
            heartbeat_ttl=DEAD,
            maintenance_interval=LOOK,
        )
    dramatiq.set_broker(broker)
    return broker


def waker(broker: dramatiq.Broker) -> Callable[[], Any]:
    """Sends a token to the actor of jobs, which may be in another process."""
    broker.declare_queue(JOBS)
    return lambda: broker.enqueue(dramatiq.Message(queue_name=JOBS, actor_name="job", args=(), kwargs={}, options={}))
