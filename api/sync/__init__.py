"""The door of devices that work without a network: push, pull, snapshots, live updates. Wire format: README.md."""

from starlette.routing import Route

from api.sync import events, pull, push, snapshot

routes = [
    Route("/sync/push", push.push, methods=["POST"]),
    Route("/sync/pull", pull.pull, methods=["POST"]),
    Route("/sync/snapshot", snapshot.manifest, methods=["GET"]),
    Route("/sync/snapshot/{part}/{bucket}/{chunk:int}", snapshot.chunk, methods=["GET"]),
    Route("/sync/events", events.events, methods=["GET"]),
]
