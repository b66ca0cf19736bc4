"""Pacing: how fast calls start, as token buckets on the injected clock."""

from __future__ import annotations

from datetime import datetime

from campaigns.clock import Clock


class TokenBucket:
    """At most ``rate`` starts a second on average, ``burst`` at once. First come, first served."""

    def __init__(self, clock: Clock, rate: float, burst: int = 1) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError("a rate is above 0 and a burst at least 1")
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._filled_at: datetime = clock.now()

    def room(self, within_s: float) -> int:
        """How many more could start within so many seconds."""
        self._fill()
        return max(0, int(self._tokens + within_s * self._rate))

    async def take(self) -> None:
        """Wait for a token. Must be called from work that holds a mark of the clock."""
        self._fill()
        # Going below zero reserves a place in the line without a queue of waiters.
        self._tokens -= 1
        if self._tokens < 0:
            await self._clock.sleep(-self._tokens / self._rate)

    def _fill(self) -> None:
        now = self._clock.now()
        elapsed = max(0.0, (now - self._filled_at).total_seconds())
        self._tokens = min(self._burst, self._tokens + elapsed * self._rate)
        self._filled_at = now
