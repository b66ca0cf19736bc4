"""A network's tones as sound."""

from __future__ import annotations

import numpy as np

from telephony.pcm import RATE, Floats, rms_at
from telephony.tones import CADENCES, LEVEL_DBM0, PITCH_HZ, Tone


def tone(kind: Tone) -> Floats:
    """One round of its cadence, tone first."""
    cadence = CADENCES[kind]
    time = np.arange(round(cadence.on_s * RATE)) / RATE
    sound = np.sqrt(2) * rms_at(LEVEL_DBM0) * np.sin(2 * np.pi * PITCH_HZ * time)
    return np.concatenate([sound, np.zeros(round(cadence.off_s * RATE))]).astype(np.float32)
