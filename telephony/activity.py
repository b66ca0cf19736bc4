"""Tells frames in which somebody speaks from those in between, by how loud they are for this line."""

from __future__ import annotations

from bisect import insort
from typing import Final

from telephony.pcm import level_of, samples

_FAINTEST_DBM0: Final = -48.0
"""Nothing fainter is speech, on any line."""

_ABOVE_FLOOR_DB: Final = 9.0
_FLOOR_SHARE: Final = 0.15
"""The quietest frames so far are what the line sounds like in between. Speech has that many gaps, and no line
that many holes: a gateway fills in silence for lost packets, which says nothing of the noise around them."""


class Activity:
    """Follows one line. For the seconds in which it has to be found out who is there; it forgets nothing."""

    def __init__(self) -> None:
        self._levels: list[float] = []

    def feed(self, frame: bytes) -> bool:
        """Whether ``frame`` holds speech, or something as loud and as uneven."""
        level = level_of(samples(frame))
        insort(self._levels, level)
        floor = self._levels[int(len(self._levels) * _FLOOR_SHARE)]
        return level > max(_FAINTEST_DBM0, floor + _ABOVE_FLOOR_DB)
