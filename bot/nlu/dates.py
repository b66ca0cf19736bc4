"""Days and times as they are spoken, anchored on the moment of the call. The words and patterns are data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model
from bot.errors import DataFileError
from bot.nlu import calendar
from bot.nlu.interpreter import Entity
from bot.nlu.numerals import Numerals
from bot.nlu.patterns import alternatives

Kind = Literal[
    "iso", "day_word", "short_day", "weekday", "week_end", "month_day", "month_point", "year_end", "in_days",
    "days_ago", "in_weeks", "in_months", "in_minutes", "in_hours", "daypart", "clock",
]  # fmt: skip

_WEEKEND = 7  # in the table of weekdays, where Monday is 0
_LONGEST_SPAN_DAYS = 3660  # a span beyond ten years is a slip of the recogniser


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
    between: str
    deadline: str
    patterns: list[Pattern]


@dataclass(frozen=True, slots=True)
class _Atom:
    """One match of one pattern: a day, a time of day, or a moment."""

    rule: Pattern
    groups: dict[str, str]
    start: int
    end: int

    @property
    def is_time(self) -> bool:
        return self.rule.kind in ("daypart", "clock")


_SHORT_PART = Pattern.model_validate({"as": "daypart", "pattern": ""})


class Dates:
    """Finds dates and times in normalised text."""

    def __init__(self, words: DateWords, numerals: Numerals, file: str) -> None:
        self._words, self._numerals = words, numerals
        long_parts = [part for part in words.dayparts if part not in words.short_dayparts]
        names = {name: alternatives(table) for name, table in words.words.items()}
        names |= {
            "n": numerals.small,
            "n_char": f"[{numerals.characters}]",
            "daypart": alternatives(long_parts),
        }
        self._rules: list[tuple[Pattern, re.Pattern[str]]] = []
        for index, rule in enumerate(words.patterns):
            try:
                self._rules.append((rule, re.compile(rule.pattern.format_map(names))))
            except (re.error, KeyError, ValueError, IndexError) as error:
                raise DataFileError(
                    file, f"not a pattern: {error}", key=f"patterns.{index}.pattern"
                ) from error
        self._short_part = re.compile(f"(?P<daypart>{alternatives(words.short_dayparts)})")
        self._between = re.compile(words.between)
        self._deadline = re.compile(words.deadline)

    @classmethod
    def load(cls, language_dir: Path, numerals: Numerals) -> Dates:
        """Read ``dates.yml``. Raises DataFileError."""
        path = language_dir / "dates.yml"
        return cls(load_model(path, DateWords), numerals, str(path))

    def find(self, text: str, now: datetime, time_zone: ZoneInfo) -> list[Entity]:
        """Dates and datetimes in ``text``, in order; the day is that of ``now`` in ``time_zone``."""
        local = now.astimezone(time_zone)
        entities = []
        for group in self._groups(self._atoms(text)):
            if len(group) == 1 and text[group[0].start : group[0].end] in self._words.only_with_day:
                continue
            try:
                value = self._value(group, local)
            except (OverflowError, ValueError):  # a day beyond the calendar: nothing that was meant
                continue
            if value is not None:
                kind = "datetime" if isinstance(value, datetime) else "date"
                start = group[0].start
                end = self._deadline.match(text, group[-1].end)
                stop = end.end() if end else group[-1].end
                entities.append(Entity(kind, value, text[start:stop], start, stop))
        return entities

    def _atoms(self, text: str) -> list[_Atom]:
        """Matches that do not overlap: leftmost first, then longest, then as ordered in the data."""
        found = [
            _Atom(rule, {k: v for k, v in match.groupdict().items() if v}, *match.span())
            for rule, pattern in self._rules
            for match in pattern.finditer(text)
        ]
        found.sort(key=lambda atom: (atom.start, -atom.end))
        chosen: list[_Atom] = []
        for atom in found:
            if not chosen or atom.start >= chosen[-1].end:
                chosen.append(atom)
                if atom.rule.kind in ("day_word", "short_day") and (
                    part := self._short_part.match(text, atom.end)
                ):
                    chosen.append(_Atom(_SHORT_PART, part.groupdict(), *part.span()))
        return self._with_gaps(text, chosen)

    def _with_gaps(self, text: str, atoms: list[_Atom]) -> list[_Atom]:
        """Let an atom reach over the words that tie it to a time of day behind it (明天的 上午)."""
        tied = []
        for atom, after in zip(atoms, [*atoms[1:], None], strict=False):
            gap = self._between.match(text, atom.end)
            if after is not None and after.is_time and gap and gap.end() == after.start:
                atom = _Atom(atom.rule, atom.groups, atom.start, after.start)
            tied.append(atom)
        return tied

    @staticmethod
    def _groups(atoms: list[_Atom]) -> list[list[_Atom]]:
        """Join a day, a part of the day and a time that follow one another."""
        order = {"daypart": 1, "clock": 2}
        groups: list[list[_Atom]] = []
        for atom in atoms:
            rank = order.get(atom.rule.kind, 0)
            joins = groups and groups[-1][-1].end == atom.start
            if joins and rank > order.get(groups[-1][-1].rule.kind, 0):
                groups[-1].append(atom)
            else:
                groups.append([atom])
        return groups

    def _value(self, group: list[_Atom], now: datetime) -> date | datetime | None:
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

    def _moment(self, atom: _Atom, now: datetime) -> datetime | None:
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

    def _day(self, atom: _Atom, today: date) -> date | None:
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

    def _span(self, atom: _Atom, today: date) -> date | None:
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

    def _time_on(self, day: date | None, times: list[_Atom], now: datetime) -> datetime | None:
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
