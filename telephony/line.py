"""The port every carrier implements: dial, answer, media, hang-up cause, number status."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from telephony.status import HangupCause, NumberStatus


@dataclass(frozen=True, slots=True)
class DialOrder:
    """One call to place. ``permit`` is the signed, single-use token issued for this very number."""

    number: str = field(repr=False)  # E.164; out of the repr, which ends up in logs
    caller_id: str
    permit: str = field(repr=False)
    ring_timeout_s: float = 45.0


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody, or something, picked up after ``ring_s`` seconds."""

    ring_s: float


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """Nobody picked up. ``status`` is what the line learnt of the number, None when it learnt nothing."""

    cause: HangupCause
    status: NumberStatus | None
    ring_s: float
    sip_code: int | None = None
    announcement: str | None = None  # what the network said, as recognised


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence, on lines that carry text (the simulated one)."""

    text: str


@dataclass(frozen=True, slots=True)
class Dtmf:
    """One keypad digit."""

    digit: str


Media = Text | Dtmf


class Call(Protocol):
    """One call placed on a line, from ringing to its end."""

    @property
    def id(self) -> str: ...

    async def answer(self) -> Answered | NotAnswered:
        """Wait until the call is answered or fails. Raises TrunkFault when the trunk turns it away late."""
        ...

    async def play(self, media: Text, *, interruptible: bool = True) -> bool:
        """Play to the far end; whether it was heard to the end. Raises CallEnded."""
        ...

    async def hear(self, timeout_s: float) -> Media | None:
        """The next thing from the far end, or None after ``timeout_s`` of silence. Raises CallEnded."""
        ...

    async def hang_up(self) -> None:
        """End the call; harmless when it is over already."""
        ...

    @property
    def cause(self) -> HangupCause | None:
        """How the call ended; None while it lives."""
        ...


class Line(Protocol):
    """A way to place calls. ``simulated`` lines reach nobody, whatever number is dialled."""

    @property
    def name(self) -> str: ...

    @property
    def simulated(self) -> bool: ...

    async def dial(self, order: DialOrder) -> Call:
        """Place a call. Raises PermitError before anything is sent, TrunkFault when the trunk fails."""
        ...
