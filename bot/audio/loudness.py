"""How loud speech is, and making it as loud as wished without clipping.

Levels are in dB relative to a full-scale square wave, so that the loudest sine is -3 dB.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import soxr
from numpy.typing import NDArray

from bot.audio.pcm import RATE, from_samples, samples

TARGET_DB: Final = -20.0
"""House figure: the active level of a sentence."""

CEILING_DB: Final = -3.0
"""House figure: no peak is above it as synthesised, which leaves room for a codec's overshoot."""

LOUDEST_DB: Final = -1.0
"""House figure: nor above this one when made louder at the customer's wish."""

_FULL = 32768.0
_FRAME = RATE // 50
_MARGIN_DB = 15.9  # ITU-T P.56: sound that far below the active level is a pause in speech
_FLOOR_DB = -70.0  # quieter than this there is no sound at all
_LOOK_AHEAD = RATE // 200  # samples; 5 ms: the limiter has turned down before the peak comes
_OVERSAMPLED = 4  # ITU-R BS.1770: enough to find the peaks between samples

_Float = NDArray[np.floating[Any]]


def active_level_db(pcm: bytes) -> float | None:
    """The level of speech without its pauses; None for silence.

    As in ITU-T P.56 a pause is what lies 15.9 dB below the active level, found here on frames of 20 ms.
    """
    return _active_level(samples(pcm) / _FULL)


def true_peak_db(pcm: bytes) -> float:
    """The highest peak of the sound that the samples stand for, also between them; -inf for silence."""
    return _peak_db(samples(pcm) / _FULL)


def normalize(pcm: bytes, target_db: float = TARGET_DB, ceiling_db: float = CEILING_DB) -> bytes:
    """``pcm`` at the active level ``target_db``, peaks held below ``ceiling_db``; silence stays as it is."""
    sound = samples(pcm) / _FULL
    level = _active_level(sound)
    if level is None:
        return pcm
    return from_samples(_limited(sound * _factor(target_db - level), ceiling_db) * _FULL)


def apply_gain(pcm: bytes, gain_db: float) -> bytes:
    """``pcm`` louder by ``gain_db`` (below 0 quieter); what would clip is turned down smoothly instead."""
    if gain_db == 0 or not pcm:
        return pcm
    return from_samples(_limited(samples(pcm) / _FULL * _factor(gain_db), LOUDEST_DB) * _FULL)


def _factor(gain_db: float) -> float:
    return float(10 ** (gain_db / 20))


def _active_level(sound: _Float) -> float | None:
    frame = min(_FRAME, max(len(sound), 1))
    power = np.mean(sound[: len(sound) // frame * frame].reshape(-1, frame) ** 2, axis=1)
    active = power[power > 10 ** (_FLOOR_DB / 10)]
    while active.size:  # each round drops frames or is the last
        level = 10 * np.log10(active.mean())
        speech = active[active > 10 ** ((level - _MARGIN_DB) / 10)]
        if speech.size == active.size:
            return float(level)
        active = speech
    return None


def _peak_db(sound: _Float) -> float:
    if not np.any(sound):
        return float("-inf")
    return float(20 * np.log10(np.abs(soxr.resample(sound, RATE, RATE * _OVERSAMPLED, "HQ")).max()))


def _limited(sound: _Float, ceiling_db: float) -> _Float:
    """``sound`` with a gain that goes down ahead of each peak above the ceiling, and comes back behind it."""
    ceiling = _factor(ceiling_db)
    fine = np.abs(soxr.resample(sound, RATE, RATE * _OVERSAMPLED, "HQ"))
    fine = np.pad(fine, (0, _OVERSAMPLED))[: len(sound) * _OVERSAMPLED]
    peaks = np.maximum(fine.reshape(-1, _OVERSAMPLED).max(axis=1), np.abs(sound))
    if peaks.max(initial=0.0) <= ceiling:
        return sound
    wanted = ceiling / np.maximum(peaks, ceiling)
    padded = np.pad(wanted, 2 * _LOOK_AHEAD, constant_values=1.0)
    held = np.lib.stride_tricks.sliding_window_view(padded, 2 * _LOOK_AHEAD + 1).min(axis=1)
    smooth = np.hanning(2 * _LOOK_AHEAD + 3)[1:-1]
    return sound * np.convolve(held, smooth / smooth.sum(), "valid")
