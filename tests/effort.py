"""How long to try: enough in every run, and as long as wished with --hypothesis-profile=long."""

from __future__ import annotations

from hypothesis import settings


def times(usual: int, long: int) -> int:
    """The number of repetitions of this run."""
    return long if settings.get_current_profile_name() == "long" else usual
