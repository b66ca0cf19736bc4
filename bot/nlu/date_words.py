"""What ``dates.yml`` holds: words for days and times, and the patterns in which they are said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import DataFileError
from bot.nlu.numerals import Numerals
from bot.nlu.patterns import alternatives, filled
from bot.patterns import Pattern as Expression
from bot.patterns import pattern_of

Kind = Literal[
    "iso", "day_word", "short_day", "weekday", "week_end", "month_day", "month_point", "year_end", "in_days",
    "days_ago", "in_weeks", "in_months", "in_minutes", "in_hours", "daypart", "clock",
]  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Daypart(_Strict):
    """Hours spanned, the hour meant when none is said, and whether 1..11 are afternoon hours."""

    start: int = Field(alias="from", ge=0, le=23)
    default: int = Field(ge=0, le=23)
    end: int = Field(alias="to", ge=1, le=24)
    pm: bool


class Pattern(_Strict):
    """A regular expression and what the calendar has to do with its groups."""

    kind: Kind = Field(alias="as")
    pattern: str
    fixed: int | None = None
    plus_half: bool = False


class DateWords(_Strict):
    """``dates.yml``."""

    words: dict[str, dict[str, int]]
    dayparts: dict[str, Daypart]
    short_dayparts: list[str]
    first_morning_hour: int
    last_evening_hour: int
    only_with_day: list[str]
    vague: dict[str, list[str]] = {}
    between: str
    deadline: str
    patterns: list[Pattern]

    def compiled(self, numerals: Numerals, file: str) -> Iterator[tuple[Pattern, Expression]]:
        """The patterns with the words put in their places. Raises DataFileError naming ``file``."""
        names = {name: alternatives(table) for name, table in self.words.items()}
        names["n"] = numerals.small
        names["n_char"] = f"[{numerals.characters}]"
        names["daypart"] = alternatives(part for part in self.dayparts if part not in self.short_dayparts)
        for index, rule in enumerate(self.patterns):
            try:
                yield rule, pattern_of(filled(rule.pattern, names))
            except ValueError as error:
                key = f"patterns.{index}.pattern"
                raise DataFileError(file, f"not a pattern: {error}", key=key) from error
