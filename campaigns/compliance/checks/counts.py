"""How often and how soon: caps by local calendar days, gaps between attempts, rest after a talk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import AttemptFact, CallFacts, Consent
from campaigns.compliance.locality import Place
from campaigns.compliance.reasons import Reason, Scope
from campaigns.compliance.sections import Cap
from campaigns.compliance.verdict import Defer, Refuse
from campaigns.compliance.windows import day_start
from telephony.status import HangupCause

_OUTCOMES = {cause.value: cause for cause in HangupCause}


def caps(facts: CallFacts, pack: EffectivePack) -> Defer | Refuse | None:
    """Every cap of the pack; the one that holds longest is reported."""
    locality = pack.locality(facts)
    latest: Defer | None = None
    for name, cap in pack.rules.caps.items():
        if not applies(cap, facts, pack):
            continue
        events = counted(cap, facts)
        limit = locality.caps[name]
        if len(events) < limit:
            continue
        reason, scope = _cap_reason(cap)
        if limit == 0:
            return Refuse(reason, scope, f"caps.{name}")
        until = _until_below(events, limit, cap, locality.places)
        if until is not None and until > facts.now and (latest is None or until > latest.until):
            latest = Defer(until, reason, scope, f"caps.{name}")
    return latest


def applies(cap: Cap, facts: CallFacts, pack: EffectivePack) -> bool:
    """Whether the cap is one for this number."""
    if cap.line is not None and pack.line_of(facts.number) is not cap.line:
        return False
    return not (cap.unless_consent and facts.number.consent is Consent.GIVEN)


def counted(cap: Cap, facts: CallFacts) -> list[datetime]:
    """The times of the events that a cap counts, whatever day they fall on."""
    if cap.counts == "talks":
        return [talk.at for talk in facts.talks]
    attempts = facts.number_attempts if cap.per == "number" else facts.debtor_attempts
    if cap.per == "debt" and facts.debt is not None:
        attempts = tuple(attempt for attempt in attempts if attempt.debt in (None, facts.debt))
    return [attempt.at for attempt in attempts if attempt.charged]


def _until_below(events: list[datetime], limit: int, cap: Cap, places: Iterable[Place]) -> datetime | None:
    """When the count falls below ``limit``: ``days`` local days after the limit-th latest event, in every
    place; for a rolling cap no sooner than as many times 24 hours after it.
    """
    latest = sorted(events, reverse=True)[limit - 1]
    until = _days_after(latest, cap.days, places)
    rolled = latest.astimezone(UTC) + timedelta(days=cap.days)
    return max(until, rolled) if until is not None and cap.rolling else until


def _days_after(event: datetime, days: int, places: Iterable[Place]) -> datetime | None:
    """The start of the local day that many days after the event's, in the place where it is latest."""
    return max(
        (
            day_start(place.zone, event.astimezone(place.zone).date() + timedelta(days=days))
            for place in places
        ),
        default=None,
    )


def _cap_reason(cap: Cap) -> tuple[Reason, Scope]:
    if cap.counts == "talks":
        return Reason.TALKS_CAP, Scope.DEBTOR
    match cap.per:
        case "number":
            return Reason.NUMBER_ATTEMPTS_CAP, Scope.NUMBER
        case "debt":
            return Reason.DEBT_ATTEMPTS_CAP, Scope.DEBTOR
        case _:
            return Reason.DEBTOR_ATTEMPTS_CAP, Scope.DEBTOR


def min_gap(facts: CallFacts, pack: EffectivePack) -> Defer | None:
    """The gap after every attempt, by how it ended; one whose end is not known gets the longest."""
    if _agreed(facts, pack, "min_gap"):
        return None
    until = max((free for free in _free_again(facts, pack)), default=facts.now)
    return Defer(until, Reason.MIN_GAP, rule="min_gap_min") if until > facts.now else None


def _free_again(facts: CallFacts, pack: EffectivePack) -> Iterator[datetime]:
    for attempt in (*facts.debtor_attempts, *facts.number_attempts):
        if attempt.charged:
            yield attempt.last_at.astimezone(UTC) + timedelta(minutes=gap_minutes(attempt, pack))


def gap_minutes(attempt: AttemptFact, pack: EffectivePack) -> int:
    """The gap after this attempt, by its disposition where that is one of the line's."""
    gaps = pack.rules.min_gap_min
    if attempt.outcome is None:
        return max(gap.default for gap in gaps.values())
    cause = _OUTCOMES.get(attempt.outcome)
    rule = gaps.get(cause) if cause is not None else None
    return (rule or gaps["otherwise"]).default


def after_talk(facts: CallFacts, pack: EffectivePack) -> Defer | None:
    """Rest after an effective talk, in hours, and in local days where the pack says so."""
    if not facts.talks or _agreed(facts, pack, "after_talk"):
        return None
    cooldown = pack.rules.cooldown
    last = max(talk.at for talk in facts.talks)
    until, rule = (
        last.astimezone(UTC) + timedelta(hours=cooldown.after_talk_h.default),
        "cooldown.after_talk_h",
    )
    if cooldown.after_talk_days is not None:
        rested = _days_after(last, cooldown.after_talk_days.default, pack.locality(facts).places)
        if rested is not None and rested > until:
            until, rule = rested, "cooldown.after_talk_days"
    return Defer(until, Reason.AFTER_TALK, rule=rule) if until > facts.now else None


def _agreed(facts: CallFacts, pack: EffectivePack, rule: str) -> bool:
    """Whether the debtor asked for this call and for it, ``rule`` does not hold.

    True before the agreed time too: until then ``callback_agreed`` defers, and to that very time.
    """
    agreed = pack.rules.debtor_agreed
    if facts.callback_at is None or rule not in agreed.skips:
        return False
    return facts.now <= facts.callback_at + timedelta(minutes=agreed.grace_min)
