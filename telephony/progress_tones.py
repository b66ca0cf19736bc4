"""Hears the call-progress tones of a network: what it says where SIP says nothing."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from telephony.pcm import FRAME_BYTES, FRAME_S, FRAME_SAMPLES, RATE, level_of, samples
from telephony.tones import CADENCES, PITCH_HZ, PITCH_TOLERANCE_HZ, Tone

_SHARE: Final = 0.5  # of a frame's energy at the pitch; noise as loud as the tone leaves it as much
_FAINTEST_DBM0: Final = -50.0
_TOLERANCE: Final = (
    0.12  # of a cadence's times; and one frame on top, for frames and tones begin as they like
)
_BURSTS: Final = 3  # of one cadence in a row, to believe it
_SILENCE_AFTER_RING_S: Final = 1.5
_BRIDGED: Final = 2  # frames of a burst that noise may drown


def _goertzel() -> NDArray[np.complex64]:
    """Goertzel's filter for a whole frame, at three pitches across the tolerance: samples × pitches."""
    time = np.arange(FRAME_SAMPLES) / RATE
    pitches = PITCH_HZ + np.array([-0.6, 0.0, 0.6]) * PITCH_TOLERANCE_HZ
    waves: NDArray[np.complex64] = np.exp(-2j * np.pi * time[:, None] * pitches).astype(np.complex64)
    return waves


_GOERTZEL: Final = _goertzel()


class ProgressTones:
    """Follows one line before the answer."""

    def __init__(self) -> None:
        self._rest = b""
        self._on = False
        self._run = 0  # frames of the present burst or gap
        self._other = 0  # frames against it so far
        self._times: list[tuple[float, float]] = []  # finished bursts, each with the gap before it
        self._gap_s = 0.0
        self.tone: Tone | None = None
        """The tone that is believed, the last one when there were several."""

    def feed(self, pcm: bytes) -> tuple[bool, ...]:
        """Take in sound of any length. Tells of each whole frame whether it is tone."""
        pcm = self._rest + pcm
        whole = len(pcm) - len(pcm) % FRAME_BYTES
        self._rest = pcm[whole:]
        frames = samples(pcm[:whole]).reshape(-1, FRAME_SAMPLES)
        at_pitch = np.max(np.abs(frames @ _GOERTZEL) ** 2, axis=1) * (2 / FRAME_SAMPLES)
        energy = np.einsum("ij,ij->i", frames, frames)
        heard = tuple(
            bool(tone > _SHARE * all_of_it) and level_of(frame) > _FAINTEST_DBM0
            for tone, all_of_it, frame in zip(at_pitch, energy, frames, strict=True)
        )
        for is_tone in heard:
            self._follow(is_tone)
        return heard

    def _follow(self, is_tone: bool) -> None:
        self._run += 1
        self._other = 0 if is_tone is self._on else self._other + 1
        if self._other > _BRIDGED:
            self._turn_over()
        gap_s = (self._run - self._other) * FRAME_S
        if not self._on and gap_s >= _SILENCE_AFTER_RING_S and self._ends_with(Tone.RINGBACK, 1):
            self.tone = Tone.RINGBACK

    def _turn_over(self) -> None:
        lasted_s = (self._run - self._other) * FRAME_S
        if self._on:
            self._times.append((self._gap_s, lasted_s))
            for tone in (Tone.BUSY, Tone.CONGESTION):
                if self._ends_with(tone, _BURSTS):
                    self.tone = tone
        else:
            self._gap_s = lasted_s
        self._on, self._run, self._other = not self._on, self._other, 0

    def _ends_with(self, tone: Tone, bursts: int) -> bool:
        """Whether the last ``bursts`` have the cadence of ``tone``, and the gaps between them."""
        last = self._times[-bursts:]
        cadence = CADENCES[tone]
        return (
            len(last) == bursts
            and all(_fits(on_s, cadence.on_s) for _, on_s in last)
            and all(_fits(off_s, cadence.off_s) for off_s, _ in last[1:])
        )


def _fits(measured_s: float, wanted_s: float) -> bool:
    return abs(measured_s - wanted_s) <= _TOLERANCE * wanted_s + FRAME_S
