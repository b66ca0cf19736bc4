"""The port of a WebSocket as a media stream needs it, and Starlette's behind it."""

from __future__ import annotations

from typing import Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect


class Socket(Protocol):
    """An open WebSocket. One task receives, one sends; either may close it."""

    async def receive(self) -> str | bytes | None:
        """The next message; None once the other side is gone."""
        ...

    async def send(self, text: str) -> None:
        """Hand ``text`` to the network; waits while it is slow. Raises ConnectionError once it is closed."""
        ...

    async def close(self, code: int) -> None:
        """Close it with a status of RFC 6455; harmless when it is closed already."""
        ...


class StarletteSocket:
    """A WebSocket that was accepted."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._closed = False

    async def receive(self) -> str | bytes | None:
        if self._closed:
            return None
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            self._closed = True
            return None
        text: str | None = message.get("text")
        data: bytes | None = message.get("bytes")
        return text if text is not None else data

    async def send(self, text: str) -> None:
        if self._closed:
            raise ConnectionError("the WebSocket is closed")
        try:
            await self._websocket.send({"type": "websocket.send", "text": text})
        except (WebSocketDisconnect, RuntimeError) as error:  # RuntimeError: closed in between
            self._closed = True
            raise ConnectionError("the WebSocket is closed") from error

    async def close(self, code: int) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            await self._websocket.close(code)
        except (WebSocketDisconnect, RuntimeError):
            return  # the other side was quicker
