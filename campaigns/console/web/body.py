"""No request is larger than it may be, whatever it says of its length."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaigns.console.web.problem import problem


class BodyTooLarge(Exception):  # noqa: N818 - a signal to the middleware, not a fault
    """More bytes came than are taken."""


class BodyLimit:
    """Refuses with 413 what says that it is larger, and what turns out to be."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, taken, started = self._limit, 0, False
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if any(not value.isdigit() or int(value) > limit for value in lengths):
            await _refuse(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise BodyTooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except BodyTooLarge:
            if started:
                raise
            await _refuse(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    for_program = scope["path"].startswith("/api/")
    answer = problem(413, "too large") if for_program else PlainTextResponse("too large", status_code=413)
    await answer(scope, receive, send)
