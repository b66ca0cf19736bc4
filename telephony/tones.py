"""The call-progress tones of mainland China: one pitch, told apart by their cadence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PITCH_HZ: Final = 450.0
PITCH_TOLERANCE_HZ: Final = 25.0
LEVEL_DBM0: Final = -10.0
"""As exchanges send them, give or take 3 dB."""


class Tone(StrEnum):
    """What a network says with a tone."""

    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"


@dataclass(frozen=True, slots=True)
class Cadence:
    """Seconds of tone and of silence, over and over; exchanges keep them to 10 %."""

    on_s: float
    off_s: float


CADENCES: Final = {
    Tone.RINGBACK: Cadence(1.0, 4.0),
    Tone.BUSY: Cadence(0.35, 0.35),
    Tone.CONGESTION: Cadence(0.7, 0.7),
}
