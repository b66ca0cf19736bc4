"""A circuit breaker: a server that failed again and again is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

FAILURES = 3
"""So many failures in a row open the circuit."""

REST_S = 10.0
"""How long it stays open before one request tries again."""


class CircuitBreaker:
    """Safe with threads. ``clock`` counts seconds."""

    def __init__(
        self,
        failures: int = FAILURES,
        rest_s: float = REST_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._rest_s, self._clock = failures, rest_s, clock
        self._lock = Lock()
        self._failures = 0
        self._tries_at: float | None = None  # when the next request may try; None: all may

    @property
    def open(self) -> bool:
        """Whether the server is being left alone, or being tried."""
        return self._tries_at is not None

    def admits(self) -> bool:
        """Whether a request may be made now. After the rest one may, to try, and no other till it is known.

        Whoever is admitted tells what came of it with `succeeded` or `failed`.
        """
        with self._lock:
            if self._tries_at is None:
                return True
            if self._clock() < self._tries_at:
                return False
            self._tries_at = self._clock() + self._rest_s
            return True

    def succeeded(self) -> bool:
        """The server answered; whether this closes the circuit."""
        with self._lock:
            was_open, self._tries_at = self.open, None
            self._failures = 0
            return was_open

    def failed(self) -> bool:
        """The server did not answer; whether this opens the circuit."""
        with self._lock:
            self._failures += 1
            if self._failures < self._most:
                return False
            opens = not self.open
            self._tries_at = self._clock() + self._rest_s
            return opens
