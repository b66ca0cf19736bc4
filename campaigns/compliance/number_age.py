"""How long what is known of a number keeps: by its state, as the rule pack says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.sections import Then
from telephony.status import NumberStatus


def needs_check(pack: EffectivePack, status: NumberStatus, status_at: datetime | None, now: datetime) -> bool:
    """Whether the rule pack has no use for what is known of a number, or wants it asked again."""
    if status is NumberStatus.UNKNOWN or status_at is None:
        return True
    found = stale(pack, status, now)
    return found is not None and (status_at < found.before or (found.included and status_at == found.before))


@dataclass(frozen=True, slots=True)
class Stale:
    """What was learnt before ``before`` keeps no longer; ``included``: nor what was learnt then."""

    before: datetime
    included: bool


def stale(pack: EffectivePack, status: NumberStatus, now: datetime) -> Stale | None:
    """Which word on a known state is too old at ``now``; None: none is."""
    rule = pack.rules.number_states[status]
    if rule.then is Then.RECHECK and rule.attempts == 0:
        return Stale(now - timedelta(hours=rule.recheck_h or 0), included=True)
    return None if rule.attempts == 0 else Stale(now - timedelta(hours=rule.max_age_h), included=False)


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
