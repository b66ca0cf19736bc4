"""The one format of sound within the bot: 16-bit signed little-endian mono at 8 kHz, in ``bytes``."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 8000
"""Samples a second: what a telephone line carries."""

FRAME_MS: Final = 20
FRAME_S: Final = FRAME_MS / 1000
FRAME_BYTES: Final = RATE * FRAME_MS // 1000 * 2
"""One frame of 20 ms, as lines send and receive it: 160 samples."""

Samples = NDArray[np.int16]


def seconds(pcm: bytes) -> float:
    """How long ``pcm`` lasts."""
    return len(pcm) / (2 * RATE)


def silence(duration_s: float) -> bytes:
    """Silence of ``duration_s``, to the nearest sample."""
    return bytes(2 * round(duration_s * RATE))


def samples(pcm: bytes) -> Samples:
    """A read-only view of ``pcm``. Raises ValueError when it ends within a sample."""
    return np.frombuffer(pcm, dtype="<i2")


def from_samples(values: NDArray[np.integer[Any] | np.floating[Any]]) -> bytes:
    """Sound from samples of any numeric type in the range of 16 bits; louder ones are clipped."""
    clipped: Samples = np.clip(np.rint(values), -32768, 32767).astype("<i2")
    return clipped.tobytes()
