"""Pinyin with tones for words as they are read out: by phrase, by context, with the changes of tone."""

from __future__ import annotations

import re
from pathlib import Path

from pypinyin import Style, pinyin

from bot.datafile import load_model
from bot.patterns import pattern_of
from bot.tts.pronunciation_words import Context, PronunciationWords

FILE = "pronunciation.yml"

_HAN = re.compile("[〇㐀-鿿]+")


class Pronunciation:
    """Reads words of one language aloud, on paper. Safe to share between threads."""

    def __init__(self, words: PronunciationWords) -> None:
        self.words = words
        self._by_length = sorted(words.words, key=len, reverse=True)
        names = [
            Context(characters=name, say=said, after=words.name_after, before=words.name_before)
            for name, said in words.surnames.items()
        ]
        self._contexts = [(context, pattern_of(context.before)) for context in [*names, *words.contexts]]

    @classmethod
    def load(cls, language_dir: Path) -> Pronunciation:
        """Read ``pronunciation.yml``. Raises DataFileError."""
        return cls(load_model(language_dir / FILE, PronunciationWords))

    def syllables(self, spoken: str) -> list[str]:
        """For each character of ``spoken`` its syllable, such as hao3; one without stands for itself."""
        said = self._by_phrase(spoken)
        fixed = [False] * len(spoken)
        at = 0
        while at < len(spoken):
            reading = self._listed(spoken, at)
            if reading is None:
                at += 1
                continue
            said[at : at + len(reading)] = reading
            fixed[at : at + len(reading)] = [True] * len(reading)
            at += len(reading)
        for at, character in enumerate(spoken[:-1]):
            if not fixed[at]:
                said[at] = self._changed(character, said[at], said[at + 1])
        return said

    def _by_phrase(self, spoken: str) -> list[str]:
        said = list(spoken)
        for match in _HAN.finditer(spoken):
            syllables = pinyin(
                match[0],
                style=Style.TONE3,
                neutral_tone_with_five=True,
                errors=list,  # type: ignore[arg-type]  # one item a character, as its manual says
            )
            said[match.start() : match.end()] = [readings[0] for readings in syllables]
        return said

    def _listed(self, spoken: str, at: int) -> list[str] | None:
        for word in self._by_length:
            if spoken.startswith(word, at):
                return self.words.words[word].split()
        for context, before in self._contexts:
            end = at + len(context.characters)
            if (
                spoken.startswith(context.characters, at)
                and (not context.after or spoken[:at].endswith(context.after))
                and before.match(spoken, end)
            ):
                return context.say.split()
        return None

    def _changed(self, character: str, said: str, following: str) -> str:
        for sandhi in self.words.sandhi:
            if sandhi.character == character and following[-1:] in sandhi.next_tones:
                return sandhi.say
        return said
