"""How far a process is on its way out."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(slots=True)
class Lifetime:
    """``leaving``: no new work is taken, and whoever keeps watch is told. ``closing``: connections end.

    ``hurried``: what still goes on is not waited for. Each is set once, by whoever runs the server.
    """

    leaving: bool = False
    closing: bool = False
    hurried: bool = False


LIFETIME: ContextVar[Lifetime] = ContextVar("lifetime")
"""Of the process that answers this request."""


class KnowsLifetime:
    """Lets whatever answers a request know of it, however deep."""

    def __init__(self, app: ASGIApp, lifetime: Lifetime) -> None:
        self._app = app
        self._lifetime = lifetime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        LIFETIME.set(self._lifetime)
        await self._app(scope, receive, send)
