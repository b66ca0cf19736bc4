"""How many streams of events one user may have open: each is looked for again and again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MOST: Final = 20  # pages that somebody has open at once, on all their screens


class Streams:
    """Those that are open, by user. Thread-safe; of one process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._open: Counter[int] = Counter()

    @contextmanager
    def room(self, user_id: int) -> Iterator[bool]:
        """One more of this user within the block; whether there is room for it."""
        with self._lock:
            there_is = self._open[user_id] < self._most
            self._open[user_id] += there_is
        try:
            yield there_is
        finally:
            with self._lock:
                self._open[user_id] -= there_is
                if not self._open[user_id]:
                    del self._open[user_id]
