"""Where a list goes on, as an address tells it: by the time and the id of the last row."""

from __future__ import annotations

from datetime import UTC, datetime

from campaigns.store.console.call_views import Place


def written(place: Place | None) -> str | None:
    """The place for an address; None where there is none."""
    return None if place is None else f"{place.at.timestamp():.6f}_{place.id}"


def read(text: str) -> Place | None:
    """What ``written`` gave; None for anything else."""
    at, _, row = text.partition("_")
    if not (row.isascii() and row.isdigit()):
        return None
    try:
        return Place(datetime.fromtimestamp(float(at), UTC), min(int(row), 2**31 - 1))
    except (ValueError, OverflowError, OSError):
        return None
