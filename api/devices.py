"""The devices that people are signed in on: their list, and the end of one.

Everybody sees and ends their own. Who may decide on waiting calls also sees the company's, with what waits on each,
and ends those that are lost.
"""

from typing import Any
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.auth import authenticate, site_of
from tenants import sessions
from tenants.access import Caller

EVERYBODY = "waiting.decide"


async def listed(request: Request) -> Response:
    """`?all=1`: the whole company's."""
    caller = await authenticate(request)
    everybody = request.query_params.get("all") == "1"
    if everybody and EVERYBODY not in caller.permissions:
        raise HTTPException(403)
    of = None if everybody else caller.actor_id
    found = await sessions.devices(site_of(request).database, of, caller.company.id)
    return JSONResponse({"devices": [shown(row, caller) for row in found]})


def shown(row: dict[str, Any], caller: Caller) -> dict[str, Any]:
    moments = {name: row[at] and row[at].isoformat() for name, at in MOMENTS.items()}
    return {
        "id": str(row["id"]), "person": row["name"], "own": row["account_id"] == caller.actor_id,
        "device": row["device"], **moments, "unsent": row["unsent"],
        "current": caller.token is not None and caller.token.session_id == row["id"],
    }  # fmt: skip


MOMENTS = {"signedInAt": "signed_in_at", "refreshedAt": "rotated_at", "seenAt": "seen_at"}


async def revoke(request: Request) -> Response:
    """The device signs out and deletes what it holds as soon as it hears of it, after handing over what waits on it."""
    caller = await authenticate(request)
    of = None if EVERYBODY in caller.permissions else caller.actor_id
    try:
        id = UUID(request.path_params["id"])
    except ValueError:
        raise HTTPException(404) from None
    if not await sessions.lose(site_of(request).database, id, caller.company.id, of):
        raise HTTPException(404)
    return JSONResponse({"id": str(id)})


routes = [
    Route("/oauth/devices", listed),
    Route("/oauth/devices/{id}/revoke", revoke, methods=["POST"]),
]
