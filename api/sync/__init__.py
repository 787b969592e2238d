"""The door of devices that work without a network: push, pull, snapshots, live updates. Wire format: README.md."""

from starlette.routing import Route

from api.sync.push import push

routes = [
    Route("/sync/push", push, methods=["POST"]),
]
