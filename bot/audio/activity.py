"""Voice activity, frame by frame: is somebody speaking in these 20 ms?"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
import webrtcvad

from bot.audio.pcm import FRAME_BYTES, RATE, samples

SILENCE_DBFS: Final = -96.0
"""The level given to digital silence."""

LEAST_DBFS: Final = -52.0
"""Nothing quieter is speech on a telephone line; house figure: 30 dB below the usual active level."""

DOUBLE_TALK_DBFS: Final = -38.0
"""While the bot speaks at about -20 dBFS, whatever is 18 dB below may be its own echo."""

ABOVE_NOISE_DB: Final = 6.0
NOISE_WINDOW: Final = 60
"""The noise floor is the quietest of so many frames, 1.2 s: speech pauses in it, steady noise does not."""


def level_dbfs(frame: bytes) -> float:
    """The level of ``frame`` in dB relative to full scale, by its root mean square."""
    values = samples(frame).astype(np.float32)
    power = float(np.dot(values, values)) / max(len(values), 1)
    return SILENCE_DBFS if power < 1.0 else 10.0 * float(np.log10(power)) - 90.3


class VoiceActivity:
    """One call's. The verdict of WebRTC's detector, held against the noise of this line.

    That detector alone takes steady noise for speech and goes on for some frames after it; the level above
    the line's own noise floor puts both right.
    """

    def __init__(self, aggressiveness: int = 3) -> None:
        self._vad = webrtcvad.Vad(aggressiveness)
        self._levels: deque[float] = deque([SILENCE_DBFS], maxlen=NOISE_WINDOW)

    def is_speech(self, frame: bytes, *, double_talk: bool = False) -> bool:
        """Judge the next frame; ``double_talk`` while our own voice is on the line."""
        if len(frame) != FRAME_BYTES:
            return False
        level = level_dbfs(frame)
        self._levels.append(level)
        least = max(DOUBLE_TALK_DBFS if double_talk else LEAST_DBFS, min(self._levels) + ABOVE_NOISE_DB)
        return level >= least and self._vad.is_speech(frame, RATE)
