"""What a request to the authorization server says, and the rows that it names."""

import base64
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, unquote

import orjson
from joserfc.util import urlsafe_b64decode
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.auth import Site
from api.credentials import Loaded, Registered
from api.grants import Answer, assertion_id
from tenants import sessions
from tenants.clients import APP, find_client, the_app
from tenants.transaction import control_transaction

LARGEST = 16 * 1024  # bytes of a form
PARAMETERS = 50
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

Parameters = Sequence[tuple[str, str]]


class Refusal(Exception):
    """A request that is refused before the grants see it."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.answer = Answer(status, {"error": error, "error_description": description}, {})


async def read_form(request: Request) -> Parameters:
    """Parameters without a value count as absent (OAuth 2.1, 3.2)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refusal("invalid_request", "The body must be application/x-www-form-urlencoded.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise Refusal("invalid_request", f"The body is larger than {LARGEST} bytes.", 413)
    try:
        form = parse_qsl(body.decode(), max_num_fields=PARAMETERS)
    except ValueError:
        raise Refusal("invalid_request", "The body is not a form.") from None
    if len({name for name, _ in form}) < len(form):
        raise Refusal("invalid_request", "A parameter is given more than once.")
    if not all(is_plain(value) for _, value in form):
        raise Refusal("invalid_request", "A parameter has characters that no parameter has.")
    return form


def fits(query: str) -> bool:
    return len(query) <= LARGEST and query.count("&") < PARAMETERS


def is_plain(value: str) -> bool:
    return "\0" not in value and value.isprintable()


def device_of(request: Request) -> str:
    agent = request.headers.get("user-agent", "")
    return "".join(char for char in agent if char.isprintable())[:200]


async def load(site: Site, parameters: Mapping[str, str], authorization: str | None) -> Loaded:
    """The client that the request names, and the key to sign with."""
    await site.signing.renew()
    loaded = Loaded(site.settings.public_url, site.signing.current)
    client_id, spent = client_named(parameters, authorization)
    if client_id == APP:
        loaded.client = Registered(the_app(site.settings.public_url))
    elif client_id:
        async with control_transaction(site.database) as door:
            row = await find_client(door.raw, client_id)
            loaded.assertion_spent = bool(spent) and await sessions.is_spent(door.raw, spent)
        loaded.client = Registered(row) if row else None
    return loaded


def client_named(parameters: Mapping[str, str], authorization: str | None) -> tuple[str | None, str]:
    """Who a request says it is from, not yet proved, and the id of the assertion by which it wants to prove it."""
    if sum((authorization is not None, "client_secret" in parameters, "client_assertion" in parameters)) > 1:
        raise Refusal("invalid_request", "More than one way of client authentication.")
    client_id, spent = parameters.get("client_id"), ""
    try:
        if authorization is not None:
            scheme, _, text = authorization.partition(" ")
            if scheme.lower() != "basic":
                raise ValueError
            client_id = unquote(base64.b64decode(text, validate=True).decode().partition(":")[0], errors="strict")
        elif assertion := parameters.get("client_assertion"):
            claims = orjson.loads(urlsafe_b64decode(assertion.split(".")[1].encode("ascii")))
            client_id = str(claims["sub"])
            spent = assertion_id(client_id, claims.get("jti"))
    except (ValueError, IndexError, KeyError, TypeError):
        raise Refusal("invalid_client", "Client authentication failed.", 401 if authorization else 400) from None
    if client_id and not client_id.isprintable():
        raise Refusal("invalid_client", "Client authentication failed.", 401 if authorization else 400)
    return client_id, spent


def answer_with_body(answer: Answer) -> Response:
    headers = {**answer.headers, **NO_STORE}
    headers.pop("Content-Type", None)
    return JSONResponse(answer.body, answer.status, headers)
