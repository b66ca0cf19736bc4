"""Holidays of a year as they were announced, from a file of the installation: for a year that no calendar of
ours knows yet.

In China the State Council announces a year in the autumn before it; the libraries that know it come later.
What a library knows wins over the file: nobody argues with a calendar by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from campaigns.compliance.limits import Section

FEWEST_OFF, MOST_OFF = 11, 45
"""Days of holidays in one year, weekends within them counted too: 11 by law until 2024 and 13 since, which
the State Council makes 28 to 34; one that lists the days by law alone is taken.
"""
ALWAYS_OFF = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""New Year, Labour Day and the National Day's three: 全国年节及纪念日放假办法."""
WARN = timedelta(days=60)
"""How long before the last day that is known somebody is told."""


class ArrangedYear(Section):
    """One year. ``holidays``: the holidays, with the weekends that lie in them; ``worked``: weekends that are
    worked for them; ``source``: the announcement, by its title and number.
    """

    year: Annotated[int, Field(strict=True, ge=2020, le=2100)]
    source: str = Field(min_length=4, max_length=200)
    holidays: tuple[date, ...]
    worked: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _as_it_could_be(self) -> Self:
        off, worked = set(self.holidays), set(self.worked)
        if len(off) != len(self.holidays) or len(worked) != len(self.worked):
            raise ValueError("a day is there twice")
        if strange := sorted(day for day in off | worked if day.year != self.year):
            raise ValueError(f"{strange[0]} is no day of {self.year}")
        if both := sorted(off & worked):
            raise ValueError(f"{both[0]} is off and worked at once")
        if weekdays := sorted(day for day in worked if day.weekday() < 5):
            raise ValueError(f"{weekdays[0]} is no weekend: every other day is worked anyway")
        missing = [date(self.year, *day) for day in ALWAYS_OFF if date(self.year, *day) not in off]
        if missing:
            raise ValueError(f"{missing[0]} is a holiday by law and is not there")
        if not FEWEST_OFF <= len(off) <= MOST_OFF:
            raise ValueError(f"{len(off)} holidays; a year has {FEWEST_OFF} to {MOST_OFF}")
        return self

    def is_off(self, day: date) -> bool:
        """Whether a day of this year is no working day."""
        return day in self.holidays or (day.weekday() >= 5 and day not in self.worked)


@dataclass(frozen=True, slots=True)
class CalendarEnd:
    """The last day whose holidays are known; every day after it counts as a day off."""

    last: date
    days_left: int
