"""Wakes the one task that waits on it: an event with a time-out, cheaper than asyncio's parts.

On every call one task waits for sound fifty times a second.
"""

from __future__ import annotations

import asyncio

from telephony.errors import LineError


class Bell:
    """``ring`` wakes the task in ``wait``, if there is one; that task looks first what is new."""

    def __init__(self) -> None:
        self._waiter: asyncio.Future[None] | None = None

    def ring(self) -> None:
        _settle(self._waiter)

    async def wait(self, timeout_s: float | None) -> None:
        """Until it rings, or ``timeout_s`` has passed. Raises LineError when another task waits."""
        if self._waiter is not None:
            raise LineError("another task waits already: one task at a time may receive")
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = None if timeout_s is None else loop.call_later(timeout_s, _settle, self._waiter)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()


def _settle(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
