"""The arithmetic of days: what "next Friday" or "the 5th" is, seen from a given day. No words here."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

SATURDAY = 5


def add_months(day: date, months: int) -> date:
    """``day`` moved by whole months; the 31st becomes the last day of a shorter month."""
    year, month = _shift(day, months)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def weekday_of(today: date, weekday: int, weeks: int | None) -> date:
    """The ``weekday`` (0 is Monday) of the week ``weeks`` after this; None: the first such day after today.

    Weeks begin on Monday.
    """
    if weeks is None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return today + timedelta(days=weekday - today.weekday() + 7 * weeks)


def weekend_of(today: date, weeks: int | None) -> date:
    """The Saturday of the weekend meant; on a Sunday "the weekend" is today."""
    if not weeks and today.weekday() >= SATURDAY:
        return today
    return weekday_of(today, SATURDAY, weeks or 0)


def day_of_month(today: date, day: int, months: int | None) -> date | None:
    """Day ``day`` of the month ``months`` after this one, or None when that month has no such day.

    With None for ``months``: the next such day, today included, skipping months that are too short.
    """
    if not 1 <= day <= 31:
        return None
    for ahead in range(3) if months is None else (months,):
        year, month = _shift(today, ahead)
        if day <= monthrange(year, month)[1]:
            found = date(year, month, day)
            if months is not None or found >= today:
                return found
    return None


def day_of_year(today: date, month: int, day: int, year: int | None) -> date | None:
    """``month``/``day`` of ``year``; without a year, of the year that brings it nearest to today."""
    found = [made for y in ([year] if year else _years(today)) if (made := _date(y, month, day))]
    return min(found, key=lambda made: abs((made - today).days), default=None)


def last_of_month(today: date, months: int) -> date:
    year, month = _shift(today, months)
    return date(year, month, monthrange(year, month)[1])


def _years(today: date) -> list[int]:
    return [today.year - 1, today.year, today.year + 1]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shift(day: date, months: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + months
    return index // 12, index % 12 + 1
