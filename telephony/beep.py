"""Hears the tone after which a mailbox records: one steady pitch, which no voice holds so purely."""

from __future__ import annotations

from typing import Final

import numpy as np

from telephony.pcm import FRAME_SAMPLES, RATE, level_of, samples
from telephony.tones import PITCH_HZ

_LOWEST_HZ, _HIGHEST_HZ = 350.0, 2500.0
_NETWORK_HZ: Final = 50.0  # around the pitch of a network's own tones: these say nothing of who is there
_PURE: Final = 0.85
_FAINTEST_DBM0: Final = -40.0
_LASTS: Final = 9  # frames
_BIN_HZ: Final = RATE / FRAME_SAMPLES
_WINDOW: Final = np.hanning(FRAME_SAMPLES).astype(np.float32)


class BeepListener:
    """Follows one line, frame by frame."""

    def __init__(self) -> None:
        self._pitch = 0
        self._run = 0

    def feed(self, frame: bytes) -> bool:
        """Whether a beep has lasted long enough by now."""
        sound = samples(frame)
        pitch = 0
        if level_of(sound) > _FAINTEST_DBM0:
            power = np.abs(np.fft.rfft(sound * _WINDOW)) ** 2
            peak = int(np.argmax(power))
            pure = power[max(0, peak - 2) : peak + 3].sum() > _PURE * power.sum()
            pitch = peak if pure and _is_beep(peak * _BIN_HZ) else 0
        self._run = self._run + 1 if pitch and abs(pitch - self._pitch) <= 1 else int(pitch > 0)
        self._pitch = pitch
        return self._run >= _LASTS


def _is_beep(hertz: float) -> bool:
    return _LOWEST_HZ <= hertz <= _HIGHEST_HZ and abs(hertz - PITCH_HZ) > _NETWORK_HZ
