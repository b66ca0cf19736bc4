"""Whether the hour is right, by the rule pack and by the campaign."""

from __future__ import annotations

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.hours import Hours
from campaigns.compliance.reasons import Reason
from campaigns.compliance.verdict import Defer, Refuse
from campaigns.compliance.windows import next_opening


def permitted_hours(facts: CallFacts, pack: EffectivePack) -> Defer | Refuse | None:
    """The pack's hours for this kind of day, in every place where the customer may be."""
    return _open(facts, pack, None, Reason.OUTSIDE_WINDOW, "times.window")


def campaign_hours(facts: CallFacts, pack: EffectivePack) -> Defer | Refuse | None:
    """The campaign's own hours, as far as they lie within the pack's."""
    if facts.campaign_hours is None:
        return None
    return _open(facts, pack, facts.campaign_hours, Reason.CAMPAIGN_HOURS, "campaign")


def _open(
    facts: CallFacts, pack: EffectivePack, hours: Hours | None, reason: Reason, rule: str
) -> Defer | Refuse | None:
    opening = next_opening(pack, pack.locality(facts.zones, facts.region).places, facts.now, hours)
    if opening is None:
        return Refuse(Reason.WINDOW_NEVER_OPENS, rule=rule)  # for this customer: elsewhere it may open
    return None if opening.at <= facts.now else Defer(opening.at, reason, rule=rule)
