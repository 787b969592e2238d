"""All processes of an installation together leave the server room for others."""

from infra.launch.postgres import OPTIONS
from tenants.settings import Pools
from workers.__main__ import ANSWERING, BEATING, WATCHING, WORKING
from workers.broker import CONNECTIONS

LISTENING = 1  # of the API and of the watch, for the doorbell
KEPT_FREE = 10


def test_the_connections_of_all_processes_stay_below_what_the_server_takes() -> None:
    api = Pools().total + LISTENING
    events = WATCHING.total + ANSWERING.total + LISTENING + CONNECTIONS
    jobs = WORKING.total + BEATING.total + CONNECTIONS
    assert (api, events, jobs) == (19, 17, 17), "README has the table"
    assert api + events + jobs <= int(OPTIONS["max_connections"]) - KEPT_FREE
