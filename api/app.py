"""The ASGI app: routes, headers, start and stop."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import devices, files, oauth, sync
from api.auth import Callers, Unauthorized, authenticate, refresh, unauthorized
from api.mutations import Context, Door
from api.read.engine import Rows
from api.read.http import endpoint
from api.read.limits import Limits, refusal
from api.schema import make_model
from api.sync.events import Live
from api.sync.pinyin import readings
from api.sync.snapshot import Snapshots
from api.sync.statements import Statements
from domain.catalogue import HOT_SHAPES
from tenants.access import Caller
from tenants.keys import KeyFault, MasterKey, open_master
from tenants.registry import Registry, instance_keys
from tenants.settings import Settings
from tenants.signing import SigningKeys
from tenants.transaction import Database, control_transaction, read_transaction

PWA = Path(__file__).parent.parent / "pwa" / "dist"
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; worker-src 'self'; "
    "connect-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types huotong"
)
GRAPHIQL = POLICY.replace("trusted-types huotong", "trusted-types huotong default dompurify")  # its editor writes HTML
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
OURS = {  # first steps of paths that are no page of the app
    ".well-known", "assets", "downloads", "graphql", "healthz", "metrics", "oauth", "readyz", "sync", "uploads",
    "webhooks",
}  # fmt: skip
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Huotong:
    """What the app keeps while it runs, as `app.state.huotong`."""

    settings: Settings
    database: Database
    master: MasterKey
    registry: Registry
    signing: SigningKeys
    callers: Callers
    door: Door
    statements: Statements
    snapshots: Snapshots
    live: Live


async def open_huotong(settings: Settings, limits: Limits) -> Huotong:
    database = Database(settings.database_url, settings.pools)
    async with control_transaction(database) as door:
        master = await open_master(settings.keys, door.raw)
        companies = await door.raw.fetchval("select count(*) from company")
    database.fit(int(companies or 0), HOT_SHAPES)
    registry = Registry(database, master)
    signing = await SigningKeys.open(database, master)
    secret = (await instance_keys(database, master)).digest("cursor", b"")
    callers = Callers(registry, signing, settings.public_url)
    model = make_model()
    statements = Statements(model)
    return Huotong(
        settings, database, master, registry, signing, callers, Door(model, limits, secret), statements,
        Snapshots(statements), Live(settings.database_url),
    )  # fmt: skip


class Headers:
    """The headers of every answer that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in RAW_HEADERS if name not in given),
                ]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


RAW_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


# --- what goes wrong ---


def is_page(request: Request) -> bool:
    """Somebody looks at it in a browser, on a path of the app."""
    first = request.url.path.split("/")[1]
    return "text/html" in request.headers.get("accept", "") and first not in OURS


async def failed(request: Request, error: Exception) -> Response:
    """The status and nothing else: in words for people, as JSON for programs."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if is_page(request):
        return PlainTextResponse(error.detail, error.status_code, headers)
    return JSONResponse({"error": error.detail}, error.status_code, headers)


async def broken(request: Request, error: Exception) -> Response:
    """Answered outside of every middleware, and raised again for the server's log."""
    return await failed(request, HTTPException(500, headers=HEADERS))


# --- GraphQL ---


def rows_of(_: Request, caller: Any) -> Rows:
    return lambda: read_transaction(caller.company)


def context_of(request: Request, caller: Any) -> Context:
    async def renewed(caller: Caller) -> Caller:
        try:
            return await refresh(request, caller)
        except Unauthorized as ended:
            raise refusal("UNAUTHENTICATED", str(ended)) from None

    return Context(caller, renewed)


async def graphql(request: Request) -> Response:
    site: Huotong = request.app.state.huotong
    page = PWA / "graphiql.html"
    looking = request.method == "GET" and not request.query_params and "text/html" in request.headers.get("accept", "")
    if looking and site.settings.demo and page.is_file():
        return FileResponse(page, headers={"cache-control": "no-cache", "content-security-policy": GRAPHIQL})
    return await endpoint(site.door, authenticate, rows_of, context_of)(request)


# --- is it well? ---


async def healthz(_: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """Database and keys are there: requests can be served."""
    site: Huotong = request.app.state.huotong
    try:
        async with control_transaction(site.database) as door:
            await door.raw.fetchval("select 1 from company limit 1")
            await open_master(site.settings.keys, door.raw)
    except (OSError, KeyFault, asyncpg.PostgresError, asyncpg.InterfaceError):
        log.exception("not ready")
        return JSONResponse({"ready": False}, 503)
    return JSONResponse({"ready": True})


# --- the app in the browser ---


async def app_shell(request: Request) -> Response:
    """The PWA; what is no file of it is one of its own routes."""
    path = request.path_params.get("path", "")
    if (file := file_of(path)) is not None:
        return FileResponse(file, headers={"cache-control": "no-cache"})
    if path and not is_page(request):
        raise HTTPException(404)
    shell = PWA / "index.html"
    if not shell.is_file():
        return PlainTextResponse("The app is not built: run make up.", 503)
    return FileResponse(shell, headers={"cache-control": "no-cache"})


def file_of(path: str) -> Path | None:
    """Pages have addresses of their own."""
    try:
        asked = (PWA / path).resolve()
        return asked if asked.is_relative_to(PWA) and asked.is_file() and asked.suffix != ".html" else None
    except (OSError, ValueError):  # too long, or a NUL in it
        return None


class Assets(StaticFiles):
    """Files with a hash in their name never change."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        response = super().file_response(*args, **options)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def make_app(settings: Settings | None = None, limits: Limits | None = None) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.huotong = await open_huotong(settings or Settings.from_environment(), limits or Limits())
        asyncio.get_running_loop().run_in_executor(None, readings)
        yield
        await app.state.huotong.live.close()
        await app.state.huotong.database.close()

    routes = [
        Route("/graphql", graphql, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        *oauth.routes,
        *files.routes,
        *devices.routes,
        *sync.routes,
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Mount("/assets", Assets(directory=PWA / "assets", check_dir=False)),
        Route("/", app_shell),
        Route("/{path:path}", app_shell),
    ]
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[Middleware(Headers)],
        exception_handlers={Unauthorized: unauthorized, HTTPException: failed, Exception: broken},
    )


app = make_app()
