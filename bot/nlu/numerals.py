"""Spoken and written numbers: 一千二 is 1200, 两万三 is 23000, 一百零五 is 105, 1.5万 is 15000."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model

_BIG = 10_000  # from here on units multiply the whole of what stands before them
_ASCII = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class NumeralWords(BaseModel):
    """``numerals.yml``: the words of one language for digits and units."""

    model_config = ConfigDict(extra="forbid")
    digits: dict[str, int]
    units: dict[str, int]
    point: str = Field(min_length=1, max_length=1)
    half: str = Field(min_length=1, max_length=1)
    spoken_digits: dict[str, str]
    tail_words: list[str]
    not_digits_before: list[str]


class Numerals:
    """Parses numbers with the words of one language."""

    def __init__(self, words: NumeralWords) -> None:
        self.words = words
        every = "".join([*words.digits, *words.units])
        self.characters = f"0-9{re.escape(every)}"
        """The inside of a character class that matches any character of a number."""
        digits = "".join(words.digits)
        self.small = f"(?:[0-9]{{1,4}}|[{digits}十百]{{1,5}}|[0-9]{{1,2}}[十百])"
        """A pattern for a whole number as small as those in dates."""
        self._tokens = re.compile(rf"{_ASCII.pattern}|[{re.escape(every)}]|\s")
        self._point = re.compile(
            rf"(?P<whole>.+){re.escape(words.point)}(?P<part>[{digits}0-9]+)(?P<unit>[{''.join(words.units)}]?)"
        )

    @classmethod
    def load(cls, language_dir: Path) -> Numerals:
        """Read ``numerals.yml``. Raises DataFileError."""
        return cls(load_model(language_dir / "numerals.yml", NumeralWords))

    def parse(self, text: str) -> Decimal | None:
        """The value of ``text`` when all of it is one well-formed number, else None."""
        if text == self.words.half:
            return Decimal("0.5")
        if self.words.point in text:
            return self._parse_point(text)
        tokens = self._tokens.findall(text)
        if not tokens or "".join(tokens) != text:
            return None
        return self._combine(tokens)

    def digits(self, text: str) -> str | None:
        """The figures of a number said digit by digit (幺二三四), or None when ``text`` is not that."""
        figures = []
        for character in text:
            if character in "0123456789":
                figures.append(character)
            elif character in self.words.digits:
                figures.append(str(self.words.digits[character]))
            elif character in self.words.spoken_digits:
                figures.append(self.words.spoken_digits[character])
            else:
                return None
        return "".join(figures) or None

    def _parse_point(self, text: str) -> Decimal | None:
        match = self._point.fullmatch(text)
        if match is None:
            return None
        whole, part = self.parse(match["whole"]), self.digits(match["part"])
        if whole is None or part is None or not part.isdigit():
            return None
        return Decimal(f"{int(whole)}.{part}") * self.words.units.get(match["unit"], 1)

    def _combine(self, tokens: list[str]) -> Decimal | None:
        total = section = Decimal(0)  # section: below the last big unit
        pending: Decimal | None = None  # a digit that waits for its unit
        last_unit, last_big = 0, 0
        after_zero = shortened = False
        for token in tokens:
            unit = self.words.units.get(token)
            if unit is None:
                digit = self._digit(token)
                if digit is None or pending is not None:
                    return None
                if digit == 0 and len(tokens) > 1 and token in self.words.digits:
                    after_zero = True
                    continue
                pending, shortened = digit, token.isdigit() is False or len(token) == 1
            elif unit < _BIG:
                if pending is None:
                    if unit != 10 or last_unit == 10:
                        return None
                    pending = Decimal(1)
                if last_unit and unit >= last_unit and (last_unit < _BIG or section):
                    return None
                section += pending * unit
                pending, last_unit, after_zero = None, unit, False
            else:
                amount = section + (pending or 0)
                if not amount and not total:
                    return None
                if last_big and unit >= last_big and not (unit > last_big and amount):
                    return None
                total = (total + amount) * unit if unit > last_big and last_big else total + amount * unit
                section, pending, last_unit, last_big, after_zero = Decimal(0), None, unit, unit, False
        if pending is not None:
            if last_unit >= 100 and shortened and not after_zero:
                pending *= last_unit // 10
            elif last_unit and pending >= last_unit:
                return None
            section += pending
        return total + section

    def _digit(self, token: str) -> Decimal | None:
        if token in self.words.digits:
            return Decimal(self.words.digits[token])
        return Decimal(token) if _ASCII.fullmatch(token) else None
