"""What a call by voice needs from outside: a line that carries sound, a voice to speak with, a recorder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.channel import Keys
from bot.dialogue.manner import Manner


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of what the far end says."""

    pcm: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Played:
    """All that was sent before this mark has been played to the far end."""

    mark: str


class SoundLine(Protocol):
    """One live call that carries sound both ways. See ``bot.audio.pcm`` for the format.

    Each method raises HungUpError when the call is over.
    """

    async def receive(self, timeout_s: float) -> Frame | Keys | Played | None:
        """The next thing from the far end; None when nothing came for ``timeout_s``."""
        ...

    async def send(self, pcm: bytes, text: str) -> None:
        """Play ``pcm``, which says ``text``, behind what is being played; does not wait for it."""
        ...

    async def mark(self, name: str) -> None:
        """Have ``Played(name)`` come once all sent so far was played."""
        ...

    async def clear(self) -> None:
        """Drop what was not played yet; marks in it never come."""
        ...

    async def hang_up(self) -> None: ...


class Clause(Protocol):
    """A part of a sentence that is spoken in one go."""

    @property
    def text(self) -> str: ...

    @property
    def pcm(self) -> bytes: ...


class Voice(Protocol):
    """Turns sentences into sound, quickly for those it knows."""

    async def clauses(self, text: str, manner: Manner, prompt: str = "") -> Sequence[Clause]:
        """A whole sentence. Raises SynthesisError."""
        ...


class Recorder(Protocol):
    """Keeps both directions of a call. Positions are samples since the first frame of the customer."""

    def customer(self, pcm: bytes) -> None:
        """The next frame of the customer's side, which is the time base."""
        ...

    def bot(self, pcm: bytes, at: int) -> None:
        """Sound of ours that begins to play at sample ``at``."""
        ...

    def cut(self, at: int) -> None:
        """What of ours would have played from sample ``at`` on never did."""
        ...

    def note(self, name: str, at: int, **data: str | float | bool) -> None:
        """Something that happened at sample ``at``."""
        ...


class NoRecorder:
    """Keeps nothing."""

    def customer(self, pcm: bytes) -> None: ...

    def bot(self, pcm: bytes, at: int) -> None: ...

    def cut(self, at: int) -> None: ...

    def note(self, name: str, at: int, **data: str | float | bool) -> None: ...
