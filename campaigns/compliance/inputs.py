"""What a decision weighed, for its record: enough to explain it and to decide again, nothing personal in
it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from campaigns.compliance.checks.counts import applies, counted
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.facts_data import facts_data
from campaigns.compliance.sections import Cap


def decision_inputs(facts: CallFacts, pack: EffectivePack) -> dict[str, Any]:
    """The facts, and how the counts stood against the caps. JSON-able; ids, codes, counts and times only: no
    name, no number, no amount, and of an address the rule pack's region.
    """
    locality = pack.locality(facts)
    return {
        "facts": facts_data(facts, pack),
        "zones": [place.zone.key for place in locality.places],
        "region_known": locality.region_known,
        "counts": counts(facts, pack),
    }


def counts(facts: CallFacts, pack: EffectivePack) -> dict[str, list[int]]:
    """How many events each cap that applies counts at present, and its limit."""
    limits = pack.locality(facts).caps
    return {
        name: [_within(counted(cap, facts), facts, cap, pack), limits[name]]
        for name, cap in pack.rules.caps.items()
        if applies(cap, facts, pack)
    }


def _within(events: list[datetime], facts: CallFacts, cap: Cap, pack: EffectivePack) -> int:
    """How many events a cap counts at present, in the place where they are most."""
    if not events:
        return 0
    counts = [0]
    for place in pack.locality(facts).places:
        first = facts.now.astimezone(place.zone).date() - timedelta(days=cap.days - 1)
        since = facts.now.astimezone(UTC) - timedelta(days=cap.days)
        counts.append(
            sum(
                event.astimezone(place.zone).date() >= first or (cap.rolling and event > since)
                for event in events
            )
        )
    return max(counts)
