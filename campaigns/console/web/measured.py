"""The metrics page, whom it is shown to, and the count of requests."""

from __future__ import annotations

import time
from hmac import compare_digest
from ipaddress import ip_address
from typing import Final

from anyio.to_thread import run_sync
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaigns.console.access.viewer import bearer
from campaigns.console.services import Services
from campaigns.metrics.metrics import Metrics

ROUTE: Final = "xiaorong.route"
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")


async def show_metrics(request: Request) -> Response:
    """In the format that the scraper asks for."""
    services: Services = request.app.state.services
    if not _may_see(request, services):
        return PlainTextResponse("not found", status_code=404)
    encode, kind = choose_encoder(request.headers.get("accept", ""))
    text: bytes = await run_sync(encode, services.metrics.registry)  # the store is counted
    return Response(text, headers={"Content-Type": kind})


def _may_see(request: Request, services: Services) -> bool:
    """With a token, whoever has it; else only who is on this machine, and not whom a proxy lets through."""
    token = services.settings.metrics_token
    if token is not None:
        given = bearer(request) or ""
        return compare_digest(given.encode(), token.get_secret_value().encode())
    if any(name in request.headers for name in FORWARDED) or request.client is None:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class Measured:
    """Times each request until the head of its answer. What no route knows counts as one."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route, seconds = scope.get(ROUTE, "none"), time.perf_counter() - begun
                self._metrics.answered(scope["method"], route, message["status"], seconds)
            await send(message)

        await self._app(scope, receive, noted)


class Named:
    """An endpoint that tells whose request this is: the template of its address."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[ROUTE] = self._path
        await self._app(scope, receive, send)
