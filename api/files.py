"""Files in and out: uploads, what jobs made, photos of documents. Never cached, and nothing in them is ever run."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from urllib.parse import quote
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from api.auth import authenticate
from domain.files import StoredFile, file_of, forget_file, read_file, write_file
from domain.ids import new_id
from tenants.access import Caller
from tenants.transaction import read_transaction

LARGEST = 50 * 1024 * 1024  # bytes of an upload
KEPT = timedelta(days=90)  # uploads, so that an import can still be looked into
LONGEST_NAME = 200
is_media_type = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}", re.ASCII).fullmatch
PHOTO: LiteralString = """select a.media_type, a.image from attachment a left join location l on l.id = a.location_id
 where a.id = $1 and ($2::uuid[] is null or l.warehouse_id = any($2))"""
HEADERS = {
    "cache-control": "private, no-store",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
}


class TooLarge(Exception):
    """The body is longer than is taken, whatever it said of itself."""


# --- in ---


async def upload(request: Request) -> Response:
    """The body as it stands becomes a file that its sender may name in commands."""
    caller = await authenticate(request)
    if "import.run" not in caller.permissions:
        raise HTTPException(403, "forbidden")
    name = plain_name(request.query_params.get("name", ""))
    if not name:
        raise HTTPException(400, "name_missing")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > LARGEST:
        raise HTTPException(413, "file_too_large")
    id, kind = new_id(), request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        size = await write_file(
            caller.company,
            id=id,
            name=name,
            media_type=kind if is_media_type(kind) else "application/octet-stream",
            purpose="upload",
            permission="",
            actor_id=caller.actor_id,
            chunks=limited(request.stream()),
            expires_at=datetime.now(UTC) + KEPT,
        )
    except TooLarge:
        await forget_file(caller.company, id)
        raise HTTPException(413, "file_too_large") from None
    return JSONResponse({"id": str(id), "name": name, "size": size}, 201)


def plain_name(text: str) -> str:
    """The last step of a path, of whatever system, without what no name has."""
    last = re.split(r"[/\\]", text)[-1]
    return "".join(char for char in last if char.isprintable()).strip()[:LONGEST_NAME]


async def limited(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > LARGEST:
            raise TooLarge
        yield chunk


# --- out ---


async def download(request: Request) -> Response:
    """To its maker, and to whoever holds the permission that it names."""
    caller = await authenticate(request)
    file = await file_of(caller.company, request.path_params["id"])
    if file is None or expired(file) or not may_fetch(caller, file):
        raise HTTPException(404)
    name = f"attachment; filename=\"{file.id}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {**HEADERS, "content-disposition": name, "content-length": str(file.size)}
    return StreamingResponse(read_file(caller.company, file.id), media_type=file.media_type, headers=headers)


def may_fetch(caller: Caller, file: StoredFile) -> bool:
    """What was made for the whole company is not for a member who is bound to a part of it."""
    if file.actor_id == caller.actor_id:
        return not file.permission or file.permission in caller.permissions
    bound = caller.party_id is not None or caller.warehouses is not None
    return not bound and file.permission in caller.permissions


def expired(file: StoredFile) -> bool:
    return file.expires_at is not None and file.expires_at < datetime.now(UTC)


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
    headers = {**HEADERS, "content-disposition": f'inline; filename="{id}.{kind}"'}
    return Response(image, media_type=row["media_type"], headers=headers)


routes = [
    Route("/uploads", upload, methods=["POST"]),
    Route("/downloads/{id:uuid}", download, methods=["GET"]),
    Route("/downloads/photos/{id:uuid}", photo),
]
