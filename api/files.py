"""Files out: photos of documents. Never from a cache, and nothing in them is ever run."""

from typing import Any, LiteralString
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth import authenticate
from tenants.transaction import read_transaction

PHOTO: LiteralString = """select a.media_type, a.image from attachment a left join location l on l.id = a.location_id
 where a.id = $1 and ($2::uuid[] is null or l.warehouse_id = any($2))"""


async def photo(request: Request) -> Response:
    """To whoever may see stock there. A program of a partner may not; what is not the caller's is not there."""
    caller = await authenticate(request)
    if "stock.read" not in caller.permissions or caller.party_id is not None:
        raise HTTPException(403)
    id: UUID = request.path_params["id"]
    warehouses = None if caller.warehouses is None else list(caller.warehouses)
    async with read_transaction(caller.company) as door:
        row: Any = await door.raw.fetchrow(PHOTO, id, warehouses)
    if row is None:
        raise HTTPException(404)
    image = caller.company.keys.decrypt("attachment", "image", id, row["image"])
    kind = row["media_type"].removeprefix("image/")
    return Response(
        image,
        media_type=row["media_type"],
        headers={
            "cache-control": "private, no-store",
            "content-disposition": f'inline; filename="{id}.{kind}"',
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
        },
    )


routes = [Route("/downloads/photos/{id:uuid}", photo)]
