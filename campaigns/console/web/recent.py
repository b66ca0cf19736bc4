"""What many viewers watch is counted once for all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Recent:
    """Values no older than a few seconds. Whoever comes while one is being made waits for it. Thread-safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._makers: dict[Hashable, threading.Lock] = {}
        self._values: dict[Hashable, tuple[float, Any]] = {}

    def forget(self, key: Hashable) -> None:
        """Have the value made anew for whoever asks next."""
        with self._lock:
            self._values.pop(key, None)

    def get(self, key: Hashable, seconds: float, make: Callable[[], T]) -> T:
        """The value of ``key``, made anew when it is ``seconds`` old. What ``make`` raises is raised."""
        with self._lock:
            maker = self._makers.setdefault(key, threading.Lock())
        with maker:
            kept = self._values.get(key)
            if kept is not None and self._now() - kept[0] < seconds:
                return cast(T, kept[1])
            value = make()
            self._values[key] = (self._now(), value)
            return value
