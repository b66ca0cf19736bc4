"""A door in another program's web server: requests come in on its loop, and are answered on the line's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeVar

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

T = TypeVar("T")

LEAVE_S: Final = 5.0
"""Requests that do not end when the door closes are cut after so many seconds."""

_TRY_AGAIN_LATER: Final = 1013
_RESTART: Final = 1012


@dataclass(slots=True)
class _Inside:
    """Where requests are answered."""

    app: ASGIApp
    loop: asyncio.AbstractEventLoop
    visits: set[asyncio.Task[None]] = field(default_factory=set)


class SharedDoor:
    """A ``Door``, and the ASGI application to mount where requests come in.

    The two may be on loops of different threads, so that neither holds up the other: what a visitor sends and
    is sent is handed over, message by message. While the door is closed, everybody is asked to come again.
    """

    def __init__(self) -> None:
        self._inside: _Inside | None = None

    async def open(self, app: ASGIApp) -> None:
        if self._inside is None:
            self._inside = _Inside(app, asyncio.get_running_loop())

    async def close(self) -> None:
        inside, self._inside = self._inside, None
        if inside is not None and inside.visits:
            _, late = await asyncio.wait(inside.visits, timeout=LEAVE_S)
            for visit in late:
                visit.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inside = self._inside
        if inside is None:
            await _closed(scope, receive, send)
            return
        outside = asyncio.get_running_loop()

        async def far_receive() -> Message:
            return await _on(outside, receive)

        async def far_send(message: Message) -> None:
            await _on(outside, lambda: send(message))

        # A mount takes its prefix off the path; the carrier's application knows its whole paths.
        whole = {**scope, "root_path": scope.get("app_root_path", ""), "state": dict(scope.get("state", {}))}
        served = await _on(inside.loop, lambda: _visit(inside, whole, far_receive, far_send))
        if not served and scope["type"] == "websocket":
            with suppress(RuntimeError):  # it is closed already
                await send({"type": "websocket.close", "code": _RESTART, "reason": ""})


async def _visit(inside: _Inside, scope: Scope, receive: Receive, send: Send) -> bool:
    """Whether it came to its end, and was not cut off as the door closed."""
    task = asyncio.ensure_future(_serve(inside.app, scope, receive, send))
    inside.visits.add(task)
    task.add_done_callback(inside.visits.discard)
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        raise
    if task.cancelled():
        return False
    task.result()
    return True


async def _serve(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _on(loop: asyncio.AbstractEventLoop, work: Callable[[], Awaitable[T]]) -> T:
    """What ``work`` comes to on ``loop``. Raises what it raises; cancelled, it is cancelled there."""

    async def there() -> T:
        return await work()

    if loop is asyncio.get_running_loop():
        return await there()
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(there(), loop))


async def _closed(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()  # websocket.connect
        await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER, "reason": ""})
        return
    answer = PlainTextResponse("the line is not open", status_code=503, headers={"Retry-After": "5"})
    await answer(scope, receive, send)
