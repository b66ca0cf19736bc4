"""One connection: what it makes of each frame of the far end's sound, and when it hands it over."""

from __future__ import annotations

from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from telephony.g711 import carried
from telephony.pcm import FRAME_SAMPLES, RATE, Floats
from telephony.playout import Taken
from telephony.simulated.sound.mending import Mending
from telephony.simulated.sound.profile import ChannelProfile, EchoProfile

LATEST_MS: Final = 60.0
"""No frame comes later than this: it is what the line's jitter buffer waits for."""


class Channel:
    """A connection of the kind ``profile``. ``ambience``, whole frames, is heard round and round.

    The same ``random`` gives the same sound for the same input.
    """

    def __init__(self, profile: ChannelProfile, ambience: Floats | None, random: Random) -> None:
        self._law = profile.law
        self._ambience = ambience
        self._at = 0
        if ambience is not None:
            self._at = random.randrange(ambience.size // FRAME_SAMPLES) * FRAME_SAMPLES
        self._echo = Echo(profile.echo) if profile.echo is not None else None
        self._mending = Mending(profile.loss, Random(random.random())) if profile.loss is not None else None
        self._jitter_ms = profile.jitter_ms
        self._lateness = Random(random.random())
        self._silence = carried(np.zeros(FRAME_SAMPLES, dtype=np.int16), self._law)

    def carry(self, speech: Floats | None, ours: Taken) -> bytes:
        """One frame as it arrives here: the far end's ``speech`` (None: silence) while it hears ``ours``."""
        sound = self._around(speech)
        if self._echo is not None and (echo := self._echo.of(ours)) is not None:
            back = carried(echo, self._law).astype(np.float32) * self._echo.gain
            sound = back if sound is None else sound + back
        frame = self._silence
        if sound is not None:
            frame = carried(np.clip(np.rint(sound), -32768, 32767).astype(np.int16), self._law)
        if self._mending is not None:
            frame = self._mending.passed(frame)
        return frame.astype("<i2", copy=False).tobytes()

    def late_us(self) -> int:
        """How many microseconds after it was due the next frame comes."""
        if not self._jitter_ms:
            return 0
        return round(min(self._lateness.expovariate(1 / self._jitter_ms), LATEST_MS) * 1000)

    def _around(self, speech: Floats | None) -> Floats | None:
        if self._ambience is None:
            return speech
        around = self._ambience[self._at : self._at + FRAME_SAMPLES]
        self._at = (self._at + FRAME_SAMPLES) % self._ambience.size
        return around if speech is None else around + speech


class Echo:
    """What the far end's phone sends back of our own voice."""

    def __init__(self, profile: EchoProfile) -> None:
        self.gain = np.float32(10 ** (-profile.loss_db / 20))
        self._delay = round(profile.delay_ms * RATE / 1000)
        self._past = np.zeros(self._delay + FRAME_SAMPLES, dtype=np.int16)
        self._silent = self._past.size  # samples since the last of ours that sounded

    def of(self, ours: Taken) -> NDArray[np.int16] | None:
        """The part of our voice that comes back in this frame, before its loss; None: silence."""
        if not ours.sounding and self._silent >= self._past.size:
            return None
        self._silent = 0 if ours.sounding else self._silent + FRAME_SAMPLES
        self._past[:-FRAME_SAMPLES] = self._past[FRAME_SAMPLES:].copy()
        self._past[-FRAME_SAMPLES:] = np.frombuffer(ours.pcm, dtype="<i2")
        return self._past[:FRAME_SAMPLES]
