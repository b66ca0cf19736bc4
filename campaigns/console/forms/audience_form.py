"""Whom a campaign is for, from a form."""

from __future__ import annotations

from typing import Final

from campaigns.console.forms.typed import Typed
from campaigns.dialing.audience import LETTERS, Audience

MOST_DAYS: Final = 3_650
MOST_MEMBERS: Final = 10_000_000


def audience_of(typed: Typed) -> Audience:
    """Raises UnfitError, ConflictError."""
    return Audience(
        grades=tuple(letter for letter in LETTERS if letter in typed.all("grade")),
        min_days_past_due=typed.whole("min_days", -MOST_DAYS, MOST_DAYS),
        max_days_past_due=typed.whole("max_days", -MOST_DAYS, MOST_DAYS),
        limit=typed.whole("limit", 1, MOST_MEMBERS),
        broken_promises=bool(typed("broken")),
        dormant_days=typed.whole("dormant_days", 1, MOST_DAYS),
        tags=typed.all("tag"),
        without_tags=typed.all("without_tag"),
        treatment=typed("treatment") or None,
        list_id=typed.whole("list_id", 1, 2**31),
    )
