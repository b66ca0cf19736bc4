"""The ports every carrier implements: dial, answer, media, hang-up cause, number status; and calls to us."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Literal, Protocol

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
    """Somebody, or something, picked up after ``ring_s`` seconds.

    Since then the line has listened for ``listened_s`` to who it is; that sound is still to be received.
    """

    ring_s: float
    listened_s: float = 0.0


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
    """A sentence, on calls that carry text."""

    text: str


@dataclass(frozen=True, slots=True)
class Dtmf:
    """One keypad digit."""

    digit: str


@dataclass(frozen=True, slots=True)
class Sound:
    """16-bit signed little-endian mono samples at 8 kHz, on calls that carry sound.

    ``text`` is what they say, where that is known: for simulated far ends and captions. It goes nowhere else.
    """

    pcm: bytes = field(repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Played:
    """Everything sent before the mark called ``mark`` has been played to the far end."""

    mark: str


class Dialled(Protocol):
    """One call, placed on a line or come in on it, from ringing to its end."""

    @property
    def id(self) -> str: ...

    async def answer(self) -> Answered | NotAnswered:
        """Wait until the call is answered or fails; pick up one that came in.

        Raises TrunkFault when the trunk turns it away late.
        """
        ...

    async def hang_up(self) -> None:
        """End the call; harmless when it is over already."""
        ...

    @property
    def cause(self) -> HangupCause | None:
        """How the call ended; None while it lives."""
        ...


class TextCall(Dialled, Protocol):
    """A call that carries text: the simulated line's."""

    @property
    def carries(self) -> Literal["text"]: ...

    async def play(self, media: Text, *, interruptible: bool = True) -> bool:
        """Play to the far end; whether it was heard to the end. Raises CallEnded."""
        ...

    async def hear(self, timeout_s: float) -> Text | Dtmf | None:
        """The next thing from the far end, or None after ``timeout_s`` of silence. Raises CallEnded."""
        ...


class AudioCall(Dialled, Protocol):
    """A call that carries sound, both ways at once.

    What the far end says comes in frames of 20 ms, silence too, in order and without gaps: the adapter mends
    what the network loses.
    """

    @property
    def carries(self) -> Literal["sound"]: ...

    async def receive(self, timeout_s: float) -> Sound | Dtmf | Played | None:
        """The next thing from the far end, or None when nothing came for ``timeout_s``. Raises CallEnded."""
        ...

    async def send(self, sound: Sound) -> None:
        """Play ``sound`` behind what is being played; does not wait for it. Raises CallEnded."""
        ...

    async def mark(self, name: str) -> None:
        """Have ``Played(name)`` come once all sent so far was played. Raises CallEnded."""
        ...

    async def clear(self) -> None:
        """Drop what has not been played yet. Marks in it never come. Raises CallEnded."""
        ...


Call = TextCall | AudioCall


class Line(Protocol):
    """A way to place calls. ``simulated`` lines reach nobody, whatever number is dialled."""

    @property
    def name(self) -> str: ...

    @property
    def simulated(self) -> bool: ...

    async def dial(self, order: DialOrder) -> Call:
        """Place a call. Raises PermitError before anything is sent, TrunkFault when the trunk fails."""
        ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call that rings at ours. ``number``: the caller's in E.164, None when it is withheld."""

    call: Call
    number: str | None = field(repr=False)


class InboundCalls(Protocol):
    """Where calls to us come in. They need no permit: it is the far end that calls."""

    @property
    def name(self) -> str: ...

    @property
    def simulated(self) -> bool: ...

    def calls(self) -> AsyncGenerator[Incoming]:
        """Each call as it begins to ring, also while others go on; ends when no more can come.

        Once it is closed, calls are turned away, those too that ring and have not been given.
        """
        ...
