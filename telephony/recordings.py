"""Recordings in files, of any format, rate and number of channels that libsndfile reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr

from telephony.errors import LineConfigError
from telephony.pcm import FRAME_SAMPLES, RATE, Floats


def read_recording(file: Path) -> Floats:
    """The first channel in whole frames, the last one filled up with silence.

    Raises LineConfigError when it cannot be read or holds nothing.
    """
    try:
        sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise LineConfigError(f"the recording cannot be read: {error}", file=str(file)) from error
    if not len(sound):
        raise LineConfigError("the recording is empty", file=str(file))
    at_rate: Floats = soxr.resample(sound[:, 0], rate, RATE) if rate != RATE else sound[:, 0]
    frames = np.zeros(-(-at_rate.size // FRAME_SAMPLES) * FRAME_SAMPLES, dtype=np.float32)
    frames[: at_rate.size] = at_rate
    return frames * np.float32(32768)


def open_recording(file: Path) -> soundfile.SoundFile:
    """A WAV file to write a line's sound into, as ``<i2`` samples. Raises LineConfigError."""
    try:
        return soundfile.SoundFile(file, "w", RATE, 1, "PCM_16", format="WAV")
    except (OSError, soundfile.LibsndfileError) as error:
        raise LineConfigError(f"the recording cannot be written: {error}", file=str(file)) from error
