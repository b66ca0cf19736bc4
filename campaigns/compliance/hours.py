"""Times of day in a data file, and the half-open stretch between two of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from campaigns.said import WrongValue

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """Local times of one day, half-open: ``start`` belongs to it, ``end`` does not.

    Never crosses midnight.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise WrongValue("the window must start before it ends, not %(hours)s", hours=str(self))

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def within(self, other: Hours) -> bool:
        return other.start <= self.start and self.end <= other.end

    def overlap(self, other: Hours) -> Hours | None:
        """The stricter of the two: what lies in both. None when nothing does."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Hours(start, end) if start < end else None


def parse_clock(value: Any) -> time:
    """A time of day written as "HH:MM". Raises ValueError: YAML reads an unquoted 10:00 as the number 600."""
    if isinstance(value, time):
        return value
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise WrongValue('a time is written in quotes as "HH:MM", not %(value)r', value=value)
    return time(int(match[1]), int(match[2]))


def parse_hours(value: Any) -> Hours:
    """A pair of times, such as ["09:00", "20:30"]. Raises ValueError."""
    if isinstance(value, Hours):
        return value
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError(f'a window is a pair of times such as ["09:00", "20:30"], not {value!r}')
    return Hours(parse_clock(value[0]), parse_clock(value[1]))


ClockTime = Annotated[time, BeforeValidator(parse_clock), PlainSerializer(lambda t: f"{t:%H:%M}")]
HoursField = Annotated[
    Hours, BeforeValidator(parse_hours), PlainSerializer(lambda h: [f"{h.start:%H:%M}", f"{h.end:%H:%M}"])
]
