"""Whether the ground of the decision holds: the clock and the rule pack."""

from __future__ import annotations

from datetime import UTC, timedelta

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.reasons import Reason, Scope
from campaigns.compliance.verdict import Refuse

CLOCK_SKEW = timedelta(seconds=2)


def clock(facts: CallFacts, _pack: EffectivePack) -> Refuse | None:
    """Time must not run behind what is on record already, nor be simulated where people would be called."""
    recorded = [attempt.last_at for attempt in facts.debtor_attempts]
    recorded += [attempt.last_at for attempt in facts.number_attempts]
    recorded += [talk.at for talk in facts.talks]
    if facts.ledger_time is not None:
        recorded.append(facts.ledger_time)
    moved_back = bool(recorded) and facts.now + CLOCK_SKEW < max(recorded)
    if moved_back or (facts.clock_virtual and not facts.line_simulated):
        return Refuse(Reason.CLOCK_UNTRUSTED, Scope.SYSTEM)
    return None


def pack_in_force(facts: CallFacts, pack: EffectivePack) -> Refuse | None:
    """A pack before its first day or after its last allows nothing, wherever the customer may be."""
    period = pack.rules.in_force
    places = pack.locality(facts).places
    days = [facts.now.astimezone(place.zone).date() for place in places] or [facts.now.astimezone(UTC).date()]
    if min(days) < period.from_ or (period.until is not None and max(days) > period.until):
        return Refuse(Reason.PACK_NOT_IN_FORCE, Scope.SYSTEM, "in_force")
    return None
