"""What is still to be played to the far end: paced, so that little of it lies where we cannot count it.

Time is passed in: the same code runs on a virtual clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

BYTES_S: Final = 8_000
"""µ-law bytes a second."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """``lead_s``: how much sound the far end is given ahead of its playing; ``message_s``: in what portions.

    Measured with ``tests/benchmarks/line_benchmark.py``, 30 calls at once beside other work on two cores:
    messages of 100 ms cost 0.29 s of processor a call-minute, of 20 ms 0.36, of 200 ms 0.28; with 300 ms
    ahead no phone ran dry, with 200 ms now and then one did, for a millisecond.
    """

    lead_s: float = 0.3
    message_s: float = 0.1

    def __post_init__(self) -> None:
        if not 0 < self.message_s <= self.lead_s:
            raise ValueError("message_s must be above 0, and lead_s not below it")


@dataclass(frozen=True, slots=True)
class PlaySound:
    """Send this sound, in µ-law, now."""

    ulaw: bytes


@dataclass(frozen=True, slots=True)
class PlayMark:
    """Send this mark now, under the name ``wire``."""

    name: str
    wire: str


@dataclass(frozen=True, slots=True)
class PlayNothing:
    """Have the far end drop what it has not played, now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to send for so many seconds; None: until something is added."""

    seconds: float | None


Step = PlaySound | PlayMark | PlayNothing | Wait


class Playout:
    """The queue of one call. Sound in it is one stream, however it was cut when it was added."""

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._portion = max(1, round(pacing.message_s * BYTES_S))
        self._queue: deque[memoryview | PlayMark] = deque()
        self._queued = 0  # bytes
        self._clearing = False
        self._ends_at = float("-inf")  # when the far end will have played all that it was sent
        self._marks: dict[str, str] = {}  # sent and not yet reached: name on the wire → name
        self._count = 0

    @property
    def queued_s(self) -> float:
        """How much sound waits here, beside what the far end has already."""
        return self._queued / BYTES_S

    def add(self, ulaw: bytes) -> None:
        """Play ``ulaw`` behind everything added before."""
        if ulaw:
            self._queue.append(memoryview(ulaw))
            self._queued += len(ulaw)

    def mark(self, name: str) -> None:
        """Put a mark behind everything added before."""
        self._count += 1
        self._queue.append(PlayMark(name, wire=str(self._count)))

    def clear(self) -> None:
        """Forget all that was added, and the marks that were sent but not reached."""
        self._queue.clear()
        self._marks.clear()
        self._queued = 0
        self._clearing = True

    def reached(self, wire: str) -> str | None:
        """The mark that Twilio echoed as ``wire``; None when it was cleared, or is not ours.

        Twilio echoes cleared marks too. No two marks of a call are called alike on the wire, so one that was
        cleared is no longer known here, and a cut prompt cannot pass for one that was heard.
        """
        return self._marks.pop(wire, None)

    def next(self, now: float) -> Step:
        """What to do at ``now``, in seconds of any clock that never goes back. It is taken as done."""
        if self._clearing:
            self._clearing = False
            self._ends_at = now
            return PlayNothing()
        if not self._queue:
            return Wait(None)
        first = self._queue[0]
        if isinstance(first, PlayMark):
            self._queue.popleft()
            self._marks[first.wire] = first.name
            return first
        ahead_s = max(0.0, self._ends_at - now)
        room_s = self._pacing.lead_s - ahead_s
        portion_s = min(self._pacing.message_s, self.queued_s)
        if room_s < portion_s - 1e-6:
            return Wait(portion_s - room_s)
        ulaw = self._portion_of_sound()
        self._ends_at = now + ahead_s + len(ulaw) / BYTES_S
        return PlaySound(ulaw)

    def _portion_of_sound(self) -> bytes:
        """The next portion: less only where a mark or the end comes before."""
        parts: list[memoryview] = []
        wanted = self._portion
        while wanted and self._queue:
            sound = self._queue[0]
            if isinstance(sound, PlayMark):
                break
            if len(sound) > wanted:
                self._queue[0] = sound[wanted:]
                sound = sound[:wanted]
            else:
                self._queue.popleft()
            parts.append(sound)
            wanted -= len(sound)
        ulaw = b"".join(parts)
        self._queued -= len(ulaw)
        return ulaw
