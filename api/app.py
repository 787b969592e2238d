"""The ASGI app: routes, headers, start and stop."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import oauth
from api.auth import Callers, Unauthorized, authenticate, refresh, unauthorized
from api.mutations import Context, Door
from api.read.engine import Rows
from api.read.http import endpoint
from api.read.limits import Limits
from api.schema import make_model
from domain.catalogue import HOT_SHAPES
from tenants.keys import MasterKey, open_master
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
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@dataclass(frozen=True)
class Huotong:
    """What the app keeps while it runs, as `app.state.huotong`."""

    settings: Settings
    database: Database
    master: MasterKey
    registry: Registry
    signing: SigningKeys
    callers: Callers
    graphql: Callable[[Request], Awaitable[Response]]


async def open_huotong(settings: Settings) -> Huotong:
    database = Database(settings.database_url, settings.pools)
    async with control_transaction(database) as door:
        master = await open_master(settings.keys, door.raw)
        companies = await door.raw.fetchval("select count(*) from company")
    database.tag_for(int(companies or 0), HOT_SHAPES)
    registry = Registry(database, master)
    signing = await SigningKeys.open(database, master)
    secret = (await instance_keys(database, master)).digest("cursor", b"")
    callers, door = Callers(registry, signing, settings.public_url), Door(make_model(), Limits(), secret)
    graphql = endpoint(door, authenticate, rows_of, context_of)
    return Huotong(settings, database, master, registry, signing, callers, graphql)


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


def rows_of(_: Request, caller: Any) -> Rows:
    return lambda: read_transaction(caller.company)


def context_of(request: Request, caller: Any) -> Context:
    return Context(caller, lambda caller: refresh(request, caller))


async def graphql(request: Request) -> Response:
    site: Huotong = request.app.state.huotong
    return await site.graphql(request)


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
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return JSONResponse({"ready": False, "database": str(error)}, 503)
    return JSONResponse({"ready": True})


async def app_shell(request: Request) -> Response:
    """The PWA; what is no file of it is one of its own routes."""
    asked = (PWA / request.path_params.get("path", "")).resolve()
    if asked.is_file() and asked.is_relative_to(PWA):
        return FileResponse(asked, headers={"cache-control": "no-cache"})
    shell = PWA / "index.html"
    if not shell.is_file():
        return PlainTextResponse("The app is not built: run make up.", 503)
    return FileResponse(shell, headers={"cache-control": "no-cache"})


class Assets(StaticFiles):
    """Files with a hash in their name never change."""

    def file_response(self, *args, **options) -> Response:
        response = super().file_response(*args, **options)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def make_app(settings: Settings | None = None) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.huotong = await open_huotong(settings or Settings.from_environment())
        yield
        await app.state.huotong.database.close()

    routes = [
        Route("/graphql", graphql, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        *oauth.routes,
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
        exception_handlers={Unauthorized: unauthorized},
    )


app = make_app()
