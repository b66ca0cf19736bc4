"""From the sound of an engine to sound for the line: its rate, its loudness, and no silence around it."""

from __future__ import annotations

from typing import Final

import numpy as np

from bot.audio.loudness import normalize
from bot.audio.pcm import RATE, samples
from bot.audio.resample import resample

VERSION: Final = 1
"""Goes up with any change to what comes out here, so that what was kept of old is not said again."""

_QUIET = 100  # of 32768, -50 dB, once speech is at the loudness of the line: no part of a word is that quiet
_BEFORE, _BEHIND = (
    RATE // 100,
    RATE // 50,
)  # kept around the words, so that no sound is cut short: 10 and 20 ms


def for_the_line(pcm: bytes, rate: int) -> bytes:
    """``pcm`` at ``rate`` samples a second as sound for the line; empty when all is silence."""
    return trimmed(normalize(resample(pcm, rate, RATE)))


def trimmed(pcm: bytes) -> bytes:
    """``pcm`` without the silence around it."""
    loud = np.flatnonzero(np.abs(samples(pcm).astype(np.int32)) > _QUIET)
    if not loud.size:
        return b""
    return pcm[2 * max(0, loud[0] - _BEFORE) : 2 * (loud[-1] + 1 + _BEHIND)]
