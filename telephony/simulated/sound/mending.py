"""Packets lost on the way, and how a cheap gateway hides it: the frame before once more, fading out."""

from __future__ import annotations

from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from telephony.pcm import FRAME_SAMPLES
from telephony.simulated.sound.profile import LossProfile

Frame = NDArray[np.int16]


def _fades() -> list[NDArray[np.float32]]:
    """Full for 10 ms, then 20 % less every 10 ms, as ITU-T G.711 Appendix I fades."""
    ramp = np.concatenate([np.ones(FRAME_SAMPLES // 2), np.linspace(1, 0, FRAME_SAMPLES * 5 // 2)])
    return [part.astype(np.float32) for part in np.split(ramp, 3)]


_FADES: Final = _fades()


class Mending:
    """Loses frames in bursts (Gilbert's model), and fills the gaps: as many frames come out as go in."""

    def __init__(self, profile: LossProfile, random: Random) -> None:
        self._random = random
        self._recovers = 1 / profile.burst
        self._fails = min(1.0, profile.share * self._recovers / (1 - profile.share))
        self._last: Frame = np.zeros(FRAME_SAMPLES, dtype=np.int16)
        self._lost = 0  # in a row

    def passed(self, frame: Frame) -> Frame:
        """``frame``, or what stands in for it when it is lost."""
        if self._random.random() < (1 - self._recovers if self._lost else self._fails):
            self._lost += 1
            if self._lost > len(_FADES):
                return np.zeros_like(self._last)
            faded: Frame = np.rint(self._last * _FADES[self._lost - 1]).astype(np.int16)
            return faded
        self._lost, self._last = 0, frame
        return frame
