"""Sounds made for tests."""

from __future__ import annotations

import numpy as np

from bot.audio.pcm import RATE, from_samples


def tone(hertz: float, seconds: float = 1.0, level_db: float = -12.0, rate: int = RATE) -> bytes:
    """A sine whose RMS is ``level_db`` relative to full scale."""
    amplitude = 32768 * 10 ** (level_db / 20) * np.sqrt(2)
    return from_samples(amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate))


def bursts(seed: int, seconds: float = 2.0, scale_db: float = -20.0) -> bytes:
    """Noise that comes and goes with high peaks, as speech does."""
    random = np.random.default_rng(seed)
    count = round(seconds * RATE)
    envelope = np.abs(np.sin(np.arange(count) / RATE * 2 * np.pi * random.uniform(1, 4))) ** 3
    return from_samples(32768 * 10 ** (scale_db / 20) * random.standard_t(4, count) * envelope)
