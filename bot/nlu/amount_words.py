"""What ``amounts.yml`` holds: words for money, and the patterns in which sums are said."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field

from bot.nlu.numerals import Numerals
from bot.nlu.patterns import alternatives
from bot.patterns import Pattern, pattern_of


class Shares(BaseModel):
    """Patterns of shares of the amount due."""

    model_config = ConfigDict(extra="forbid")
    half: str
    fraction: str
    percent: str
    tenths: str


class AmountWords(BaseModel):
    """``amounts.yml``."""

    model_config = ConfigDict(extra="forbid")
    major: list[str]
    tenth: list[str]
    hundredth: list[str]
    approximately: list[str]
    colloquial: dict[str, int]
    not_before: list[str]
    not_after: list[str]
    pay_verbs: list[str]
    exceptions: list[str] = Field(alias="except")
    keywords: dict[str, list[str]]
    shares: Shares

    def exact(self, numerals: Numerals) -> Pattern:
        """A number with or without a unit (groups number, major, tenths, cents, …) or only tenths (五毛)."""
        inside, point, half = f"[{numerals.characters}]", re.escape(numerals.words.point), numerals.words.half
        number = rf"(?:{inside}|\.(?=[0-9])|(?<={inside}){point}(?={inside}))+"
        digit = f"[0-9{''.join(numerals.words.digits)}]"
        zero = f"[{''.join(word for word, value in numerals.words.digits.items() if value == 0)}]?"
        major, tenth, hundredth, about, round_sum = (
            alternatives(words)
            for words in (self.major, self.tenth, self.hundredth, self.approximately, self.colloquial)
        )
        cents = rf"{tenth}(?:{zero}(?P<cents>{digit})(?:{hundredth})?)?"
        after_major = (
            rf"(?:{zero}(?P<cents_alone>{digit}){hundredth}(?![之期钟])"  # 一百块零五分
            rf"|{zero}(?P<tenths>{digit})(?:{cents})?(?!{inside}))"  # 三块五, 三块五毛二, 一百块零五毛
        )
        return pattern_of(
            rf"(?<!{inside})(?P<only_tenths>{digit}){tenth}(?:(?P<only_cents>{digit})(?:{hundredth})?)?"
            rf"|(?P<number>{round_sum}|{number})(?P<half>{half})?(?:{about})?"
            rf"(?:(?P<major>{major})(?:{after_major}|(?P<major_half>{half}))?(?:{about})?)?"
        )
