"""Reading out: numbers, amounts, days and telephone numbers as the words in which a person says them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from bot.datafile import load_model
from bot.errors import DataFileError
from bot.patterns import Match, Pattern, pattern_of
from bot.tts.numbers import Figures
from bot.tts.reading_words import FILE, ReadingWords, Rule


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    pattern: Pattern
    parts: list[tuple[str, str | None, str | None]]

    def match(self, text: str, at: int) -> Match | None:
        rule = self.rule
        if rule.after and not text[:at].endswith(tuple(rule.after)):
            return None
        match = self.pattern.match(text, at)
        if match is None or text[match.end() :].startswith(tuple(rule.not_before)):
            return None
        return match


class Reading:
    """Turns text into words and marks alone. Safe to share between threads."""

    def __init__(self, words: ReadingWords) -> None:
        self.words = words
        self._figures = Figures(words)
        self._rules = [_Compiled(rule, pattern_of(rule.pattern), rule.parts) for rule in words.rules]
        self._rewrite = [(pattern_of(rewrite.pattern), rewrite.to) for rewrite in words.rewrite]
        self._speakable = pattern_of(words.speakable)

    @classmethod
    def load(cls, language_dir: Path) -> Reading:
        """Read ``reading.yml``. Raises DataFileError."""
        words = load_model(language_dir / FILE, ReadingWords)
        try:
            return cls(words)
        except ValueError as error:
            raise DataFileError(str(language_dir / FILE), str(error), key="spelling") from error

    def read(self, text: str) -> str:
        """``text`` as it is said: speakable characters and the marks that pause. All else is left out.

        The marks come half-width, as Unicode's NFKC form has them; empty when there is nothing to say.
        """
        text = unicodedata.normalize("NFKC", text)
        for pattern, to in self._rewrite:
            text = pattern.sub(to, text)
        said: list[str] = []
        at = 0
        while at < len(text):
            spoken, at = self._next(text, at)
            said.append(spoken)
        whole = "".join(said)
        return whole if self._speakable.search(whole) else ""

    def _next(self, text: str, at: int) -> tuple[str, int]:
        """What is said for the text from ``at`` on, and up to where."""
        character = text[at]
        if self._speakable.match(character):
            return character, at + 1
        for compiled in self._rules:
            match = compiled.match(text, at)
            if match is not None and match.end() > at:
                return self._say(compiled, match), match.end()
        if character == "-" and self._is_minus(text, at):
            return self.words.minus, at + 1
        if character in self.words.pauses:
            return character, at + 1
        return self.words.symbols.get(character, ""), at + 1

    def _say(self, compiled: _Compiled, match: Match) -> str:
        return "".join(
            literal + (self._figures.say(match[group], how) if group is not None else "")
            for literal, group, how in compiled.parts
        )

    def _is_minus(self, text: str, at: int) -> bool:
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        return after.isdigit() and not before.isalnum()
