"""Toneless pinyin, one syllable a character: what a recogniser confuses sounds alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pypinyin import Style, pinyin


@lru_cache(maxsize=16384)
def syllable(character: str) -> str:
    """The most common toneless reading of one character; a character that has none is its own syllable."""
    return pinyin(character, style=Style.NORMAL, errors="default")[0][0]


def syllables(text: str) -> tuple[str, ...]:
    """One syllable for each character of ``text``, whatever its neighbours are (还 is always "hai")."""
    return tuple(map(syllable, text))


class Folding:
    """Folds syllables that speakers of many regions and recognisers do not keep apart.

    ``initials`` and ``finals`` map the sound to the one it is taken for, such as zh → z and ang → an.
    """

    def __init__(self, initials: Mapping[str, str], finals: Mapping[str, str]) -> None:
        self._initials = sorted(initials.items(), key=lambda pair: -len(pair[0]))
        self._finals = sorted(finals.items(), key=lambda pair: -len(pair[0]))
        self._known: dict[str, str] = {}

    def fold(self, text: str) -> tuple[str, ...]:
        """One folded syllable for each character of ``text``."""
        return tuple(map(self._fold, syllables(text)))

    def _fold(self, sound: str) -> str:
        known = self._known.get(sound)
        if known is not None:
            return known
        folded = sound
        if sound.isascii() and sound.isalpha():
            for initial, taken_for in self._initials:
                if folded.startswith(initial) and len(folded) > len(initial):
                    folded = taken_for + folded[len(initial) :]
                    break
            for final, taken_for in self._finals:
                if folded.endswith(final):
                    folded = folded[: -len(final)] + taken_for
                    break
        self._known[sound] = folded
        return folded
