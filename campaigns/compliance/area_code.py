"""What a number tells by itself: the time zones of its area code, and whether it is a cell phone's."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, timezone

from campaigns.compliance.facts import LineType

_UNKNOWN_ZONE = "Etc/Unknown"


@lru_cache(maxsize=8192)
def zones_of(e164: str) -> tuple[str, ...]:
    """IANA zones that the number's area may lie in; none when that is not known.

    A number that is bound to no area, such as a toll-free one, may lie in any zone of its numbering plan.
    """
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(e164))
    except NumberParseException:
        return ()
    return tuple(zone for zone in zones if zone != _UNKNOWN_ZONE)


@lru_cache(maxsize=8192)
def line_of(e164: str) -> LineType:
    """The kind of line, where the numbering plan tells: in North America it does not."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(e164))
    except NumberParseException:
        return LineType.UNKNOWN
    if kind == PhoneNumberType.MOBILE:
        return LineType.WIRELESS
    return LineType.LANDLINE if kind == PhoneNumberType.FIXED_LINE else LineType.UNKNOWN
