"""The small words of somebody who listens."""

from __future__ import annotations

from random import Random
from typing import Final

from telephony.playout import Caption

_SHORTEST_S: Final = 1.5
"""Nobody murmurs into a shorter sentence."""

_AFTER_S, _BEFORE_END_S = 0.5, 0.5


class Murmurs:
    """How somebody murmurs while they listen: into which ``share`` of sentences, and what."""

    def __init__(self, share: float, words: tuple[str, ...], random: Random) -> None:
        self._share, self._words, self._random = share if words else 0.0, words, random

    def into(self, sentence: Caption) -> tuple[float, str] | None:
        """After how many seconds of ``sentence``, and which word; None: not into this one."""
        if sentence.lasts_s < _SHORTEST_S or self._random.random() >= self._share:
            return None
        at_s = self._random.uniform(_AFTER_S, sentence.lasts_s - _BEFORE_END_S)
        return at_s, self._random.choice(self._words)
