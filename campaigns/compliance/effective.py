"""A rule pack as decisions use it: with a tenant's overrides applied, named, hashed and indexed."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from functools import cached_property, lru_cache, partial
from pathlib import Path

from bot.datafile import line_of
from bot.errors import DataFileError
from campaigns.compliance.arranged import WARN, CalendarEnd
from campaigns.compliance.calendars import CALENDARS, KNOWN_YEARS
from campaigns.compliance.facts import CallFacts, LineType, NumberFacts, Whereabouts
from campaigns.compliance.hours import Hours
from campaigns.compliance.limits import LooseningError
from campaigns.compliance.locality import Locality, region_key, resolve, stricter
from campaigns.compliance.overrides import Overrides, load_overrides
from campaigns.compliance.pack import RulePack, load_pack
from campaigns.compliance.speaking import RecordingRule
from campaigns.compliance.tighten import tighten

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@lru_cache(maxsize=64)
def _knows(calendar: str, year: int) -> bool:
    return KNOWN_YEARS[calendar](year)


class EffectivePack:
    """The rules in force for one installation. Never changes; safe to share between threads."""

    def __init__(self, rules: RulePack, *, hopeful: bool = False) -> None:
        """``hopeful``: days from Monday to Friday of a year that is not known are taken for working days."""
        self.rules = rules
        self._hopeful = hopeful
        self._arranged = {each.year: each for each in rules.times.days_off.arranged}
        self._locality = lru_cache(maxsize=4096)(partial(resolve, rules))

    @property
    def identity(self) -> str:
        """Id and version, such as ``cn-mainland@2026-11-23``."""
        return self.rules.identity

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of all rules, overrides included; comments and layout of the files do not count."""
        rules = self.rules.model_dump(mode="json", by_alias=True)
        if not self.rules.times.days_off.arranged:
            del rules["times"]["days_off"]["arranged"]  # decisions on record name packs from before it
        content = json.dumps(rules, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()

    @cached_property
    def label(self) -> str:
        """What a decision record and a permit keep: identity and the start of the digest; at most 64
        characters.
        """
        return f"{self.identity}#{self.digest[:12]}"

    @cached_property
    def hopeful(self) -> EffectivePack:
        """The same as it may turn out once every year's days off are known. Never to call by."""
        return EffectivePack(self.rules, hopeful=True)

    @cached_property
    def look_back(self) -> timedelta:
        """How far back the counts of a decision reach, with a day to spare for time zones."""
        rules = self.rules
        rest = rules.cooldown.after_talk_days
        days = [
            7,
            *(cap.days for cap in rules.caps.values()),
            *(state.within_h / 24 for state in rules.number_states.values()),
            *(gap.default / 1440 for gap in rules.min_gap_min.values()),
            rules.cooldown.after_talk_h.default / 24,
            0 if rest is None else rest.default,
        ]
        return timedelta(days=max(days) + 1)

    def locality(self, facts: CallFacts) -> Locality:
        """Where the customer may be, by all that the pack goes by."""
        sources = self.rules.times.zones_from
        zones = facts.zones
        if "area_code" in sources:
            zones += facts.number.zones
        names = [facts.region]
        if "last_region" in sources and facts.last_region is not None:
            names.append(facts.last_region)
        own = self._locality(zones, tuple(names))
        return stricter(own, [self._elsewhere(each) for each in facts.elsewhere]) if facts.elsewhere else own

    def _elsewhere(self, told: Whereabouts) -> Locality:
        names = [told.region]
        if "last_region" in self.rules.times.zones_from and told.last_region is not None:
            names.append(told.last_region)
        return self._locality(told.zones, tuple(names))

    def recording(self, *regions: str | None) -> RecordingRule:
        """How a call may be recorded to a customer who may be in any of these regions, as files name them.
        One that is missing or not listed may be any.
        """
        return self._locality((), regions or (None,)).recording

    def line_of(self, number: NumberFacts) -> LineType:
        """The kind of line a number counts as."""
        return self.rules.consent.unknown_line_is if number.line is LineType.UNKNOWN else number.line

    def region_key(self, name: str | None) -> str | None:
        """The region as a customer file names it; None when it is missing or not listed."""
        return region_key(self.rules, name)

    def is_day_off(self, day: date) -> bool:
        """Whether the local day is no working day."""
        off = self.rules.times.days_off
        if _WEEKDAYS[day.weekday()] in off.weekdays or day in off.dates:
            return True
        if off.calendar is None:
            return False
        told = self._arranged.get(day.year)
        if told is not None and not self._known(day.year):
            return told.is_off(day)
        if self._hopeful and not self._known(day.year):
            return day.weekday() >= 5
        return CALENDARS[off.calendar](day)

    def calendar_end(self, today: date) -> CalendarEnd | None:
        """Up to when holidays are known, where that is near; None: it is not, or there is no calendar."""
        if self.rules.times.days_off.calendar is None:
            return None
        year = today.year
        while year <= today.year + 1 and (self._known(year) or year in self._arranged):
            year += 1
        last = date(year, 1, 1) - timedelta(days=1)
        left = max(0, (last - today).days)
        return CalendarEnd(last, left) if last - today < WARN else None

    def _known(self, year: int) -> bool:
        calendar = self.rules.times.days_off.calendar
        return calendar is not None and _knows(calendar, year)

    def hours(self, day: date) -> Hours | None:
        """The hours of a local day; None when no calls are made on it."""
        times = self.rules.times
        off = times.days_off
        if not self.is_day_off(day):
            return times.window.default
        return off.window.default.overlap(times.window.default) if off.window else None


def effective(pack: RulePack, overrides: Overrides | None = None) -> EffectivePack:
    """The pack with a tenant's overrides.

    Raises DataFileError naming the key that would loosen what is hard.
    """
    if overrides is None:
        return EffectivePack(pack)
    try:
        return EffectivePack(tighten(pack, overrides))
    except LooseningError as error:
        source = overrides.source
        line = line_of(source, *error.key) if source else None
        name = str(source) if source else f"overrides of {pack.id}"
        raise DataFileError(name, str(error), line=line, key=".".join(error.key)) from error


def load_effective(name: str, overrides: Path | None = None) -> EffectivePack:
    """The shipped pack ``name`` with the tenant's file, if any. Raises DataFileError."""
    return effective(load_pack(name), load_overrides(overrides) if overrides else None)
