"""Whether something on record is past its time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from campaigns.compliance.keeping import Kept, Retention


class Fate(StrEnum):
    """What becomes of a record now."""

    KEEP = "keep"
    HELD = "held"  # its time is over, and a legal hold keeps it
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose record it is: what of them decides how long it is kept."""

    products: tuple[str, ...] = ()
    last_activity: datetime | None = None
    held: bool = False


def fate(rules: Retention, kind: Kept, at: datetime, owner: Owner, now: datetime) -> Fate:
    """What becomes of a record of ``kind`` about an event at ``at``. Every rule that applies must let it
    go.
    """
    for rule in rules.rules(kind, owner.products):
        since = at
        if rule.after == "last_activity" and owner.last_activity is not None:
            since = max(at, owner.last_activity)
        if now < since + timedelta(days=max(rule.default, rule.hard or 0)):
            return Fate.KEEP
    return Fate.HELD if owner.held else Fate.DELETE


def shortest(rules: Retention, kind: Kept) -> timedelta:
    """What is younger than this is kept, whosever it is."""
    general: Sequence[int] = [rule.default for rule in rules.rules(kind, ())]
    own = [rule.default for product in rules.products for rule in rules.rules(kind, (product,))]
    return timedelta(days=min([*general, *own]))
