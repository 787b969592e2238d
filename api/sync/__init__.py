"""The door of devices that work without a network: push, pull, snapshots, live updates. Wire format: README.md."""

from starlette.routing import Route

from api.sync.events import events
from api.sync.pull import pull
from api.sync.push import push
from api.sync.snapshot import chunk, manifest

routes = [
    Route("/sync/push", push, methods=["POST"]),
    Route("/sync/pull", pull, methods=["POST"]),
    Route("/sync/snapshot", manifest, methods=["GET"]),
    Route("/sync/snapshot/{part}/{bucket}/{chunk:int}", chunk, methods=["GET"]),
    Route("/sync/events", events, methods=["GET"]),
]
