"""Calendars of public holidays that a rule pack can name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

import chinese_calendar


@lru_cache(maxsize=1024)
def _cn_state_council(day: date) -> bool:
    """Weekends and holidays as the State Council arranges them, worked weekends excepted."""
    try:
        return bool(chinese_calendar.is_holiday(day))
    except NotImplementedError:  # the arrangement for this year is not published, or not in the library yet
        return True


CALENDARS: Mapping[str, Callable[[date], bool]] = {"cn-state-council": _cn_state_council}
"""Name to "is this day off?". A year that a calendar does not know counts as days off."""
