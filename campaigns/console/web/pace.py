"""How often a program may ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of ``limit`` requests a minute; ``wait_s``: until one is there again, 0 when one is."""

    limit: int
    left: int
    wait_s: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers writes them."""
        told = {"RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(self.left)}
        told["RateLimit-Reset"] = str(self.wait_s or 60)
        return told


class Pace:
    """A bucket of requests for each key, which fills evenly. Thread-safe; of one process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[int, tuple[float, float]] = {}  # key → tokens, when

    def take(self, key: int, per_minute: int) -> tuple[bool, Allowance]:
        """Whether one more request of ``key`` may be answered, and what is left."""
        with self._lock:
            now = self._now()
            tokens, then = self._buckets.get(key, (float(per_minute), now))
            tokens = min(float(per_minute), tokens + (now - then) * per_minute / 60)
            good = tokens >= 1
            tokens -= good
            self._buckets[key] = (tokens, now)
        wait = 0 if tokens >= 1 else max(1, round((1 - tokens) * 60 / per_minute))
        return good, Allowance(per_minute, int(tokens), wait)
