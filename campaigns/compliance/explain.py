"""Why a call may or may not be placed, in terms that a person can check: the rule, its source, the facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.compliance.checks import CHECKS
from campaigns.compliance.checks.debtor import closed_gates, gates
from campaigns.compliance.decide import earliest
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.inputs import counts
from campaigns.compliance.reasons import Reason
from campaigns.compliance.sources import Seen, basis_of
from campaigns.compliance.verdict import Allow, Defer, Refuse, Verdict


@dataclass(frozen=True, slots=True)
class Authority:
    """A text that a rule rests on."""

    title: str
    clause: str
    seen: Seen


@dataclass(frozen=True, slots=True)
class Ruled:
    """One reason of a verdict. ``facts`` are labels of words.yaml with what the decision saw under each."""

    reason: str
    rule: str
    authorities: tuple[Authority, ...]
    facts: tuple[tuple[str, Any], ...]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a call to one number stands: all that is against it, and when nothing but a change is missing."""

    verdict: Verdict
    against: tuple[Ruled, ...]
    facts: tuple[tuple[str, Any], ...]  # what an Allow rests on
    earliest: datetime | None  # None: at no time in sight


def standing(facts: CallFacts, pack: EffectivePack, verdict: Verdict) -> Standing:
    """``verdict`` is that of ``decide`` on the same facts."""
    objections: list[Defer | Refuse] = []
    for check in CHECKS:
        if check is gates:
            objections += closed_gates(facts, pack)
        elif (found := check(facts, pack)) is not None:
            objections.append(found)
    against = tuple(
        ruled(found.reason, found.rule, getattr(found, "until", None), facts, pack) for found in objections
    )
    allowing = tuple(allowing_facts(facts, pack)) if isinstance(verdict, Allow) else ()
    return Standing(verdict, against, allowing, earliest(facts, pack))


def ruled(
    reason: str, rule: str, until: datetime | None, facts: CallFacts | None, pack: EffectivePack
) -> Ruled:
    """A reason with what it rests on; without ``facts`` where an older version recorded none."""
    told = () if facts is None else tuple(deciding_facts(reason, rule, facts, pack))
    return Ruled(reason, rule, authorities(rule, pack), told, until)


def authorities(rule: str, pack: EffectivePack) -> tuple[Authority, ...]:
    """What a rule rests on, the law first; nothing for a rule of the product's own, or of another version."""
    found = basis_of(rule, pack.rules.basis)
    if found is None:
        return ()
    sources = pack.rules.sources
    names = dict.fromkeys((*found[1].hard, *found[1].default))
    return tuple(Authority(sources[name].title, sources[name].clause, sources[name].seen) for name in names)


def deciding_facts(
    reason: str, rule: str, facts: CallFacts, pack: EffectivePack
) -> Iterator[tuple[str, Any]]:
    """The facts that a reason turned on, by the labels of words.yaml."""
    number = facts.number
    match reason:
        case Reason.CLOCK_UNTRUSTED:
            yield "ledger_time", facts.ledger_time
        case Reason.CASE_OPEN:
            yield "cases", ", ".join(sorted(facts.open_cases))
        case Reason.FACT_UNKNOWN:
            yield "fact", rule.removeprefix("gates.")
            told = [flag.as_of for flag in facts.flags if f"gates.{flag.name}" == rule]
            yield ("as_of", max(told)) if told else ("not_on_file", "")
        case _ if rule.startswith("gates."):
            yield "fact", rule.removeprefix("gates.")
            yield "as_of", max(f.as_of for f in facts.flags if f"gates.{f.name}" == rule and f.given)
        case Reason.NOTICE_DUE:
            yield "first_contact", facts.first_contact_at
        case Reason.ZONE_UNKNOWN:
            yield "region", facts.region or ""
            yield "zones", ", ".join((*facts.zones, *number.zones))
        case Reason.RELATION_UNKNOWN | Reason.HUMAN_ONLY | Reason.NEVER_CALLED:
            yield "relation", number.relation
        case Reason.CONSENT_MISSING | Reason.CONSENT_REVOKED:
            yield "line", number.line.value
            yield "consent", number.consent.value
        case _ if rule.startswith("number_states.") or reason == Reason.NUMBER_UNKNOWN:
            yield "status", number.status.value
            yield "status_at", number.status_at
        case _ if rule.startswith("caps."):
            yield from _cap_facts(rule.removeprefix("caps."), facts, pack)
        case Reason.MIN_GAP:
            attempts = (*facts.debtor_attempts, *facts.number_attempts)
            yield "last_attempt", max((a.last_at for a in attempts if a.charged), default=None)
        case Reason.AFTER_TALK:
            yield "last_talk", max((talk.at for talk in facts.talks), default=None)
        case Reason.PROMISE_PENDING:
            yield "promise_due", facts.promise_due
        case Reason.CALLBACK_AGREED:
            agreed = filter(None, (facts.callback_at, facts.callback_elsewhere))
            yield "callback_at", max(agreed, default=None)
        case (
            Reason.OUTSIDE_WINDOW
            | Reason.CAMPAIGN_HOURS
            | Reason.INCONVENIENT_TIME
            | Reason.WINDOW_NEVER_OPENS
            | Reason.CALENDAR_UNKNOWN
        ):
            yield from _hour_facts(facts, pack)
        case _:
            for bar in facts.suppressions:
                if bar.until is None or bar.until > facts.now:
                    yield "bar", bar.reason
                    yield ("until", bar.until) if bar.until else ("for_good", "")


def allowing_facts(facts: CallFacts, pack: EffectivePack) -> Iterator[tuple[str, Any]]:
    """What an Allow rests on: where and when it was, the number, and room under every cap."""
    yield from _hour_facts(facts, pack)
    yield "status", facts.number.status.value
    yield "status_at", facts.number.status_at
    for name, (counted, limit) in counts(facts, pack).items():
        yield "count", f"{counted}/{limit} {name}"


def _cap_facts(name: str, facts: CallFacts, pack: EffectivePack) -> Iterator[tuple[str, Any]]:
    counted = counts(facts, pack).get(name)
    if counted is not None:
        yield "count", counted[0]
        yield "limit", counted[1]


def _hour_facts(facts: CallFacts, pack: EffectivePack) -> Iterator[tuple[str, Any]]:
    for place in pack.locality(facts).places:
        wall = facts.now.astimezone(place.zone)
        yield "local_time", f"{wall:%H:%M} {place.zone.key}"
        hours = pack.hours(wall.date())
        yield ("open_hours", str(hours)) if hours else ("day_off", "")
        if hours is not None and place.start > hours.start:
            yield "region_start", f"{place.start:%H:%M}"
    locality = pack.locality(facts)
    yield ("region", ", ".join(locality.regions)) if locality.region_known else ("region_any", "")
    if facts.campaign_hours is not None:
        yield "campaign_hours", str(facts.campaign_hours)
