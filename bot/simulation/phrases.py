"""How simulated customers say things: groups of spoken forms, filled from the facts of the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.dialogue.brief import Brief


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PhraseGroup(_Strict):
    """Ways to say one thing; with ``hang_up`` the customer hangs up after it.

    ``intent`` is what it may rightly be taken for: one intent or several; none when that is not counted.
    """

    say: list[str] = Field(min_length=1)
    intent: list[str] = []
    hang_up: bool = False

    @field_validator("intent", mode="before")
    @classmethod
    def _one_or_many(cls, intent: object) -> object:
        return [intent] if isinstance(intent, str) else intent

    @model_validator(mode="before")
    @classmethod
    def _list_is_enough(cls, data: Any) -> Any:
        return {"say": data} if isinstance(data, list) else data


class Numerals(_Strict):
    """The characters of spoken numbers."""

    digits: str = Field(min_length=10, max_length=10)
    ten: str
    hundred: str
    thousand: str
    myriad: str

    def speak(self, number: int) -> str:
        """A number from 1 to 99,999,999 in words."""
        high, low = divmod(number, 10_000)
        if high:
            gap = self.digits[0] if 0 < low < 1000 else ""
            return self._small(high) + self.myriad + gap + (self._small(low) if low else "")
        return self._small(low)

    def spell(self, digits: str) -> str:
        """Digits one by one; what is no digit stays."""
        return "".join(self.digits[int(digit)] if digit.isdigit() else digit for digit in digits)

    def _small(self, number: int) -> str:
        words, pending = "", False
        for size, unit in ((1000, self.thousand), (100, self.hundred), (10, self.ten), (1, "")):
            digit = number // size % 10
            if digit:
                words += (self.digits[0] if pending else "") + self.digits[digit] + unit
                pending = False
            else:
                pending = bool(words)
        return words


class PhraseFile(_Strict):
    """The file ``personas/phrases.yml``."""

    numerals: Numerals
    prefixes: list[str] = []
    fillers: dict[str, list[str]]
    phrases: dict[str, PhraseGroup]


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What the simulated customer knows of themselves. Money in minor units."""

    id_tail: str
    amount_due: int
    minimum_due: int

    @classmethod
    def of(cls, brief: Brief) -> Self:
        """The facts that agree with what the bot is told."""
        return cls(brief.party.id_tail, brief.debt.amount_due, brief.debt.minimum_due)


def fill(template: str, file: PhraseFile, facts: CustomerFacts, random: Random) -> str:
    """``template`` with every ``{name}`` replaced by a spoken form."""
    values: Mapping[str, Any] = _Fillers(file, facts, random)
    return template.format_map(values)


class _Fillers(dict[str, str]):
    """Draws each filler when it is asked for, so that one not used draws nothing."""

    def __init__(self, file: PhraseFile, facts: CustomerFacts, random: Random) -> None:
        super().__init__()
        self._file, self._facts, self._random = file, facts, random

    def __missing__(self, name: str) -> str:
        if name == "digits":
            return self._as_spoken(self._facts.id_tail or "0000")
        if name == "wrong_digits":
            return self._as_spoken(f"{self._random.randrange(10_000):04d}")
        if name in ("number", "spoken"):
            number = self._sum()
            return str(number) if name == "number" else self._file.numerals.speak(number)
        return self._random.choice(self._file.fillers[name]).format_map(self)

    def _as_spoken(self, digits: str) -> str:
        return digits if self._random.random() < 0.5 else self._file.numerals.spell(digits)

    def _sum(self) -> int:
        """A round sum between the minimum and all that is due, in major units."""
        low, high = self._facts.minimum_due // 100 + 1, max(self._facts.amount_due // 100, 1)
        step = 100 if high >= 300 else 1
        rounds = range(-(-low // step) * step, high + 1, step)
        return self._random.choice(rounds) if rounds else high
