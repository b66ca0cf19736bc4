"""How long what is known of a number keeps: by its state, as the rule pack says."""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.sections import Then
from telephony.status import NumberStatus


def needs_check(pack: EffectivePack, status: NumberStatus, status_at: datetime | None, now: datetime) -> bool:
    """Whether the rule pack has no use for what is known of a number, or wants it asked again."""
    if status is NumberStatus.UNKNOWN or status_at is None:
        return True
    rule = pack.rules.number_states[status]
    age = now - status_at
    if rule.then is Then.RECHECK and rule.attempts == 0:
        return age >= timedelta(hours=rule.recheck_h or 0)
    return rule.attempts != 0 and age > timedelta(hours=rule.max_age_h)


def expires_at(pack: EffectivePack, status: NumberStatus, status_at: datetime) -> datetime | None:
    """When a state no longer speaks against another's word; None: at no time.

    A state with a recheck is over by then, though calls by it may be allowed for longer.
    """
    if status is NumberStatus.UNKNOWN:
        return status_at
    rule = pack.rules.number_states[status]
    if rule.then is Then.RECHECK:
        return status_at + timedelta(hours=rule.recheck_h or 0)
    return None if rule.attempts == 0 else status_at + timedelta(hours=rule.max_age_h)
