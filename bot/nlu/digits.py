"""Figures said one by one: the tail of a card or identity document (尾号幺二三四, 1234, 一二三叉)."""

from __future__ import annotations

import re

from bot.nlu.interpreter import Entity
from bot.nlu.numerals import Numerals

_FEWEST = 3  # two figures in a row are too often an idiom or an unfinished number


class Digits:
    """Finds strings of digits in normalised text."""

    def __init__(self, numerals: Numerals) -> None:
        words = numerals.words
        figures = "".join([*words.digits, *(w for w, v in words.spoken_digits.items() if v.isdigit())])
        closing = "".join(w for w, v in words.spoken_digits.items() if not v.isdigit())
        number, not_before = numerals.characters, "".join(words.not_digits_before)
        self._numerals = numerals
        self._run = re.compile(
            rf"(?<![{number}.])[0-9{figures}]{{{_FEWEST},}}[{closing}]?(?![{number}.{not_before}])"
        )

    def find(self, text: str) -> list[Entity]:
        """Strings of at least three digits, X allowed at the end."""
        found = []
        for match in self._run.finditer(text):
            value = self._numerals.digits(match[0])
            if value is not None:
                found.append(Entity("digits", value, match[0], *match.span()))
        return found
