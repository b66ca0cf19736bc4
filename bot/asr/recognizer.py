"""The Recognizer port: sound in, words out. See ``bot.audio.pcm`` for the format of sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading of an utterance. ``score`` orders the readings of one utterance; it is no probability."""

    text: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was said, best reading first. Empty when nothing was."""

    alternatives: tuple[Hypothesis, ...] = ()

    @property
    def text(self) -> str:
        """The best reading; empty when nothing was said."""
        return self.alternatives[0].text if self.alternatives else ""


class RecognizerStream(Protocol):
    """Listens to one call. Its methods are called one at a time, never while another still runs.

    After a RecognizerError the stream is of no more use: close it and open another.
    """

    async def feed(self, pcm: bytes) -> str:
        """Take in sound, whole samples; gives the words so far, which later ones may revise.

        Raises RecognizerError.
        """
        ...

    async def finish(self) -> Recognition:
        """Read out what was said since the last ``finish`` or ``reset``, and be ready for more.

        Raises RecognizerError.
        """
        ...

    async def reset(self) -> None:
        """Forget what was heard since the last ``finish``. Raises RecognizerError."""
        ...

    async def close(self) -> None:
        """Give back what the stream holds. Harmless when it is closed or broken already."""
        ...


class Recognizer(Protocol):
    """A speech recognition engine with its model, shared by all calls of a process."""

    @property
    def name(self) -> str:
        """Engine and model, as it is told to an operator."""
        ...

    async def open(self, phrases: Sequence[str] = ()) -> RecognizerStream:
        """A stream for one call. ``phrases`` are words this call makes likely, such as the customer's name.

        Raises RecognizerError when the engine fails or too many streams are open.
        """
        ...
