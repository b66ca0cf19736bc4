"""When a customer may be called from some moment on, as far as it can be told now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from campaigns.compliance.decide import earliest
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.windows import next_opening

MOST = 12


def openings(
    facts: CallFacts, pack: EffectivePack, after: datetime, within: timedelta
) -> list[tuple[datetime, datetime]]:
    """The stretches in which a call may start: first and last moment of each, in order, UTC.

    From the first moment at ``after`` or later at which no check defers the call, for ``within`` from there;
    what refuses it now is left aside, for it is decided on anew. Empty: at no time in sight.
    """
    first = earliest(replace(facts, now=after), pack)
    if first is None:
        return []
    places = pack.locality(facts).places
    margin = timedelta(seconds=pack.rules.times.last_start_margin_s.default)
    found: list[tuple[datetime, datetime]] = []
    at = first
    while len(found) < MOST:
        opening = next_opening(pack, places, at, facts.campaign_hours, facts.personal_hours)
        if opening is None or opening.at > first + within:
            break
        found.append((opening.at, opening.end - margin))
        at = opening.end
    return found
