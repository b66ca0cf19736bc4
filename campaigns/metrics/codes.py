"""Labels of bounded number, in which nothing personal can stand."""

from __future__ import annotations

import re
import threading
from typing import Final

OTHER: Final = "other"
MOST: Final = 80
_CODE: Final = re.compile(r"[a-z][a-z_]{0,39}")


class Codes:
    """Lets codes through, at most ``most`` different ones; everything else is ``other``.

    A code is of small letters: no number, no name in Chinese and no address can be one.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, value: str) -> str:
        if not _CODE.fullmatch(value):
            return OTHER
        with self._lock:
            if value not in self._known and len(self._known) >= self._most:
                return OTHER
            self._known.add(value)
        return value
