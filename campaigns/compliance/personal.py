"""What a customer said of their own hours: times that do not suit, and times agreed to in writing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from campaigns.compliance.hours import Hours

END_OF_DAY = time.max


@dataclass(frozen=True, slots=True)
class PersonalHours:
    """Local hours of some weekdays. ``agreed``: calls are welcome then; else they are not."""

    agreed: bool
    start: time = time.min
    end: time = END_OF_DAY
    weekdays: tuple[int, ...] = ()  # 0 is Monday; empty: every day
    written: bool = False  # there is a written record of it

    def on(self, day: date) -> bool:
        return not self.weekdays or day.weekday() in self.weekdays

    @property
    def hours(self) -> Hours:
        return Hours(self.start, self.end)


def opened(stretches: list[Hours], more: Iterable[Hours]) -> list[Hours]:
    """The stretches with ``more`` added, in order; those that touch are one."""
    merged: list[Hours] = []
    for stretch in sorted([*stretches, *more], key=lambda hours: (hours.start, hours.end)):
        if merged and stretch.start <= merged[-1].end:
            merged[-1] = Hours(merged[-1].start, max(merged[-1].end, stretch.end))
        else:
            merged.append(stretch)
    return merged


def closed(stretches: list[Hours], away: Iterable[Hours]) -> list[Hours]:
    """The stretches with ``away`` taken out."""
    left = stretches
    for hole in away:
        left = [part for stretch in left for part in _without(stretch, hole)]
    return left


def _without(stretch: Hours, hole: Hours) -> list[Hours]:
    if stretch.overlap(hole) is None:
        return [stretch]
    parts = []
    if stretch.start < hole.start:
        parts.append(Hours(stretch.start, hole.start))
    if hole.end < stretch.end:
        parts.append(Hours(hole.end, stretch.end))
    return parts
