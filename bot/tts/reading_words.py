"""What ``reading.yml`` of a language holds: words of numbers, letters and symbols, rules, and pauses."""

from __future__ import annotations

import string
import unicodedata
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.patterns import checked, pattern_of

FILE = "reading.yml"

How = Literal["count", "number", "digits", "telephone", "fours", "letters"]


class Rewrite(BaseModel):
    """One form of words put for another."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    pattern: str
    to: str

    _is_pattern = field_validator("pattern")(checked)


class Rule(BaseModel):
    """One way to read what ``pattern`` matches between the words that must, and must not, stand around it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    pattern: str
    say: str
    after: list[str] = []
    not_before: list[str] = []

    _is_pattern = field_validator("pattern")(checked)

    @property
    def parts(self) -> list[tuple[str, str | None, str | None]]:
        """``say`` as literal text, each followed by a group and how to say it, if there is one."""
        return [(text, group, how) for text, group, how, _ in string.Formatter().parse(self.say)]

    @model_validator(mode="after")
    def _says_what_it_matches(self) -> Rule:
        groups = pattern_of(self.pattern).groups
        for _, group, how in self.parts:
            if group is not None and group not in groups:
                raise ValueError(f"there is no group {group!r} in the pattern")
            if group is not None and how not in get_args(How):
                raise ValueError(f"say {group!r} as one of {', '.join(get_args(How))}")
        return self


class ReadingWords(BaseModel):
    """``reading.yml``. Marks in ``pauses`` and ``closing`` stand for their half-width forms too."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    locale: str
    spelling: str
    counting: list[Rewrite] = []
    point: str
    minus: str
    zero: str
    digits: dict[str, str]
    telephone: dict[str, str] = {}
    group_break: str
    letters: dict[str, str]
    words: dict[str, str] = {}
    symbols: dict[str, str] = {}
    speakable: str
    pauses: dict[str, float]
    closing: str = ""
    rewrite: list[Rewrite] = []
    rules: list[Rule] = Field(min_length=1)

    _is_pattern = field_validator("speakable")(checked)

    @field_validator("digits")
    @classmethod
    def _all_ten(cls, digits: dict[str, str]) -> dict[str, str]:
        if set(digits) != set(string.digits):
            raise ValueError("one word for each digit from 0 to 9")
        return digits

    @field_validator("pauses")
    @classmethod
    def _as_normalised(cls, pauses: dict[str, float]) -> dict[str, float]:
        if any(not 0 <= pause <= 3 for pause in pauses.values()):
            raise ValueError("a pause lasts from 0 to 3 seconds")
        normal = {
            form: pause for mark, pause in pauses.items() for form in unicodedata.normalize("NFKC", mark)
        }
        if any(len(mark) != 1 for mark in pauses):
            raise ValueError("a mark is one character")
        return normal
