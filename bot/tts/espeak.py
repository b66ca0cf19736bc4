"""The default voice: pyttsx3 over the espeak-ng of the ``espeakng-loader`` wheel, fed with pinyin.

Nothing has to be installed but the Python packages. The voices are plain but clear; two calls with different
variants (``f2``, ``m7``, ...) are easily told apart.
"""

from __future__ import annotations

import hashlib
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import espeakng_loader

from bot.errors import ModelError
from bot.patterns import pattern_of
from bot.tts import finishing, pronunciation, reading_words
from bot.tts.engine_process import EngineProcess
from bot.tts.isolated import IsolatedSynthesizer
from bot.tts.pronunciation import Pronunciation
from bot.tts.reading import Reading

TIMEOUT_S = 4.0
"""House figure for one utterance: a hundred times what it takes, for a call cannot be silent for longer."""

_LONGEST_PIECE = 60  # syllables in one utterance; see espeak_worker about the length of texts
_SYLLABLE = re.compile("[a-zêü]+[1-5]")

_SLOWEST_PACE = 15
"""Measured: syllables a second are 0.0236 times the pace less 0.38: this pace would be no speed at all."""


class EspeakSynthesizer(IsolatedSynthesizer):
    """espeak-ng in a process of its own. ``voice`` is one of ``variants()``; "" is the language's."""

    def __init__(self, language_dir: Path, voice: str = "", *, timeout_s: float = TIMEOUT_S) -> None:
        """Raises DataFileError, or ModelError when there is no such voice."""
        self._reading = Reading.load(language_dir)
        self._pronunciation = Pronunciation.load(language_dir)
        self._espeak = self._pronunciation.words.espeak
        self._spelling = [(pattern_of(rewrite.pattern), rewrite.to) for rewrite in self._espeak.spelling]
        variant = voice or self._espeak.variant
        if variant and variant not in variants():
            raise ModelError(f"espeak-ng has no variant {variant!r}; known: {', '.join(variants())}")
        name = f"{self._espeak.voice}+{variant}" if variant else self._espeak.voice
        super().__init__(
            f"espeak/{version('espeakng-loader')}/{name}/{_digest(language_dir)}",
            EngineProcess("bot.tts.espeak_worker", {"voice": name}, timeout_s),
            self._requests,
        )

    def _requests(self, text: str, rate: float) -> list[dict[str, Any]]:
        pace = round(self._espeak.pace * rate + _SLOWEST_PACE * (1 - rate))
        return [{"text": " ".join(piece), "pace": pace} for piece in _pieces(self.script(text))]

    def script(self, text: str) -> list[str]:
        """What the engine is given for ``text``: syllables and marks."""
        spoken = self._reading.read(text)
        if self._pronunciation.words.scheme == "text":
            return spoken.split()
        script = []
        for syllable in self._pronunciation.syllables(spoken):
            for pattern, to in self._spelling:
                syllable = pattern.sub(to, syllable)
            mark = self._espeak.marks.get(syllable)
            if mark is not None or _SYLLABLE.fullmatch(syllable):
                script.append(mark or syllable)
        return script


def variants() -> tuple[str, ...]:
    """The variants of a voice that the library brings."""
    folder = Path(espeakng_loader.get_data_path()) / "voices" / "!v"
    return tuple(sorted(file.name for file in folder.iterdir()))


def _pieces(script: list[str]) -> list[list[str]]:
    """``script`` in runs short enough for one utterance, cut at the last mark that allows it."""
    pieces: list[list[str]] = []
    rest = script
    while rest:
        end = len(rest) if len(rest) <= _LONGEST_PIECE else _LONGEST_PIECE
        if end < len(rest):
            marks = [at for at in range(end) if not rest[at][0].isalnum()]
            end = marks[-1] + 1 if marks else end
        piece, rest = rest[:end], rest[end:]
        if any(token[0].isalnum() for token in piece):
            pieces.append(piece)
    return pieces


def _digest(language_dir: Path) -> str:
    """Of all that makes this voice say something in one way and not in another."""
    parts = [(language_dir / name).read_bytes() for name in (reading_words.FILE, pronunciation.FILE)]
    parts.append(f"{finishing.VERSION} {version('pyttsx3')} {version('pypinyin')}".encode())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:12]
