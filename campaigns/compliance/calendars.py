"""Calendars of public holidays that a rule pack can name. A year that a calendar does not know is all days
off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

import chinese_calendar
import holidays


@lru_cache(maxsize=1024)
def _cn_state_council(day: date) -> bool:
    """Weekends and holidays as the State Council arranges them, worked weekends excepted.

    The arrangement of a year is published in the autumn before it. Either library may learn of it first.
    """
    try:
        return bool(chinese_calendar.is_holiday(day))
    except NotImplementedError:
        return _cn_as_holidays_knows(day)


def _cn_as_holidays_knows(day: date) -> bool:
    """``holidays`` goes on for every year with the statutory days alone; the weekends that are worked tell
    whether it knows what was arranged for this one.
    """
    china = holidays.country_holidays("CN", years=day.year)
    if not any(worked.year == day.year for worked in china.weekend_workdays):
        return True
    return day in china or (day.weekday() >= 5 and day not in china.weekend_workdays)


@lru_cache(maxsize=1024)
def _us_federal(day: date) -> bool:
    """Federal holidays, on the day itself and on the working day that stands in for it."""
    country = holidays.country_holidays("US", years=day.year)
    return day in country or not country.start_year <= day.year <= country.end_year


def _cn_knows(year: int) -> bool:
    try:
        chinese_calendar.is_holiday(date(year, 1, 1))
    except NotImplementedError:
        china = holidays.country_holidays("CN", years=year)
        return any(worked.year == year for worked in china.weekend_workdays)
    return True


def _us_knows(year: int) -> bool:
    country = holidays.country_holidays("US", years=year)
    return country.start_year <= year <= country.end_year


CALENDARS: Mapping[str, Callable[[date], bool]] = {
    "cn-state-council": _cn_state_council,
    "us-federal": _us_federal,
}
"""Name to "is this day off?"."""

KNOWN_YEARS: Mapping[str, Callable[[int], bool]] = {"cn-state-council": _cn_knows, "us-federal": _us_knows}
"""Name to "are the holidays of this year known?"."""
