"""Money, numbers, dates and times in the manner of a language and in the zone of the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

from campaigns.console.view.languages import LOCALES


@dataclass(frozen=True, slots=True)
class Formats:
    """For one language and one zone. None is shown as an en dash."""

    language: str
    zone: ZoneInfo
    now: datetime

    def money(self, minor: int | None, currency: str | None) -> str:
        """``minor`` is in 1/100 of the currency's unit, whatever that one's own precision is."""
        if minor is None or currency is None:
            return "–"
        digits = get_currency_precision(currency)
        return format_currency(round(minor / 100, digits), currency, locale=LOCALES[self.language])

    def number(self, value: float | None) -> str:
        return "–" if value is None else format_decimal(value, locale=LOCALES[self.language])

    def percent(self, part: float, whole: float) -> str:
        return "–" if not whole else format_percent(part / whole, "#,##0.0%", locale=LOCALES[self.language])

    def day(self, value: date | None) -> str:
        """The day; of a time, its day where the house is."""
        if isinstance(value, datetime):
            value = value.astimezone(self.zone).date()
        return "–" if value is None else format_date(value, "yyyy-MM-dd", locale=LOCALES[self.language])

    def days_past_due(self, due: date | None, at: datetime) -> int | None:
        """How many days ago the due date was as of ``at``; negative: so many are left."""
        return None if due is None else (at.astimezone(self.zone).date() - due).days

    def weekday(self, value: date) -> str:
        """Its short name."""
        return format_date(value, "EEE", locale=LOCALES[self.language])

    def time(self, value: datetime | None) -> str:
        """Day and time to the minute."""
        if value is None:
            return "–"
        return format_datetime(value, "yyyy-MM-dd HH:mm", self.zone, LOCALES[self.language])

    def clock(self, value: datetime | None) -> str:
        """Time of the day to the second."""
        return "–" if value is None else format_time(value, "HH:mm:ss", self.zone, LOCALES[self.language])

    def ago(self, value: datetime | None) -> str:
        """How long ago, roughly."""
        if value is None:
            return "–"
        return format_timedelta(value - self.now, add_direction=True, locale=LOCALES[self.language])

    def length(self, start: datetime | None, end: datetime | None) -> str:
        """From one moment to another, in the largest unit that says something."""
        if start is None or end is None:
            return "–"
        return format_timedelta(end - start, threshold=1.5, locale=LOCALES[self.language])

    def seconds(self, value: int | None) -> str:
        """A length as ``2:05``."""
        return "–" if value is None else f"{value // 60}:{value % 60:02d}"
