"""The steady sounds around a far end: noise of a colour or from a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from telephony.errors import LineConfigError
from telephony.pcm import RATE, Floats, level_of
from telephony.recordings import read_recording
from telephony.simulated.sound.profile import Colour, NoiseProfile

LENGTH_S: Final = 8.0
"""Noise repeats after this long, or after the length of the recording."""

_LOWEST_HZ, _HIGHEST_HZ = 100, 3600  # what a telephone passes


def noise(profile: NoiseProfile, speech_dbm0: float, seed: int) -> Floats:
    """A loop of whole frames at its level. Raises LineConfigError when a recording cannot be read."""
    sound = coloured(profile.colour, seed) if profile.file is None else recorded(profile.file)
    level = speech_dbm0 - profile.snr_db if profile.snr_db is not None else profile.dbm0 or 0.0
    return at_level(sound, level)


def coloured(colour: Colour, seed: int, length_s: float = LENGTH_S) -> Floats:
    """Noise of a colour, whose end goes over into its beginning."""
    length = round(length_s * RATE)
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    random = np.random.default_rng(seed)
    spectrum = random.standard_normal(hertz.size) + 1j * random.standard_normal(hertz.size)
    spectrum[(hertz < _LOWEST_HZ) | (hertz > _HIGHEST_HZ)] = 0
    if colour is Colour.PINK:
        spectrum /= np.sqrt(np.maximum(hertz, _LOWEST_HZ))
    sound = np.fft.irfft(spectrum, length)
    return (sound * (1000 / np.std(sound))).astype(np.float32)


def recorded(file: Path) -> Floats:
    """A recording in whole frames. Raises LineConfigError when it cannot be read, or is silent."""
    sound = read_recording(file)
    if not sound.any():
        raise LineConfigError("the recording is silent", file=str(file))
    return sound


def at_level(sound: Floats, dbm0: float) -> Floats:
    """``sound`` made as loud as ``dbm0`` over its whole length."""
    level = level_of(sound)
    return sound * np.float32(10 ** ((dbm0 - level) / 20))


def mixed(first: Floats | None, second: Floats | None) -> Floats | None:
    """Two loops as one, as long as the longer."""
    if first is None or second is None:
        return second if first is None else first
    length = max(first.size, second.size)
    return np.resize(first, length) + np.resize(second, length)
