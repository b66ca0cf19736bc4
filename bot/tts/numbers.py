"""Figures as words: counted, named, or one by one."""

from __future__ import annotations

from typing import assert_never

from unicode_rbnf import RbnfEngine

from bot.patterns import pattern_of
from bot.tts.reading_words import How, ReadingWords

_LARGEST = 10**12  # longer figures are no number that anybody says as one
_FOUR = 4


class Figures:
    """Says figures and letters with the words of one language. Raises ValueError for an unknown locale."""

    def __init__(self, words: ReadingWords) -> None:
        self._words = words
        self._spell = RbnfEngine.for_language(words.locale)
        self._counting = [(pattern_of(rewrite.pattern), rewrite.to) for rewrite in words.counting]
        if words.spelling not in self._spell.rulesets:
            raise ValueError(f"the locale {words.locale!r} has no rule set {words.spelling!r}")

    def say(self, figures: str, how: str | None) -> str:
        """``figures`` as ``how`` wants them."""
        kind: How = how  # type: ignore[assignment]  # checked where the rules are read
        match kind:
            case "count":
                spelt = self._number(figures)
                for pattern, to in self._counting:
                    spelt = pattern.sub(to, spelt)
                return spelt
            case "number":
                return self._number(figures)
            case "digits":
                return self._one_by_one(figures, {})
            case "telephone":
                return self._one_by_one(figures, self._words.telephone)
            case "fours":
                groups = [figures[start : start + _FOUR] for start in range(0, len(figures), _FOUR)]
                spoken = [self._one_by_one(group, self._words.telephone) for group in groups]
                return self._words.group_break.join(spoken)
            case "letters":
                word = self._words.words.get(figures.upper())
                return word if word is not None else self._one_by_one(figures, {})
        assert_never(kind)

    def _number(self, figures: str) -> str:
        whole, _, part = figures.partition(".")
        if int(whole) >= _LARGEST:
            return self._one_by_one(figures.replace(".", ""), {})
        spelt = self._spell.format_number(int(whole), ruleset_names=[self._words.spelling]).text
        return f"{spelt}{self._words.point}{self._one_by_one(part, {})}" if part else spelt

    def _one_by_one(self, figures: str, otherwise: dict[str, str]) -> str:
        known = self._words.digits | self._words.letters | otherwise
        return "".join(known.get(figure.upper(), "") for figure in figures)
