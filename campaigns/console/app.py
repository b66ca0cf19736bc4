"""The web application of the console."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

from anyio.to_thread import current_default_thread_limiter, run_sync
from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute, request_response
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from campaigns.console.guard import Guarded
from campaigns.console.job import Jobs
from campaigns.console.lifetime import KnowsLifetime
from campaigns.console.page import PageRoute
from campaigns.console.registry import all_pages, job_kinds, menu
from campaigns.console.services import Services
from campaigns.console.simulator.studio import Studio
from campaigns.console.simulator.voice import VOICE_PATH, VoiceDoor
from campaigns.console.web.assets import serve_asset
from campaigns.console.web.body import BodyLimit
from campaigns.console.web.compressed import compressed
from campaigns.console.web.failures import HANDLERS, Barrier
from campaigns.console.web.headers import SecurityHeaders
from campaigns.console.web.hosts import HostCheck
from campaigns.console.web.measured import Measured, Named, show_metrics
from campaigns.errors import StoreError
from campaigns.store.freeing import freeing


class _Number(IntegerConvertor):
    """A number of an address; one with thousands of digits is none, and no address of ours."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", _Number())

OWN_ROUTES: Final = ("/static/{digest}/{name}", "/healthz", "/readyz", "/metrics")


def create_app(services: Services) -> Starlette:
    """The console over ``services``, with what else they mount beside it.

    Raises SettingsError for a page that asks for an action which permissions.yaml lacks.
    """
    studio = Studio(services.settings)
    app = Starlette(
        routes=[
            Route(OWN_ROUTES[0], serve_asset),
            Route(OWN_ROUTES[1], _alive),
            Route(OWN_ROUTES[2], _ready),
            Route(OWN_ROUTES[3], show_metrics),
            *_pages(services),
            WebSocketRoute(VOICE_PATH, VoiceDoor(services, studio)),
            *services.mounts,
        ],
        middleware=list(_middleware(services)),
        exception_handlers=HANDLERS,
        lifespan=_lifespan,
    )
    app.state.services = services
    app.state.menu = menu(services.permissions)
    app.state.studio = studio
    app.state.jobs = Jobs(services, job_kinds())
    return app


def _pages(services: Services) -> Iterator[BaseRoute]:
    for page in all_pages():
        for route in page.routes:
            yield _route(route, services)


def _route(route: PageRoute, services: Services) -> Route:
    limit = route.body_limit or services.console.body_limit
    endpoint = BodyLimit(request_response(Guarded(route, services)), limit)
    return Route(route.path, Named(endpoint, route.path), methods=list(route.methods))


def _middleware(services: Services) -> Iterator[Middleware]:
    proxies = services.console.trusted_proxies
    if proxies:
        yield Middleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies))
    yield Middleware(Measured, metrics=services.metrics)
    yield compressed()
    yield Middleware(SecurityHeaders)
    yield Middleware(HostCheck, allowed=services.console.allowed_hosts)
    yield Middleware(KnowsLifetime, lifetime=services.lifetime)
    yield Middleware(Barrier)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    jobs: Jobs = app.state.jobs
    services: Services = app.state.services
    current_default_thread_limiter().total_tokens = services.console.threads
    async with freeing(services.database):
        await run_sync(jobs.open)
        try:
            yield
        finally:
            await run_sync(jobs.close)
            await run_sync(app.state.studio.close)


async def _alive(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


async def _ready(request: Request) -> Response:
    """The database answers and is of this version, and this process is not about to leave."""
    services: Services = request.app.state.services
    if services.lifetime.leaving:
        return PlainTextResponse("leaving", status_code=503)
    try:
        await run_sync(services.database.check)
    except StoreError:
        return PlainTextResponse("not ready", status_code=503)
    return PlainTextResponse("ready")
