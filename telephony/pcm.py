"""The one format of sound on a line: 16-bit signed little-endian mono at 8 kHz, in frames of 20 ms.

Levels are in dBm0, as the standards of telephony state them: a sine at full scale has +3.14 dBm0 (A-law, by
ITU-T G.711).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 8000
FRAME_MS: Final = 20
FRAME_S: Final = FRAME_MS / 1000
FRAME_SAMPLES: Final = RATE * FRAME_MS // 1000
FRAME_BYTES: Final = 2 * FRAME_SAMPLES
SILENCE: Final = bytes(FRAME_BYTES)
"""One frame of it."""

_FULL_SCALE_DBM0: Final = 3.14
_RMS_AT_0_DBM0: Final = float(32768 / 2**0.5 * 10 ** (-_FULL_SCALE_DBM0 / 20))
_FAINTEST_DBM0: Final = -90.0

Floats = NDArray[np.float32]


def samples(pcm: bytes) -> Floats:
    """``pcm`` as numbers in the range of 16 bits. Raises ValueError when it ends within a sample."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32)


def pcm_of(values: NDArray[np.floating[Any]]) -> bytes:
    """Sound from numbers in the range of 16 bits; louder ones are clipped."""
    rounded: NDArray[np.int16] = np.clip(np.rint(values), -32768, 32767).astype("<i2")
    return rounded.tobytes()


def frames_in(seconds: float) -> int:
    """How many frames ``seconds`` last, to the nearest."""
    return round(seconds / FRAME_S)


def rms_at(dbm0: float) -> float:
    """The root mean square of samples at a level."""
    return _RMS_AT_0_DBM0 * float(10 ** (dbm0 / 20))


def level_of(values: NDArray[np.floating[Any]]) -> float:
    """The level of samples in dBm0; -90 and below count as -90."""
    if not values.size:
        return _FAINTEST_DBM0
    rms = float(np.sqrt(np.dot(values, values) / values.size))
    return max(_FAINTEST_DBM0, 20 * float(np.log10(max(rms, 1e-9) / _RMS_AT_0_DBM0)))
