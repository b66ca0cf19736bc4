"""The web application that Twilio's Media Streams connect to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from telephony.errors import CallEnded, ProtocolFault
from telephony.line import AudioCall
from telephony.twilio.media_stream import Limits, MediaStreamCall
from telephony.twilio.messages import MAX_MESSAGE, Start, read_opening
from telephony.twilio.playout import Pacing
from telephony.twilio.socket import Socket, StarletteSocket

_log = logging.getLogger(__name__)

Handler = Callable[[AudioCall, Start], Awaitable[None]]
"""Holds one call, and returns when it is done with it: the call is then hung up. CallEnded may leave it."""

SERVER_OPTIONS: Final[dict[str, Any]] = {
    "ws_max_size": MAX_MESSAGE,
    # Twilio offers no compression, and µ-law would gain nothing by it.
    "ws_per_message_deflate": False,
}
"""What ``uvicorn.Config`` is to be given beside the application."""

_POLICY_VIOLATION, _TRY_AGAIN_LATER = 1008, 1013  # RFC 6455 and its registry
_OPENING_S = 10.0
_OPENING_MESSAGES = 20
_STALE_S = 1.0


class MediaStreams:
    """Accepts streams and hands each, once it has begun, to the handler.

    Twilio may connect twice for one call: while the first stream lives the second is refused; a first from
    which nothing has come for a second is taken for lost, and gives way. (Sound comes in bursts: pauses of a
    quarter of a second, with nothing lost, have been seen.) At most ``max_calls`` are held at once.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        pacing: Pacing | None = None,
        limits: Limits | None = None,
        max_calls: int | None = None,
    ) -> None:
        self._handler = handler
        self._pacing = pacing
        self._limits = limits
        self._max_calls = max_calls
        self._live: dict[str, MediaStreamCall] = {}  # by call

    @property
    def calls(self) -> int:
        """Streams that are open now."""
        return len(self._live)

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve one WebSocket, to its end."""
        await websocket.accept()
        socket = StarletteSocket(websocket)
        try:
            start = await _opening(socket)
        except (ProtocolFault, TimeoutError) as error:
            _log.warning("a stream was refused: %s", error or "it did not begin in time")
            await socket.close(_POLICY_VIOLATION)
            return
        if start is None:
            return
        refused = self._refuse(start.call_sid)
        if refused is not None:
            await socket.close(refused)
            return
        await self._hold(socket, start)

    def _refuse(self, call_sid: str) -> int | None:
        """The status to refuse a stream of this call with; None lets it begin."""
        other = self._live.get(call_sid)
        if other is not None and other.cause is None:
            if other.silent_s < _STALE_S:
                _log.warning("%s: a second stream was refused", call_sid)
                return _POLICY_VIOLATION
            other.drop()
            return None
        if self._max_calls is not None and self.calls >= self._max_calls:
            _log.warning("%s: refused: %d calls are being held", call_sid, self.calls)
            return _TRY_AGAIN_LATER
        return None

    async def _hold(self, socket: Socket, start: Start) -> None:
        call = MediaStreamCall(socket, start, pacing=self._pacing, limits=self._limits)
        self._live[call.id] = call
        try:
            async with call:
                await self._handler(call, start)
        except CallEnded:
            _log.debug("%s: the far end has hung up", call.id)
        except Exception:
            _log.exception("%s: the call failed", call.id)
        finally:
            if self._live.get(call.id) is call:
                del self._live[call.id]


async def _opening(socket: Socket) -> Start | None:
    """The start of the stream; None when the other side left. Raises ProtocolFault, TimeoutError."""
    async with asyncio.timeout(_OPENING_S):
        for _ in range(_OPENING_MESSAGES):
            text = await socket.receive()
            if text is None:
                return None
            start = read_opening(text)
            if start is not None:
                return start
    raise ProtocolFault("`connected` came again and again")


def create_app(streams: MediaStreams, *, path: str = "/media") -> Starlette:
    """An application with the stream's endpoint at ``path`` and nothing else."""
    return Starlette(routes=[WebSocketRoute(path, streams.endpoint)])
