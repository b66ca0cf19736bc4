"""What a day or time that was found means, seen from the moment of the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import assert_never

from bot.nlu import calendar
from bot.nlu.date_words import DateWords, Daypart, Pattern
from bot.nlu.numerals import Numerals

_WEEKEND = 7  # in the table of weekdays, where Monday is 0
_LONGEST_SPAN_DAYS = 3660  # a span beyond ten years is a slip of the recogniser


@dataclass(frozen=True, slots=True)
class Atom:
    """One match of one pattern: a day, a time of day, or a moment."""

    rule: Pattern
    groups: dict[str, str]
    start: int
    end: int

    @property
    def is_time(self) -> bool:
        return self.rule.kind in ("daypart", "clock")


class DateValues:
    """Turns atoms into dates and datetimes."""

    def __init__(self, words: DateWords, numerals: Numerals) -> None:
        self._words, self._numerals = words, numerals

    def value(self, group: Sequence[Atom], now: datetime) -> date | datetime | None:
        """The date or datetime that the atoms of ``group`` mean together; None when there is no such day."""
        first = group[0]
        if first.rule.kind in ("in_minutes", "in_hours"):
            return self._moment(first, now)
        day = None if first.is_time else self._day(first, now.date())
        times = [atom for atom in group if atom.is_time]
        if not times:
            return day
        if day is None and not first.is_time:
            return None
        return self._time_on(day, times, now)

    def _moment(self, atom: Atom, now: datetime) -> datetime | None:
        amount = Decimal(atom.rule.fixed) if atom.rule.fixed else self._number(atom.groups["n"])
        if amount is None or amount <= 0:
            return None
        if atom.rule.plus_half:
            amount += Decimal("0.5")
        minutes = float(amount) * (60 if atom.rule.kind == "in_hours" else 1)
        if minutes > _LONGEST_SPAN_DAYS * 24 * 60:
            return None
        later = now.astimezone(UTC) + timedelta(minutes=minutes)  # in UTC: a span is no matter of summer time
        return later.astimezone(now.tzinfo).replace(second=0, microsecond=0)

    def _day(self, atom: Atom, today: date) -> date | None:
        kind, groups, table = atom.rule.kind, atom.groups, self._words.words

        def shift(name: str) -> int | None:
            return table[name][groups[name]] if name in groups else None

        match kind:
            case "iso":
                return date(int(groups["year"]), int(groups["month"]), int(groups["day"]))
            case "day_word" | "short_day":
                return today + timedelta(days=table[kind][groups[kind]])
            case "weekday":
                weekday = table["weekday"][groups["weekday"]]
                if weekday == _WEEKEND:
                    return calendar.weekend_of(today, shift("week_shift"))
                return calendar.weekday_of(today, weekday, shift("week_shift"))
            case "week_end":
                return calendar.weekday_of(today, 6, shift("week_shift"))
            case "month_day":
                return self._month_day(groups, shift("month_shift"), today)
            case "month_point":
                months, day = shift("month_shift"), table["month_point"][groups["month_point"]]
                if day < 0:
                    return calendar.last_of_month(today, months or 0)
                return calendar.day_of_month(today, day, months)
            case "year_end":
                return date(today.year + (shift("year_shift") or 0), 12, 31)
            case "in_days" | "days_ago" | "in_weeks" | "in_months":
                return self._span(atom, today)
            case "in_minutes" | "in_hours" | "daypart" | "clock":
                return None
        assert_never(kind)

    def _month_day(self, groups: dict[str, str], months: int | None, today: date) -> date | None:
        day = self._whole(groups["day"])
        if day is None:
            return None
        if "month" not in groups:
            return calendar.day_of_month(today, day, months)
        month = self._whole(groups["month"])
        year = self._numerals.digits(groups["year"]) if "year" in groups else None
        return None if month is None else calendar.day_of_year(today, month, day, int(year) if year else None)

    def _span(self, atom: Atom, today: date) -> date | None:
        amount = atom.rule.fixed or self._whole(atom.groups["n"])
        if amount is None or not 0 < amount <= _LONGEST_SPAN_DAYS:
            return None
        match atom.rule.kind:
            case "days_ago":
                return today - timedelta(days=amount)
            case "in_weeks":
                return today + timedelta(weeks=amount)
            case "in_months":
                return calendar.add_months(today, amount)
            case _:
                return today + timedelta(days=amount)

    def _time_on(self, day: date | None, times: Sequence[Atom], now: datetime) -> datetime | None:
        part = next((self._words.dayparts[a.groups["daypart"]] for a in times if "daypart" in a.groups), None)
        clock = next((atom.groups for atom in times if atom.rule.kind == "clock"), None)
        if clock is None:
            assert part is not None  # noqa: S101 - a time is a part of the day or a clock time
            return self._part_of(day, part, now)
        hour, minute = self._whole(clock["hour"]), self._minute(clock)
        if hour is None or minute is None or hour > 24 or minute > 59:
            return None
        afternoon = part.pm if part else hour < self._words.first_morning_hour
        if (hour < 12 and afternoon and hour > 0) or (hour == 12 and part and part.end > 18):
            hour += 12
        if hour == 12 and part and part.end <= self._words.first_morning_hour and not part.pm:
            hour = 0  # 凌晨十二点 is midnight
        at = datetime.combine(day or now.date(), time(hour % 24, minute), now.tzinfo)
        if hour == 24:
            at += timedelta(days=1)
        if day is None and at <= now:
            evening = at + timedelta(hours=12)  # 八点, said at nine in the morning, is the evening
            if part is None and evening > now and hour + 12 <= self._words.last_evening_hour:
                return evening
            at += timedelta(days=1)
        return at

    def _part_of(self, day: date | None, part: Daypart, now: datetime) -> datetime:
        at = datetime.combine(day or now.date(), time(part.default), now.tzinfo)
        if at > now or (day is not None and day != now.date()):
            return at
        soon = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if soon.date() == now.date() and soon.hour < part.end:
            return soon  # that part of today has begun and is not over
        return at if day is not None else at + timedelta(days=1)

    def _minute(self, clock: dict[str, str]) -> int | None:
        if "half" in clock:
            return 30
        if "quarter" in clock:
            quarters = self._whole(clock["quarter"])
            return None if quarters is None else quarters * 15
        said = clock.get("minute") or clock.get("minute2")
        return self._whole(said) if said else 0

    def _number(self, text: str) -> Decimal | None:
        return self._numerals.parse(text)

    def _whole(self, text: str) -> int | None:
        value = self._numerals.parse(text)
        return int(value) if value is not None and value == int(value) else None
