"""The outline of a recording's sound, to draw beside its transcript."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.audio.pcm import RATE, Samples
from bot.recording.reading import Recording


def peaks(recording: Recording, per_second: int = 20) -> NDArray[np.uint16]:
    """The loudest sample of each slice, 0 to 32768, as [slice, customer | bot].

    ``per_second`` must divide 8000. Raises as ``Recording`` does.
    """
    size = RATE // per_second
    if size * per_second != RATE:
        raise ValueError(f"{RATE} samples cannot be cut into {per_second} slices")
    pieces = [_peaks(second, size) for second in recording.seconds_of_sound()]
    return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.uint16)


def _peaks(sound: Samples, size: int) -> NDArray[np.uint16]:
    padded = np.pad(np.abs(sound.astype(np.int32)), ((0, -len(sound) % size), (0, 0)))
    loudest: NDArray[np.uint16] = padded.reshape(-1, size, 2).max(axis=1).astype(np.uint16)
    return loudest
