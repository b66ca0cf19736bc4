"""Recorded human speech in place of the synthesizer's: whole prompts, or clauses that all hear alike.

A folder holds ``<prompt>[.<variant>[.<clause>]].wav`` (or flac, ogg), counted from 1, and ``recordings.yml``
with the words of each under its name without the ending. The words decide: what is to be said is looked up by
them, so a prompt that has changed since is never answered with what it said before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import soundfile
from pydantic import BaseModel, ConfigDict

from bot.audio.pcm import from_samples
from bot.datafile import load_model
from bot.dialogue.prompts import PromptBook
from bot.tts.finishing import for_the_line
from bot.tts.reading_words import ReadingWords
from bot.tts.static import SLOT, static_of, wordings

INDEX: Final = "recordings.yml"
ENDINGS: Final = (".wav", ".flac", ".ogg")

_NAME = re.compile(r"(?P<prompt>\w+)(?:\.(?P<variant>[1-9][0-9]*))?(?:\.[1-9][0-9]*)?")
_LONGEST_S = 120
_FULL = 32767


class RecordingIndex(BaseModel):
    """``recordings.yml``: what is said in each recording."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    recordings: dict[str, str]


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording as sound for the line."""

    name: str
    text: str
    pcm: bytes = field(repr=False)

    @property
    def prompt(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class RecordingFault:
    """Why a recording is not used; the synthesizer speaks instead."""

    name: str
    message: str


class Recordings:
    """The recordings that may be used, and what is wrong with the others."""

    def __init__(self, usable: Sequence[Recording] = (), faults: Sequence[RecordingFault] = ()) -> None:
        self.faults = tuple(faults)
        self._by_text: dict[str, list[Recording]] = {}
        for recording in usable:
            self._by_text.setdefault(recording.text, []).append(recording)

    def __len__(self) -> int:
        return sum(map(len, self._by_text.values()))

    def find(self, text: str, prompt: str = "") -> Recording | None:
        """A recording of just these words, that of ``prompt`` before any other."""
        found = self._by_text.get(text, [])
        return next((own for own in found if own.prompt == prompt), found[0] if found else None)

    @classmethod
    def load(
        cls, folder: Path, book: PromptBook, words: ReadingWords, constants: Mapping[str, str]
    ) -> Recordings:
        """What ``folder`` holds for the prompts of ``book``. Raises DataFileError when its index is wrong."""
        index = load_model(folder / INDEX, RecordingIndex).recordings
        files = {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in ENDINGS}
        usable: list[Recording] = []
        faults: list[RecordingFault] = []
        for name in sorted(index.keys() | files.keys()):
            text, path = index.get(name), files.get(name)
            if path is None:
                faults.append(RecordingFault(name, f"{INDEX} tells of it, but there is no such file"))
            elif text is None:
                faults.append(RecordingFault(name, f"{INDEX} does not tell what it says"))
            elif reason := _unsayable(name, text, book, words, constants):
                faults.append(RecordingFault(name, reason))
            else:
                pcm = _read(path)
                if isinstance(pcm, str):
                    faults.append(RecordingFault(name, pcm))
                else:
                    usable.append(Recording(name, text, pcm))
        return cls(usable, faults)


NO_RECORDINGS: Final = Recordings()


def _unsayable(
    name: str, text: str, book: PromptBook, words: ReadingWords, constants: Mapping[str, str]
) -> str | None:
    """Why a recording called ``name`` may not say ``text``; None when it may."""
    match = _NAME.fullmatch(name)
    if match is None or match["prompt"] not in book:
        return "its name begins with no prompt"
    prompt, variant = book[match["prompt"]], int(match["variant"] or 1)
    if variant > len(prompt.sources):
        return f"the prompt has {len(prompt.sources)} variants"
    now = wordings(prompt, variant - 1, constants)
    if text in now or any(text in static_of(wording, words) for wording in now):
        return None
    if all(SLOT in wording for wording in now):
        return (
            "the prompt has values of the customer in it: record the clauses without any, or it has changed"
        )
    return "the prompt does not say this any more: record it anew"


def _read(path: Path) -> bytes | str:
    """The sound in ``path``, or why there is none."""
    try:
        with soundfile.SoundFile(path) as file:
            if file.frames > _LONGEST_S * file.samplerate:
                return f"it is longer than {_LONGEST_S} s"
            rate, sound = file.samplerate, file.read(dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        return f"it cannot be read: {error}"
    return for_the_line(from_samples(sound.mean(axis=1) * _FULL), rate) or "nothing is heard in it"
