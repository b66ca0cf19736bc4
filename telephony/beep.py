"""Hears the tone after which a mailbox records: one steady pitch, purer and more even than any voice."""

from __future__ import annotations

from typing import Final

import numpy as np

from telephony.pcm import FRAME_SAMPLES, RATE, Floats, level_of, samples
from telephony.tones import PITCH_HZ

_LOWEST_HZ, _HIGHEST_HZ = 350.0, 2500.0
_NETWORK_HZ: Final = 50.0  # around the pitch of a network's own tones: these say nothing of who is there
_FAINTEST_DBM0: Final = -40.0
_PURE: Final = 0.9  # of the energy within 50 Hz
_PITCH_HELD_HZ: Final = 8.0
_LEVEL_HELD_DB: Final = 2.0
_LASTS: Final = 12
"""Frames. Of 49 real words of a syllable or two, the vowels hold a pitch for 8 at most."""

_WINDOW: Final = np.hanning(2 * FRAME_SAMPLES).astype(np.float32)
_BIN_HZ: Final = RATE / (2 * FRAME_SAMPLES)


class BeepListener:
    """Follows one line, frame by frame."""

    def __init__(self) -> None:
        self._last: Floats = np.zeros(FRAME_SAMPLES, dtype=np.float32)
        self._begun: tuple[float, float] | None = None  # with which pitch and level
        self._run = 0

    def feed(self, frame: bytes) -> bool:
        """Whether a beep has lasted long enough by now."""
        now = samples(frame)
        sound, self._last = np.concatenate([self._last, now]), now
        level = level_of(sound)
        pitch = _pitch(sound) if level > _FAINTEST_DBM0 else None
        if pitch is None:
            self._begun, self._run = None, 0
        elif self._begun is None or not _held(self._begun, (pitch, level)):
            self._begun, self._run = (pitch, level), 1
        else:
            self._run += 1
        return self._run >= _LASTS


def _pitch(sound: Floats) -> float | None:
    """The pitch of a pure tone that can be a beep."""
    power = np.abs(np.fft.rfft(sound * _WINDOW)) ** 2
    peak = int(np.argmax(power))
    if not 2 <= peak < power.size - 2 or power[peak - 2 : peak + 3].sum() <= _PURE * power.sum():
        return None
    below, at, above = np.log(power[peak - 1 : peak + 2] + 1e-9)
    hertz = float(peak + 0.5 * (below - above) / (below - 2 * at + above)) * _BIN_HZ
    return hertz if _LOWEST_HZ <= hertz <= _HIGHEST_HZ and abs(hertz - PITCH_HZ) > _NETWORK_HZ else None


def _held(begun: tuple[float, float], now: tuple[float, float]) -> bool:
    return abs(now[0] - begun[0]) <= _PITCH_HELD_HZ and abs(now[1] - begun[1]) <= _LEVEL_HELD_DB
