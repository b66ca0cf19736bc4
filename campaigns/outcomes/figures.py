"""Figures as people read them."""

from __future__ import annotations

from datetime import datetime

NONE = "–"


def percent(fraction: float | None) -> str:
    """``0.123`` as ``12.3%``."""
    return NONE if fraction is None else f"{fraction:.1%}"


def money(minor: int) -> str:
    """Minor units as ``1,234.50``."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"


def duration(seconds: float | None) -> str:
    """Seconds as ``m:ss`` or ``h:mm:ss``."""
    if seconds is None:
        return NONE
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def moment(at: datetime | None) -> str:
    """A time to the minute, in the zone it carries."""
    return NONE if at is None else f"{at:%Y-%m-%d %H:%M}"
