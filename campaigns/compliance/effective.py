"""A rule pack as decisions use it: with a tenant's overrides applied, named, hashed and indexed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.datafile import line_of
from bot.errors import DataFileError
from campaigns.compliance.calendars import CALENDARS
from campaigns.compliance.hours import Hours
from campaigns.compliance.limits import LooseningError
from campaigns.compliance.overrides import Overrides, load_overrides
from campaigns.compliance.pack import RulePack, load_pack
from campaigns.compliance.sections import Region
from campaigns.compliance.tighten import tighten

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Place:
    """One place where the customer may be: its zone, and the local time before which nobody is called."""

    zone: ZoneInfo
    start: time = time.min


@dataclass(frozen=True, slots=True)
class Locality:
    """What depends on where the customer is: every place it may be (none: unknown), and the limits of the
    caps.
    """

    places: tuple[Place, ...]
    caps: Mapping[str, int]
    region_known: bool


class EffectivePack:
    """The rules in force for one installation. Never changes; safe to share between threads."""

    def __init__(self, rules: RulePack) -> None:
        self.rules = rules
        self.locality = lru_cache(maxsize=4096)(self._locality)

    @property
    def identity(self) -> str:
        """Id and version, such as ``cn-mainland@2026-11-23``."""
        return self.rules.identity

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of all rules, overrides included; comments and layout of the files do not count."""
        content = json.dumps(
            self.rules.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=True
        )
        return hashlib.sha256(content.encode()).hexdigest()

    @cached_property
    def label(self) -> str:
        """What a decision record and a permit keep: identity and the start of the digest; at most 64
        characters.
        """
        return f"{self.identity}#{self.digest[:12]}"

    def regions(self, region: str | None) -> tuple[Region, ...]:
        """The region as a customer file names it; every region when it is missing or not listed."""
        name = (region or "").strip().casefold()
        for key, rule in self.rules.regions.items():
            if name == key.casefold() or any(_is_named(name, known.casefold()) for known in rule.names):
                return (rule,)
        return tuple(self.rules.regions.values())

    def _locality(self, zones: tuple[str, ...], region: str | None) -> Locality:
        """Resolve candidate zones and a region. Where several may apply, the strictest of each rule does."""
        regions = self.regions(region)
        names = set(zones)
        if len(regions) == 1:
            names.update(regions[0].zones)
        if not names and self.rules.times.fallback_zone:
            names.add(self.rules.times.fallback_zone)
        start = max((rule.start for rule in regions if rule.start), default=time.min)
        try:
            places = tuple(Place(ZoneInfo(name), start) for name in sorted(names))
        except (ZoneInfoNotFoundError, ValueError):
            places = ()
        caps = {
            name: min([cap.default, *(rule.caps[name] for rule in regions if name in rule.caps)])
            for name, cap in self.rules.caps.items()
        }
        return Locality(places, caps, len(regions) == 1)

    def hours(self, day: date) -> Hours | None:
        """The hours of a local day; None when no calls are made on it."""
        times = self.rules.times
        off = times.days_off
        if off.calendar is not None:
            is_off = CALENDARS[off.calendar](day)
        else:
            is_off = _WEEKDAYS[day.weekday()] in off.weekdays
        if not is_off and day not in off.dates:
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


def _is_named(text: str, name: str) -> bool:
    """Whether a region is called so: by whole words in an alphabet, by its beginning in Chinese."""
    return text == name or text.startswith(f"{name} ") or (not name.isascii() and text.startswith(name))
