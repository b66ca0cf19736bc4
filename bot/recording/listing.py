"""What can be told of a recording at a glance: from its name and its outline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.errors import RecordingDamagedError, RecordingError, RecordingKeyError
from bot.recording.archive import Recordings, call_of
from bot.recording.reading import Recording, State


@dataclass(frozen=True, slots=True)
class Listed:
    """One recording. Nothing but its head was authenticated: ``checking.py`` does that."""

    name: str
    call: str
    state: State | Literal["no key"]
    answered_at: datetime | None = None  # None when the head cannot be read
    seconds: float = 0.0
    size: int = 0
    sealed: bool = False

    @property
    def first(self) -> bool:
        """Whether it is the only one of its call that day, or the first."""
        return "+" not in self.name


def listed(recordings: Recordings, name: str) -> Listed:
    """The recording of this name. Raises RecordingError when there is none."""
    try:
        with recordings.open(name) as recording:
            return _listed(recording, name)
    except RecordingDamagedError:
        return Listed(name, call_of(name), "damaged")


def _listed(recording: Recording, name: str) -> Listed:
    state: State | Literal["no key"] = recording.state
    answered_at = None
    try:
        answered_at = recording.head().answered_at
    except RecordingKeyError:
        state = "no key"
    except RecordingDamagedError:
        state = "live" if state == "live" else "damaged"
    return Listed(
        name,
        call_of(name),
        state,
        answered_at,
        recording.seconds,
        recording.size,
        sealed=recording.key_id is not None,
    )


def latest(recordings: Recordings, most: int) -> list[Listed]:
    """The recordings of the last days, the latest first, ``most`` at most."""
    found: list[Listed] = []
    for day in recordings.days():
        found += in_order(recordings, day)
        if len(found) >= most:
            break
    return found[:most]


def in_order(recordings: Recordings, day: date) -> list[Listed]:
    """The recordings of a day, the latest first; those that do not tell when come last."""
    rows: list[Listed] = []
    for name in recordings.names(day):
        try:
            rows.append(listed(recordings, name))
        except RecordingError:  # deleted meanwhile
            continue
    return sorted(rows, key=lambda row: row.answered_at.timestamp() if row.answered_at else 0.0, reverse=True)
