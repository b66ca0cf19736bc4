"""Whether the hour is right, by the rule pack and by the campaign."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.hours import Hours
from campaigns.compliance.personal import PersonalHours
from campaigns.compliance.reasons import Reason
from campaigns.compliance.verdict import Defer, Refuse
from campaigns.compliance.windows import next_opening

ASKED_AGAIN: Final = timedelta(days=1)
"""After how long it is asked again whether a year's days off are known by now."""


def permitted_hours(facts: CallFacts, pack: EffectivePack) -> Defer | Refuse | None:
    """The pack's hours for this kind of day and those agreed to, in every place where the customer may be."""
    agreed = tuple(said for said in facts.personal_hours if said.agreed)
    return _open(facts, pack, None, agreed, Reason.OUTSIDE_WINDOW, "times.window")


def inconvenient_hours(facts: CallFacts, pack: EffectivePack) -> Defer | Refuse | None:
    """The times that the customer called inconvenient, in every jurisdiction."""
    if all(said.agreed for said in facts.personal_hours):
        return None
    return _open(facts, pack, None, facts.personal_hours, Reason.INCONVENIENT_TIME, "debtor_agreed")


def campaign_hours(facts: CallFacts, pack: EffectivePack) -> Defer | Refuse | None:
    """The campaign's own hours, as far as they lie within what is left by the others."""
    if facts.campaign_hours is None:
        return None
    return _open(facts, pack, facts.campaign_hours, facts.personal_hours, Reason.CAMPAIGN_HOURS, "campaign")


def _open(
    facts: CallFacts,
    pack: EffectivePack,
    hours: Hours | CampaignWindow | None,
    personal: tuple[PersonalHours, ...],
    reason: Reason,
    rule: str,
) -> Defer | Refuse | None:
    places = pack.locality(facts).places
    opening = next_opening(pack, places, facts.now, hours, personal)
    if opening is None:
        hoped = next_opening(pack.hopeful, places, facts.now, hours, personal)
        if hoped is None:
            return Refuse(Reason.WINDOW_NEVER_OPENS, rule=rule)  # for this customer: elsewhere it may open
        return Defer(max(hoped.at, facts.now + ASKED_AGAIN), Reason.CALENDAR_UNKNOWN, rule=rule)
    return None if opening.at <= facts.now else Defer(opening.at, reason, rule=rule)
