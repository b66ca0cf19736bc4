"""G.711: sound as networks carry it, one byte a sample, both ways, under either law.

Bit-exact with ITU-T G.711, and with ``audioop`` of Python 3.11, which later ones lack.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray


class Law(StrEnum):
    """A-law is used in mainland China and Europe, µ-law in North America, Japan and by Twilio."""

    A = "alaw"
    MU = "ulaw"


Ints = NDArray[np.int32]
Codes = NDArray[np.uint8]

_A_TOGGLE: Final = 0x55
_A_SEGMENT_ENDS: Final = np.array([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF], dtype=np.int32)
_MU_BIAS: Final = 0x21
_MU_CLIP: Final = 8159
_MU_SEGMENT_ENDS: Final = np.array([0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF], dtype=np.int32)


def _a_encoded(values: Ints) -> Codes:
    """13-bit samples in two's complement, taken from the top of 16-bit ones."""
    short = values >> 3
    magnitude = np.where(short >= 0, short, -short - 1)
    segment = np.searchsorted(_A_SEGMENT_ENDS, magnitude)
    step = np.where(segment < 2, magnitude >> 1, magnitude >> segment) & 0xF
    sign = np.where(short >= 0, 0x80, 0x00)
    code: Codes = ((sign | segment << 4 | step) ^ _A_TOGGLE).astype(np.uint8)
    return code


def _a_decoded(codes: Ints) -> NDArray[np.int16]:
    code = codes ^ _A_TOGGLE
    segment, step = (code & 0x70) >> 4, (code & 0xF) << 4
    magnitude = np.where(segment == 0, step + 8, step + 0x108 << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype("<i2")


def _mu_encoded(values: Ints) -> Codes:
    """14-bit samples in two's complement, taken from the top of 16-bit ones."""
    short = values >> 2
    magnitude = np.minimum(np.abs(short), _MU_CLIP) + _MU_BIAS
    segment = np.searchsorted(_MU_SEGMENT_ENDS, magnitude)
    code = segment << 4 | (magnitude >> segment + 1) & 0xF
    # The very loudest fall beyond the last segment: they have its last code.
    code = np.where(segment > 7, 0x7F, code)
    signed: Codes = (code ^ np.where(short < 0, 0x7F, 0xFF)).astype(np.uint8)
    return signed


def _mu_decoded(codes: Ints) -> NDArray[np.int16]:
    code = ~codes & 0xFF
    magnitude = ((((code & 0xF) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype("<i2")


# Tables over all samples, in the order of their 16 bits read as unsigned, and over all codes.
_SAMPLES: Final = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
_CODES: Final = np.arange(256, dtype=np.int32)
_ENCODED: Final = {Law.A: _a_encoded(_SAMPLES), Law.MU: _mu_encoded(_SAMPLES)}
_DECODED: Final = {Law.A: _a_decoded(_CODES), Law.MU: _mu_decoded(_CODES)}
_CARRIED: Final = {law: _DECODED[law][_ENCODED[law]] for law in Law}


def encode(pcm: bytes, law: Law) -> bytes:
    """16-bit little-endian ``pcm`` of any length as codes. Raises ValueError when it ends within a sample."""
    bits: NDArray[np.uint16] = np.frombuffer(pcm, dtype="<u2")
    return _ENCODED[law][bits].tobytes()


def decode(codes: bytes, law: Law) -> bytes:
    """Codes of any number as 16-bit little-endian samples."""
    return _DECODED[law][np.frombuffer(codes, dtype=np.uint8)].tobytes()


def ulaw_encode(pcm: bytes) -> bytes:
    """``encode`` by µ-law."""
    return encode(pcm, Law.MU)


def ulaw_decode(codes: bytes) -> bytes:
    """``decode`` by µ-law."""
    return decode(codes, Law.MU)


def carried(values: NDArray[np.integer[Any]], law: Law) -> NDArray[np.int16]:
    """What comes out at the far end of a line that carries ``values``, 16-bit samples."""
    return _CARRIED[law][values.astype(np.int16, copy=False).view(np.uint16)]
