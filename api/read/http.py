"""GraphQL over HTTP: POST (and GET for queries) of JSON, answered in the media type the client accepts.

Follows the GraphQL over HTTP draft (https://graphql.github.io/graphql-over-http/draft/): a request that could not
start is 400 in the new media type, while the old one answers 200 to whatever is well-formed.
"""

import math
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.read.declare import Caller
from api.read.engine import Reader, Rows

NEW, OLD = "application/graphql-response+json", "application/json"
BODY = 100_000


def accepted(header: str | None) -> str | None:
    """The media type to answer in: clients that name none, or say */*, get the old one."""
    if not header:
        return OLD
    weights: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        weights[name] = float(quality) if quality.isascii() and quality.replace(".", "", 1).isdigit() else 0
    anything = max(weights.get("application/*", 0), weights.get("*/*", 0))
    offers = {kind: weights.get(kind, anything) for kind in (OLD, NEW)}
    best = max(offers, key=lambda kind: (offers[kind], kind in weights, kind == OLD))
    return best if offers[best] > 0 else None


class Unreadable(Exception):
    def __init__(self, message: str, status: int = 400) -> None:
        self.message, self.status = message, status


async def body_of(request: Request) -> bytes:
    """At most so much, whatever the headers promise: nothing is parsed of a body that is longer."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            raise Unreadable(f"a request has at most {BODY} bytes", 413)
    return bytes(body)


async def parameters(request: Request) -> dict[str, Any]:
    """`query`, `variables`, `operationName` and `extensions`, each of its type."""
    try:
        if request.method == "GET":
            found: Any = dict(request.query_params)
            found |= {name: orjson.loads(found[name]) for name in {"variables", "extensions"} & found.keys()}
        else:
            name, _, rest = request.headers.get("content-type", "").lower().partition(";")
            charset = rest.partition("charset=")[2].partition(";")[0].strip(' "')
            if name.strip() != OLD or charset not in ("", "utf-8"):
                raise Unreadable("send application/json in UTF-8", 415)
            found = orjson.loads(await body_of(request))  # refuses more than 1,024 levels
    except orjson.JSONDecodeError:
        raise Unreadable("the body, or variables or extensions of a GET, is not JSON") from None
    if not isinstance(found, dict) or not isinstance(found.get("query"), str):
        raise Unreadable("a JSON object with the text `query` is expected")
    expected = {"variables": dict, "operationName": str, "extensions": dict}
    for name, type_ in expected.items():
        if not isinstance(found.get(name), type_ | None):
            raise Unreadable(f"`{name}` is not {'a text' if type_ is str else 'an object'}")
    return found


def problem(message: str, status: int, kind: str = OLD, **headers: str) -> Response:
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]})
    return Response(body, status, headers, media_type=f"{kind}; charset=utf-8")


def endpoint(
    reader: Reader,
    caller_of: Callable[[Request], Awaitable[Caller]],
    rows_of: Callable[[Request, Caller], Rows],
    context_of: Callable[[Request, Caller], Any] = lambda request, caller: None,
) -> Callable[[Request], Awaitable[Response]]:
    """`caller_of` refuses who is not signed in by raising Starlette's HTTPException, before the body is read."""

    async def handle(request: Request) -> Response:
        kind = accepted(request.headers.get("accept"))
        if kind is None:
            return problem(f"answers are {NEW} or {OLD}", 406)
        if request.method not in ("GET", "POST"):
            return problem("POST or GET", 405, kind, allow="GET, POST")
        caller = await caller_of(request)
        try:
            asked = await parameters(request)
        except Unreadable as error:
            return problem(error.message, error.status, kind)
        answer = await reader.answer(
            asked["query"],
            rows_of(request, caller),
            caller,
            asked.get("variables"),
            asked.get("operationName"),
            context_of(request, caller),
            only_query=request.method == "GET",
        )
        headers = {405: {"allow": "POST"}, 429: {"retry-after": str(math.ceil(answer.wait))}}.get(answer.status)
        status = 200 if answer.status == 400 and kind == OLD else answer.status
        return Response(answer.body, status, headers, media_type=f"{kind}; charset=utf-8")

    return handle
