"""Who speaks at the other end of a line that reaches nobody: supplied by whoever builds the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FarReply:
    """One turn of the far end: ``text`` (None: no word) after ``delay_s`` seconds, then perhaps hangs up.

    ``keys`` are pressed after the words. With neither words nor keys it hangs up after ``delay_s``, whatever
    is being said then.
    """

    text: str | None
    hang_up: bool = False
    delay_s: float = 0.5
    keys: str = ""


class FarEnd(Protocol):
    """A person, or a machine, on the far side of one call."""

    def greet(self) -> FarReply | None:
        """What it says on picking up; None waits for the caller to speak."""
        ...

    def cuts_in(self, text: str) -> float | None:
        """How many seconds into ``text`` it starts to talk over it; None hears it out."""
        ...

    def hear(self, text: str) -> FarReply | None:
        """Its answer to ``text``: all it heard since it last spoke. None stays silent."""
        ...


FarEndFactory = Callable[[str, str], FarEnd]
"""(number in E.164, call id) → who picks up."""


class FarVoice(Protocol):
    """Lends simulated far ends a voice, on lines that carry sound."""

    async def speak(self, text: str, who: str) -> bytes:
        """``text`` as the far end of call ``who`` says it, in the format of ``telephony.line.Sound``."""
        ...
