"""Sentences as a call plays them: cut into clauses, each with its sound and the pause behind it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.audio.pcm import silence
from bot.datafile import load_model
from bot.dialogue.manner import USUAL, Manner
from bot.dialogue.prompts import PromptBook
from bot.errors import SynthesisError
from bot.tts.clauses import Cut, cut
from bot.tts.making import ClipMaker
from bot.tts.reading_words import FILE, ReadingWords
from bot.tts.recordings import NO_RECORDINGS, Recording, Recordings
from bot.tts.static import static_clauses
from bot.tts.synthesizer import Synthesizer

logger = logging.getLogger(__name__)

_GIVES_UP = 3  # failures on end: the engine is broken, not a clause


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence as it is written and as it sounds, the pause behind it included."""

    text: str = field(repr=False)
    pcm: bytes = field(repr=False)


class Speaker:
    """What every call of a process speaks through. Belongs to one event loop."""

    def __init__(self, clips: ClipMaker, words: ReadingWords, recordings: Recordings = NO_RECORDINGS) -> None:
        self.clips = clips
        self._words, self._recordings = words, recordings
        self._waiting = 0  # calls that wait for a clause now
        self._idle = asyncio.Event()
        self._idle.set()

    async def stream(self, text: str, manner: Manner = USUAL, prompt: str = "") -> AsyncIterator[Clause]:
        """The clauses of ``text``, each as soon as it can be played. Raises SynthesisError.

        One clause of a sentence is made at a time, so that a long sentence holds up no other call.
        """
        for part, recording in self._parts(text, prompt):
            pcm = self.clips.ready(part.text, manner, recording)
            if pcm is None:
                self._waiting += 1
                self._idle.clear()
                try:
                    pcm = await self.clips.clip(part.text, manner, recording)
                finally:
                    self._waiting -= 1
                    if not self._waiting:
                        self._idle.set()
            yield _clause(part, pcm, manner)

    async def clauses(self, text: str, manner: Manner = USUAL, prompt: str = "") -> tuple[Clause, ...]:
        """All of ``text``, its clauses joined. Raises SynthesisError."""
        return tuple([clause async for clause in self.stream(text, manner, prompt)])

    def ready(self, text: str, manner: Manner = USUAL, prompt: str = "") -> tuple[Clause, ...] | None:
        """All of ``text`` at once; None when some of it has yet to be spoken or read from disk."""
        clauses = []
        for part, recording in self._parts(text, prompt):
            pcm = self.clips.ready(part.text, manner, recording)
            if pcm is None:
                return None
            clauses.append(_clause(part, pcm, manner))
        return tuple(clauses)

    async def warm(self, texts: Iterable[str], manner: Manner = USUAL) -> int:
        """Make the sound of ``texts`` ahead of time, while no call waits. How many clauses are ready then.

        What cannot be spoken is logged and left; after several failures on end, so is all the rest.
        """
        made = failed = 0
        for part, recording in dict.fromkeys(part for text in texts for part in self._parts(text, "")):
            await self._idle.wait()
            try:
                await self.clips.clip(part.text, manner, recording)
            except SynthesisError as error:
                logger.warning("speech cannot be prepared: %s", error)
                failed += 1
                if failed == _GIVES_UP:
                    break
            else:
                made, failed = made + 1, 0
        return made

    def _parts(self, text: str, prompt: str) -> list[tuple[Cut, Recording | None]]:
        parts = cut(text, self._words)
        whole = self._recordings.find(text, prompt)
        if whole is not None:
            return [(Cut(text, parts[-1].pause), whole)]
        return [(part, self._recordings.find(part.text, prompt)) for part in parts]


def _clause(part: Cut, pcm: bytes, manner: Manner) -> Clause:
    return Clause(part.text, pcm + silence(part.pause / manner.rate))


def open_speaker(
    language_dir: Path,
    book: PromptBook,
    constants: Mapping[str, str],
    synthesizer: Synthesizer,
    *,
    reserve: Synthesizer | None = None,
    cache_dir: Path | None = None,
    recordings_dir: Path | None = None,
) -> tuple[Speaker, frozenset[str]]:
    """A speaker of the prompts of ``book``, and the clauses worth warming: those that all hear alike.

    ``constants`` are the variables that prompts fill alike for every customer, such as the institution.
    ``recordings_dir`` is where recorded speech lies, by default ``recordings/`` of the language, if there.
    Raises DataFileError.
    """
    words = load_model(language_dir / FILE, ReadingWords)
    static = static_clauses(book, words, constants)
    folder = recordings_dir or language_dir / "recordings"
    recordings = NO_RECORDINGS
    if recordings_dir is not None or folder.is_dir():
        recordings = Recordings.load(folder, book, words, constants)
    for fault in recordings.faults:
        logger.warning("recording %s is not used: %s", fault.name, fault.message)
    clips = ClipMaker(synthesizer, reserve=reserve, kept=static, cache_dir=cache_dir)
    return Speaker(clips, words, recordings), static
