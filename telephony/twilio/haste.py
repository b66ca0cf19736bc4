"""HTTP for those who come to the point: a request whose head does not come in time costs its connection.

Twilio's come within milliseconds. Who sends a byte a minute on thousands of connections would hold them all.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S: Final = 10.0
"""Seconds for the whole head of a request, from the opening of its connection or its first byte."""


class HastyProtocol(H11Protocol):
    """uvicorn's own, with a limit of time. Kept-alive connections that are idle, uvicorn closes."""

    head_s: float = HEAD_S
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._hurry()

    def data_received(self, data: bytes) -> None:
        if self._awaits_head:
            self._hurry()
        super().data_received(data)
        if not self._awaits_head:
            self._relax()

    def connection_lost(self, exc: Exception | None) -> None:
        self._relax()
        super().connection_lost(exc)

    @property
    def _awaits_head(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _hurry(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_s, self._give_up)

    def _relax(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.transport.get_protocol() is self:  # a WebSocket has another by now
            self.transport.close()
