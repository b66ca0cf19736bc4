"""Sound of the line at the rate of a model, chunk by chunk."""

from __future__ import annotations

import numpy as np
import soxr

from bot.audio import pcm as sound


class Upsampler:
    """From the line's rate to ``rate`` samples a second, without a seam between chunks."""

    def __init__(self, rate: int) -> None:
        self._stream = soxr.ResampleStream(sound.RATE, rate, 1, dtype="int16", quality="MQ")

    def more(self, pcm: bytes) -> bytes:
        """The next of the sound; some of it is held back for what follows."""
        made: bytes = self._stream.resample_chunk(sound.samples(pcm)).tobytes()
        return made

    def rest(self) -> bytes:
        """What was held back; then other sound may begin."""
        made: bytes = self._stream.resample_chunk(np.zeros(0, np.int16), last=True).tobytes()
        self._stream.clear()
        return made
