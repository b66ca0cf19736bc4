"""Time as this room sees it: an injected clock, so that a simulated line runs in virtual or real time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from. Both the system's clock and a virtual one serve."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None: ...
