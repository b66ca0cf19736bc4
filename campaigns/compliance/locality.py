"""Where a customer may be, and which rules hold there. What is not known may be anything: the strictest
holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaigns.compliance.pack import RulePack
from campaigns.compliance.sections import Region
from campaigns.compliance.speaking import RecordingRule


@dataclass(frozen=True, slots=True)
class Place:
    """One place where the customer may be: its zone, and the local time before which nobody is called."""

    zone: ZoneInfo
    start: time = time.min


@dataclass(frozen=True, slots=True)
class Locality:
    """What depends on where the customer is: every place it may be (none: unknown), the limits of the caps,
    and how the call may be recorded.
    """

    places: tuple[Place, ...]
    caps: Mapping[str, int]
    regions: tuple[str, ...]  # keys of the regions it may be in
    region_known: bool
    recording: RecordingRule


def resolve(rules: RulePack, zones: tuple[str, ...], names: tuple[str | None, ...]) -> Locality:
    """Resolve candidate zones and regions. Where several may apply, the strictest of each rule does; a
    region that is missing or not listed may be any.
    """
    found = [region_key(rules, name) for name in names]
    known = [key for key in found if key is not None]
    keys = tuple(dict.fromkeys(known)) if None not in found else tuple(rules.regions)
    regions = [rules.regions[key] for key in keys]
    fallback = rules.times.fallback_zone
    of_regions = [zone for key in known for zone in rules.regions[key].zones]
    candidates = {*zones, *of_regions}
    if fallback and not of_regions:
        candidates.add(fallback)  # whatever else is told: a region without a zone of its own lies in it
    # A place that was named and is not known may lie in any zone.
    nowhere = not fallback and any(name and key is None for name, key in zip(names, found, strict=True))
    limits = {
        name: min([cap.default, *(rule.caps[name] for rule in regions if name in rule.caps)])
        for name, cap in rules.caps.items()
    }
    recording = rules.speak.recording
    return Locality(
        () if nowhere else _places(candidates, regions),
        limits,
        keys,
        None not in found,
        recording.all_party if any(region.all_party for region in regions) else recording.otherwise,
    )


def stricter(own: Locality, others: Sequence[Locality]) -> Locality:
    """``own`` with all that holds in ``others``. A place that ``own`` does not know is not made known."""
    everywhere = (own, *others)
    places = dict.fromkeys(place for each in everywhere for place in each.places)
    return Locality(
        tuple(places) if own.places else (),
        {name: min(each.caps[name] for each in everywhere) for name in own.caps},
        tuple(dict.fromkeys(key for each in everywhere for key in each.regions)),
        all(each.region_known for each in everywhere),
        max((each.recording for each in everywhere), key=list(RecordingRule).index),
    )


def region_key(rules: RulePack, name: str | None) -> str | None:
    """The region as a customer file names it; None when it is missing or not listed."""
    wanted = (name or "").strip().casefold()
    for key, rule in rules.regions.items():
        if wanted == key.casefold() or any(_is_named(wanted, known.casefold()) for known in rule.names):
            return key
    return None


def _places(zones: Iterable[str], regions: Sequence[Region]) -> tuple[Place, ...]:
    """None when one of the zones is not known: it may be any."""
    start = max((rule.start for rule in regions if rule.start), default=time.min)
    try:
        return tuple(Place(ZoneInfo(name), start) for name in sorted(zones))
    except (ZoneInfoNotFoundError, ValueError):
        return ()


def _is_named(text: str, name: str) -> bool:
    """Whether a region is called so: by whole words in an alphabet, by its beginning in Chinese."""
    return text == name or text.startswith(f"{name} ") or (not name.isascii() and text.startswith(name))
