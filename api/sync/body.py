"""Bodies of the sync door: JSON in camelCase, of a bounded length, checked before anything is done."""

from collections.abc import Awaitable, Callable
from functools import cache, wraps
from typing import Any, TypeVar

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]
WIRE = ConfigDict(alias_generator=to_camel, extra="ignore")  # a newer app may say more
adapter = cache(TypeAdapter)


class Unusable(Exception):
    """The request as a whole: nothing of it was done."""

    def __init__(self, status: int, error: str, **more: Any) -> None:
        super().__init__(error)
        self.response = JSONResponse({"error": error, **more}, status)


def answering(endpoint: Endpoint) -> Endpoint:
    @wraps(endpoint)
    async def handle(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Unusable as unusable:
            return unusable.response

    return handle


async def read_json(request: Request, type_: type[T], at_most: int) -> T:
    """Raises Unusable: 413 too_large, 400 malformed with the field and the reason."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > at_most:
            raise Unusable(413, "too_large", limit=at_most)
    try:
        return checked(orjson.loads(body), type_)
    except orjson.JSONDecodeError:
        raise Unusable(400, "malformed", field=None, reason="json") from None
    except Malformed as wrong:
        raise Unusable(400, "malformed", field=wrong.field, reason=wrong.reason) from None


class Malformed(ValueError):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


def checked(value: Any, type_: type[T]) -> T:
    """Raises Malformed, with the first field that is wrong."""
    try:
        return adapter(type_).validate_python(value)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        raise Malformed(".".join(map(str, first["loc"])), first["type"]) from None
