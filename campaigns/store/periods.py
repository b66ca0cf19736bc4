"""The periods that are in force: as they ship, or as somebody set them within their limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.housekeeping import MOST_DAYS, HouseKind, HouseRules, shipped_house_rules
from campaigns.compliance.keeping import KEPT, Retention
from campaigns.compliance.reasons import Words
from campaigns.errors import ConflictError
from campaigns.store.models import RetentionPeriod

HOUSE_KINDS: tuple[HouseKind, ...] = get_args(HouseKind)


@dataclass(frozen=True, slots=True)
class Period:
    """How long one kind is kept. ``set_by`` None: as it ships. ``basis`` None: the rule pack says why."""

    kind: str
    days: int
    least: int
    most: int
    basis: Words | None = None
    seen: str | None = None
    set_by: str | None = None
    set_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Periods:
    """All of them. ``law``: the rule pack's own, with what was set."""

    law: Retention
    house: Mapping[HouseKind, int]
    shown: tuple[Period, ...]

    def of(self, kind: str) -> Period:
        """Raises ConflictError for a kind that there is not."""
        for period in self.shown:
            if period.kind == kind:
                return period
        raise ConflictError("nothing of the kind %(kind)r is kept", kind=kind)


def periods(session: Session, pack: EffectivePack, rules: HouseRules | None = None) -> Periods:
    """What holds now. Something set that a stricter pack no longer allows is raised to what it allows."""
    rules, law = rules or shipped_house_rules(), pack.rules.retention_days
    rows = {row.kind: row for row in session.scalars(select(RetentionPeriod))}
    lasting = law.lasting({kind: rows[kind].days for kind in KEPT if kind in rows})
    shown = [
        Period(
            kind,
            getattr(lasting, kind).default,
            max(law.least(kind), 1),
            max(MOST_DAYS, law.least(kind)),
            **_word(rows.get(kind)),
        )
        for kind in KEPT
    ]
    house: dict[HouseKind, int] = {}
    for name in HOUSE_KINDS:
        rule, row = rules.kinds[name], rows.get(name)
        house[name] = rule.default if row is None else min(max(row.days, rule.least), rule.most)
        shown.append(Period(name, house[name], rule.least, rule.most, rule.basis, rule.seen, **_word(row)))
    return Periods(lasting, house, tuple(shown))


def set_period(
    session: Session, now: Periods, kind: str, days: int, *, by: str, at: datetime, reason: str
) -> Period:
    """Set the days of one kind; how it was before.

    Raises ConflictError: there is no such kind, the days lie outside of its limits, or no reason is given.
    """
    before = now.of(kind)
    if not before.least <= days <= before.most:
        raise ConflictError(
            "%(days)s days are outside of what is allowed for this kind: %(least)s to %(most)s",
            days=days,
            least=before.least,
            most=before.most,
        )
    if not reason.strip() or len(reason) > 255:
        raise ConflictError("give a reason of at most 255 characters: it is kept on record")
    row = session.get(RetentionPeriod, kind, with_for_update=True)
    if row is None:
        row = RetentionPeriod(kind=kind)
        session.add(row)
    row.days, row.by, row.at, row.reason = days, by[:64], at, reason.strip()
    session.flush()
    return before


def _word(row: RetentionPeriod | None) -> dict[str, Any]:
    return {} if row is None else {"set_by": row.by, "set_at": row.at, "reason": row.reason}
