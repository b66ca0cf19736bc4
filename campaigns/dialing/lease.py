"""Leave to dial, which a worker has only while its beats come through."""

from __future__ import annotations

import time
from collections.abc import Callable

FENCE_S = 6.0


def uptime() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Lease:
    """Leave to dial: for ``fence_s`` from when the last beat that was written was sent; None: without end."""

    def __init__(self, fence_s: float | None = FENCE_S, now: Callable[[], float] = uptime) -> None:
        self._fence_s = fence_s
        self._now = now
        self._until = now() + (fence_s or 0.0)
        self.ended = False

    def renew(self, sent_at: float) -> None:
        """A beat sent at ``sent_at`` has been written."""
        if self._fence_s is not None:
            self._until = max(self._until, sent_at + self._fence_s)

    def end(self) -> None:
        """The ledger says that this worker is no more: nothing renews the lease."""
        self.ended = True

    @property
    def holds(self) -> bool:
        return not self.ended and (self._fence_s is None or self._now() < self._until)
