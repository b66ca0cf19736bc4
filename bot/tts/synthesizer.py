"""The Synthesizer port: words in, sound out. See ``bot.audio.pcm`` for the format of sound."""

from __future__ import annotations

from typing import Protocol


class Synthesizer(Protocol):
    """A speech synthesis engine with one voice. Safe to share between calls."""

    @property
    def id(self) -> str:
        """Engine, voice and version: two with the same id give the same sound for the same text."""
        ...

    async def synthesize(self, text: str, *, rate: float = 1.0) -> bytes:
        """``text`` spoken, at the loudness of the line. ``rate``: 1 is the voice's usual pace, 0.8 is slower.

        Raises SynthesisError; text with nothing to say in it gives no sound.
        """
        ...


class OwnedSynthesizer(Synthesizer, Protocol):
    """A Synthesizer with something behind it that whoever opened it ends."""

    def close(self) -> None:
        """End it; harmless when it is ended already."""
        ...
