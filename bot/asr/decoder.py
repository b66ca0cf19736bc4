"""What an engine brings: decoders, which are synchronous. ``bot.asr.pool`` makes a Recognizer of them.

A new engine is one module with an ``engine(model)`` that gives one of these, and one line in the registry.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.asr.recognizer import Hypothesis


class Decoder(Protocol):
    """Decodes one utterance after another, always within a worker thread and one call at a time."""

    def accept(self, pcm: bytes) -> str:
        """Take in sound of whole samples; the words so far. Raises RecognizerError."""
        ...

    def finish(self) -> tuple[Hypothesis, ...]:
        """The readings of the utterance, best first, none when nothing was said; then the next may begin.

        Raises RecognizerError.
        """
        ...

    def reset(self) -> None:
        """Forget the utterance. Raises RecognizerError."""
        ...


class Engine(Protocol):
    """An engine with its model. Its methods block: all but ``name`` are called in a worker thread."""

    @property
    def name(self) -> str:
        """Engine and model, as it is told to an operator."""
        ...

    def load(self) -> None:
        """Load the model, once: later calls return at once. Raises ModelError."""
        ...

    def tuning(self, phrases: Sequence[str], *, closed: bool) -> str:
        """What ``phrases`` make of a decoder, after ``load``: two with the same tuning are interchangeable.

        ``closed``: nothing but the phrases is heard. Raises RecognizerError when the engine cannot do that.
        """
        ...

    def decoder(self, tuning: str) -> Decoder:
        """A new decoder, after ``load``. Raises RecognizerError."""
        ...
