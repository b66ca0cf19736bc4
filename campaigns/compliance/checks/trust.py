"""Whether the ground of the decision holds: the clock, the ledger and the rule pack."""

from __future__ import annotations

from datetime import UTC, timedelta

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.reasons import Reason, Scope
from campaigns.compliance.verdict import Defer, Refuse

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


def ledger_whole(facts: CallFacts, pack: EffectivePack) -> Defer | Refuse | None:
    """A ledger out of a backup does not know whom was called since, nor who asked for no more calls.

    Until a person has confirmed what came in between, nobody is called: wishes that were lost do not lapse.
    Then everybody is taken to have been called until the restore, so no count could allow a call before the
    look-back is over.
    """
    if facts.gap is None:
        return None
    if not facts.gap.confirmed:
        return Refuse(Reason.LEDGER_GAP, Scope.SYSTEM)
    until = facts.gap.restored_at + pack.look_back
    return Defer(until.astimezone(UTC), Reason.LEDGER_GAP) if facts.now < until else None


def pack_in_force(facts: CallFacts, pack: EffectivePack) -> Refuse | None:
    """A pack before its first day or after its last allows nothing, wherever the customer may be."""
    period = pack.rules.in_force
    places = pack.locality(facts).places
    days = [facts.now.astimezone(place.zone).date() for place in places] or [facts.now.astimezone(UTC).date()]
    if min(days) < period.from_ or (period.until is not None and max(days) > period.until):
        return Refuse(Reason.PACK_NOT_IN_FORCE, Scope.SYSTEM, "in_force")
    return None
