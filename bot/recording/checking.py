"""Whether a recording is what was recorded: every chunk authenticated, every second decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.audio.pcm import RATE
from bot.errors import RecordingDamagedError, RecordingError, RecordingKeyError
from bot.recording.archive import Recordings, is_name_of
from bot.recording.reading import Recording

Verdict = Literal["whole", "live", "cut off", "damaged", "no key"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was found. ``whole`` and ``live`` are in order; ``cut off`` can be heard as far as it goes."""

    name: str
    verdict: Verdict
    seconds: float = 0.0
    detail: str = ""
    sealed: bool = True

    @property
    def in_order(self) -> bool:
        return self.verdict in ("whole", "live")


def check(recordings: Recordings, name: str) -> Check:
    """Read all of a recording."""
    try:
        with recordings.open(name) as recording:
            return _check(recording, name)
    except RecordingKeyError as error:
        return Check(name, "no key", detail=str(error))
    except RecordingError as error:
        return Check(name, "damaged", detail=str(error))


def _check(recording: Recording, name: str) -> Check:
    head, ending, state = recording.head(), recording.ending(), recording.state
    recording.notes()
    sealed = recording.key_id is not None
    heard = sum(len(second) for second in recording.seconds_of_sound())
    if recording.damage is not None:
        raise RecordingDamagedError(
            f"{recording.path} is damaged after {heard / RATE:.1f} s: {recording.damage}"
        )
    if ending is not None and ending.samples != heard:
        raise RecordingDamagedError(f"{recording.path} holds {heard} samples, not {ending.samples}")
    if not is_name_of(name, head):
        raise RecordingDamagedError(f"{recording.path} bears the name of another call: it is of {head.call}")
    if state == "cut off":
        return Check(name, state, heard / RATE, f"it ends early, after {heard / RATE:.1f} s", sealed)
    return Check(name, state, heard / RATE, sealed=sealed)
