"""Hours of days as they are drawn: the law's as a rail, the campaign's own within it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.hours import Hours

FIRST_H, LAST_H = 6, 23
MINUTES: Final = (LAST_H - FIRST_H) * 60
MARKS: Final = tuple(range(FIRST_H + 2, LAST_H, 2))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a day, as minutes on the drawing."""

    x: int
    width: int
    words: str


@dataclass(frozen=True, slots=True)
class DrawnDay:
    """One day. ``words``: when the campaign calls; empty when it does not."""

    day: date
    day_off: bool
    law: tuple[Stretch, ...]
    own: tuple[Stretch, ...]
    cut: bool  # the law leaves less than the campaign was set to

    @property
    def words(self) -> str:
        return ", ".join(stretch.words for stretch in self.own)


def drawn_days(
    pack: EffectivePack, window: CampaignWindow | None, first: date, days: int = 14
) -> list[DrawnDay]:
    """The coming days. Where a region's law opens later, it holds for its customers."""
    return [_drawn(pack, window, first + timedelta(days=n)) for n in range(days)]


def _drawn(pack: EffectivePack, window: CampaignWindow | None, day: date) -> DrawnDay:
    law, off = pack.hours(day), pack.is_day_off(day)
    legal = [law] if law else []
    if window is None:
        return DrawnDay(day, off, _stretches(legal), _stretches(legal), cut=False)
    own, wished = window.within(legal, day, day_off=off), window.on(day, day_off=off)
    cut = wished is not None and _length(own) < _length(wished)
    return DrawnDay(day, off, _stretches(legal), _stretches(own), cut)


def _length(stretches: Sequence[Hours]) -> int:
    return sum(_minute(each.end) - _minute(each.start) for each in stretches)


def _stretches(hours: Sequence[Hours]) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(start, max(0, end - start), str(each))
        for each in hours
        for start, end in [(_minute(each.start), _minute(each.end))]
    )


def _minute(at: time) -> int:
    return min(MINUTES, max(0, (at.hour - FIRST_H) * 60 + at.minute))
