"""Sums of money as they are spoken: exact (一千二), by name (全部, 最低) or as a share (一半, 三分之一)."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from bot.datafile import load_model
from bot.errors import DataFileError
from bot.nlu.amount_words import AmountWords
from bot.nlu.interpreter import Entity
from bot.nlu.numerals import Numerals
from bot.nlu.patterns import alternatives, filled
from bot.patterns import Match, pattern_of

_MINOR = 100  # minor units in one major unit
_SMALL = 100  # a bare number below this is a sum only when something says so
_LARGEST = 10**13  # minor units; more than any account holds: a string of digits, not a sum


class Amounts:
    """Finds sums in normalised text from which dates have been blanked out."""

    def __init__(self, words: AmountWords, numerals: Numerals, file: str) -> None:
        self._words, self._numerals = words, numerals
        try:
            self._exact = words.exact(numerals)
            self._except = [pattern_of(pattern) for pattern in words.exceptions]
            self._keywords = [
                (name, pattern_of(pattern))
                for name, patterns in words.keywords.items()
                for pattern in patterns
            ]
            shares = words.shares.model_dump().items()
            small = {"n": numerals.small}
            self._shares = {name: pattern_of(filled(pattern, small)) for name, pattern in shares}
        except ValueError as error:
            raise DataFileError(file, f"not a pattern: {error}") from error
        self._not_before = re.compile(alternatives(words.not_before))
        self._not_after = tuple(words.not_after)
        self._pay_verbs = tuple(words.pay_verbs)

    @classmethod
    def load(cls, language_dir: Path, numerals: Numerals) -> Amounts:
        """Read ``amounts.yml``. Raises DataFileError."""
        path = language_dir / "amounts.yml"
        return cls(load_model(path, AmountWords), numerals, str(path))

    def find(self, text: str) -> list[Entity]:
        """Amounts (minor units), shares (hundredths) and keyword amounts in ``text``, in order."""
        found = self._find_shares(text)
        for name, pattern in self._keywords:
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    found.append(Entity("keyword_amount", name, match[0], *match.span()))
        taken = [(entity.start, entity.end) for entity in found if entity.kind == "share"]
        for match in self._exact.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                value = self._value(match)
                if value is not None:
                    found.append(Entity("amount", value, match[0], *match.span()))
        return _once(_apart(found))

    def _value(self, match: Match) -> int | None:
        if any(pattern.match(match.string, match.start()) for pattern in self._except):
            return None
        before, after = match.string[: match.start()], match.string[match.end() :]
        if match["only_tenths"]:
            cents = self._digit(match["only_cents"])
            return 10 * self._digit(match["only_tenths"]) + cents
        if before.endswith(self._not_after):
            return None
        number = self._number(match["number"])
        if number is None or number <= 0:
            return None
        if not match["major"] and not self._is_sum(match, number, before, after):
            return None
        if match["half"]:
            return None  # 一个半, 三点半: a count or a time
        minor = number * _MINOR
        if match["major_half"]:
            minor += _MINOR // 2
        minor += 10 * self._digit(match["tenths"]) + self._digit(match["cents"] or match["cents_alone"])
        whole = int(minor.to_integral_value(rounding=ROUND_HALF_UP))
        return whole if 0 < whole <= _LARGEST else None

    def _number(self, said: str) -> Decimal | None:
        colloquial = self._words.colloquial.get(said)
        return Decimal(colloquial) if colloquial is not None else self._numerals.parse(said)

    def _is_sum(self, match: Match, number: Decimal, before: str, after: str) -> bool:
        """Whether a number without a unit of money is one, by what stands around it."""
        if self._not_before.match(after) or before.endswith(tuple(self._numerals.words.tail_words)):
            return False
        if match["number"].startswith("0") and number >= 1:
            return False  # a leading zero: digits of something
        return number >= _SMALL or (number >= 10 and before.endswith(self._pay_verbs))

    def _find_shares(self, text: str) -> list[Entity]:
        found = []
        for name, pattern in self._shares.items():
            for match in pattern.finditer(text):
                value = self._share(name, match)
                if value is not None and 0 < value <= 100:
                    found.append(Entity("share", value, match[0], *match.span()))
        return _apart(found)

    def _share(self, name: str, match: Match) -> int | None:
        if name == "half":
            return 50
        if name == "fraction":
            above, below = self._numerals.parse(match["above"]), self._numerals.parse(match["below"])
            return int(above * 100 / below) if above and below else None
        value = self._numerals.parse(match["n"] or match["n2"])
        if value is None:
            return None
        return int(value * 10) if name == "tenths" else int(value)

    def _digit(self, said: str | None) -> int:
        value = self._numerals.parse(said) if said else None
        return int(value) if value is not None else 0


def _once(entities: list[Entity]) -> list[Entity]:
    """Without a name for a sum said twice in a row: 一次性还清 is all of it, once."""
    kept: list[Entity] = []
    for entity in entities:
        again = (
            kept
            and entity.kind == "keyword_amount"
            and (kept[-1].kind, kept[-1].value) == (entity.kind, entity.value)
        )
        if not again:
            kept.append(entity)
    return kept


def _apart(entities: list[Entity]) -> list[Entity]:
    """Without those that overlap an earlier or longer one."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda e: (e.start, -e.end)):
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return kept
