"""The sound of a chunk: both sides as one FLAC file, in memory."""

from __future__ import annotations

import io

import numpy as np
import soundfile

from bot.audio.pcm import RATE, Samples, samples

COMPRESSION = 0.0
"""The fastest: a second takes 0.16 ms instead of 0.22 ms, and 1.5 % more room."""


def encode(customer: bytes, bot: bytes) -> bytes:
    """Two sides of the same length as one FLAC file: left the customer, right the bot."""
    both = np.stack([samples(customer), samples(bot)], axis=1)
    buffer = io.BytesIO()
    with soundfile.SoundFile(
        buffer, "w", RATE, 2, "PCM_16", format="FLAC", compression_level=COMPRESSION
    ) as file:
        file.write(both)
    return buffer.getvalue()


def decode(body: bytes, count: int) -> Samples:
    """``count`` samples as [sample, customer | bot]. Raises ValueError when there are not so many."""
    try:
        both, rate = soundfile.read(io.BytesIO(body), dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError("its sound cannot be decoded") from error
    if rate != RATE or both.shape != (count, 2):
        raise ValueError("its sound is not what it should be")
    sound: Samples = both
    return sound
