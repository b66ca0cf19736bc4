"""What concerns the one number: whose it is, whether it is real, and what state it is in."""

from __future__ import annotations

from datetime import UTC, timedelta

from campaigns.compliance.checks.suppressed import barred
from campaigns.compliance.checks.trust import CLOCK_SKEW
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts, Consent
from campaigns.compliance.people import Who
from campaigns.compliance.reasons import Reason, Scope
from campaigns.compliance.sections import Then
from campaigns.compliance.verdict import Defer, Refuse
from telephony.status import NumberStatus

_BARRED_STATE = {
    Then.RECHECK: Reason.NUMBER_NEEDS_RECHECK,
    Then.INVALIDATE: Reason.NUMBER_INVALID,
    Then.INVALIDATE_AND_PURGE: Reason.NUMBER_INVALID,
    Then.HUMAN_REVIEW: Reason.NUMBER_NEEDS_REVIEW,
    Then.TRY_OTHER_NUMBER: Reason.NUMBER_NOT_FOR_VOICE,
}
_BARRED_RELATION = {Who.HUMAN_ONLY: Reason.HUMAN_ONLY, Who.NEVER: Reason.NEVER_CALLED}


def relation(facts: CallFacts, pack: EffectivePack) -> Refuse | None:
    """Only contacts that the pack leaves to the bot."""
    who = pack.rules.who.get(facts.number.relation)
    if who is Who.BOT:
        return None
    reason = Reason.RELATION_UNKNOWN if who is None else _BARRED_RELATION[who]
    return Refuse(reason, Scope.NUMBER, "who")


def number_suppressed(facts: CallFacts, _pack: EffectivePack) -> Defer | Refuse | None:
    """Bars on the number that are in force, whoever it belongs to now."""
    return barred((bar for bar in facts.suppressions if bar.of_number), facts.now, Scope.NUMBER)


def generated(facts: CallFacts, _pack: EffectivePack) -> Refuse | None:
    """An invented number may turn out to be somebody's: on a real line it is never dialled."""
    if facts.number.generated and not facts.line_simulated:
        return Refuse(Reason.GENERATED_NUMBER, Scope.NUMBER)
    return None


def consent(facts: CallFacts, pack: EffectivePack) -> Refuse | None:
    """A consent that was taken back bars everywhere; one that was never given, where the pack asks for it."""
    if facts.number.consent is Consent.REVOKED:
        return Refuse(Reason.CONSENT_REVOKED, Scope.NUMBER, "consent")
    if (
        facts.number.consent is Consent.GIVEN
        or pack.line_of(facts.number) not in pack.rules.consent.needed_for
    ):
        return None
    return Refuse(Reason.CONSENT_MISSING, Scope.NUMBER, "consent.needed_for")


def state(facts: CallFacts, pack: EffectivePack) -> Defer | Refuse | None:
    """The state must be known, fresh, and one in which a further attempt is allowed."""
    number = facts.number
    rule = pack.rules.number_states[number.status]
    key = f"number_states.{number.status}"
    if number.status is NumberStatus.UNKNOWN:
        return Refuse(Reason.NUMBER_UNKNOWN, Scope.NUMBER, key)
    if rule.attempts == 0:
        reason = Reason.NUMBER_NEEDS_REVIEW if rule.then is None else _BARRED_STATE[rule.then]
        return Refuse(reason, Scope.NUMBER, key)
    if number.status_at is None or not (
        -CLOCK_SKEW <= facts.now - number.status_at <= timedelta(hours=rule.max_age_h)
    ):
        return Refuse(Reason.NUMBER_STALE, Scope.NUMBER, f"{key}.max_age_h")
    if rule.attempts is None:
        return None
    period, now = timedelta(hours=rule.within_h), facts.now.astimezone(UTC)
    recent = sorted((a.at for a in facts.number_attempts if a.charged and a.at > now - period), reverse=True)
    if len(recent) < rule.attempts:
        return None
    return Defer(
        recent[rule.attempts - 1].astimezone(UTC) + period,
        Reason.NUMBER_STATE_LIMIT,
        Scope.NUMBER,
        f"{key}.attempts",
    )
