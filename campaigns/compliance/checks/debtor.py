"""What concerns the customer, whichever number would be dialled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from campaigns.compliance.checks.suppressed import barred
from campaigns.compliance.checks.trust import CLOCK_SKEW
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.gates import Gate
from campaigns.compliance.reasons import Reason, Scope
from campaigns.compliance.verdict import Defer, Refuse
from campaigns.compliance.windows import day_start


def customer_suppressed(facts: CallFacts, _pack: EffectivePack) -> Defer | Refuse | None:
    """Bars on the customer that are in force."""
    return barred((bar for bar in facts.suppressions if not bar.of_number), facts.now, Scope.DEBTOR)


def open_case(facts: CallFacts, pack: EffectivePack) -> Refuse | None:
    """While a person is at work on a complaint, dispute or the like, the bot keeps out of it."""
    barring = facts.open_cases.difference(pack.rules.cases_that_do_not_bar)
    return Refuse(Reason.CASE_OPEN, rule=f"case:{min(barring)}") if barring else None


def gates(facts: CallFacts, pack: EffectivePack) -> Refuse | None:
    """No fact that closes a gate is given, and those that the pack asks for are on file and recent enough."""
    return next(closed_gates(facts, pack), None)


def closed_gates(facts: CallFacts, pack: EffectivePack) -> Iterator[Refuse]:
    """All that ``gates`` has against the call, in the order of the pack."""
    for name, gate in pack.rules.gates.items():
        told = [flag for flag in facts.flags if flag.name == name]
        if any(flag.given for flag in told):
            yield Refuse(gate.reason, rule=f"gates.{name}")
        elif gate.required and (not told or _old(max(flag.as_of for flag in told), gate, facts.now)):
            yield Refuse(Reason.FACT_UNKNOWN, rule=f"gates.{name}")


def _old(as_of: datetime, gate: Gate, now: datetime) -> bool:
    if as_of > now + CLOCK_SKEW:
        return True
    return gate.max_age_days is not None and now - as_of > timedelta(days=gate.max_age_days)


def first_notice(facts: CallFacts, pack: EffectivePack) -> Refuse | None:
    """Once the customer was spoken to about the debt, the notice is due; without it no call follows."""
    rule = pack.rules.first_notice
    if rule is None or facts.first_contact_at is None:
        return None
    if facts.notice_sent_at is not None and facts.notice_sent_at <= facts.now + CLOCK_SKEW:
        return None
    if facts.now < facts.first_contact_at + timedelta(days=rule.within_days.default):
        return None
    return Refuse(Reason.NOTICE_DUE, rule="first_notice")


def zone_known(facts: CallFacts, pack: EffectivePack) -> Refuse | None:
    """No zone, no call."""
    if pack.locality(facts).places:
        return None
    return Refuse(Reason.ZONE_UNKNOWN, rule="times.fallback_zone")


def promise_pending(facts: CallFacts, pack: EffectivePack) -> Defer | None:
    """A customer who promised is left in peace until the promised day is over."""
    if facts.promise_due is None:
        return None
    day = facts.promise_due + timedelta(days=pack.rules.cooldown.after_promise_days.default)
    places = pack.locality(facts).places
    until = max((day_start(place.zone, day) for place in places), default=facts.now)
    if until <= facts.now:
        return None
    return Defer(until, Reason.PROMISE_PENDING, rule="cooldown.after_promise_days")


def callback_agreed(facts: CallFacts, _pack: EffectivePack) -> Defer | None:
    """A customer who asked to be called at a time is not called before it."""
    agreed = max(filter(None, (facts.callback_at, facts.callback_elsewhere)), default=None)
    if agreed is None or agreed <= facts.now:
        return None
    return Defer(agreed, Reason.CALLBACK_AGREED, rule="debtor_agreed")
