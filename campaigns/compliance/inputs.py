"""What a decision weighed, for its record: enough to explain it, nothing personal in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from campaigns.compliance.checks.counts import counted
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts


def decision_inputs(facts: CallFacts, pack: EffectivePack) -> dict[str, Any]:
    """A summary of ``facts``, JSON-able: codes, counts and times only; no name, number, amount or region."""
    locality = pack.locality(facts.zones, facts.region)
    attempts = [a.last_at for a in (*facts.debtor_attempts, *facts.number_attempts) if a.charged]
    return {
        "now": facts.now.isoformat(),
        "ledger_time": _iso(facts.ledger_time),
        "line_simulated": facts.line_simulated,
        "clock_virtual": facts.clock_virtual,
        "number": {
            "id": facts.number.id,
            "relation": facts.number.relation,
            "status": facts.number.status.value,
            "status_at": _iso(facts.number.status_at),
            "generated": facts.number.generated,
        },
        "zones": [place.zone.key for place in locality.places],
        "region_known": locality.region_known,
        "debt_owed": facts.debt_owed,
        "purpose": facts.purpose.value,
        "occasion_stands": facts.occasion_stands,
        "marketing_consent": facts.marketing_consent,
        "suppressions": sorted(
            s.reason for s in facts.suppressions if s.until is None or s.until > facts.now
        ),
        "open_cases": sorted(facts.open_cases),
        "counts": {
            name: [_within(counted(cap, facts), facts, cap.days, pack), locality.caps[name]]
            for name, cap in pack.rules.caps.items()
        },
        "last_attempt_at": _iso(max(attempts, default=None)),
        "last_talk_at": _iso(max((talk.at for talk in facts.talks), default=None)),
        "promise_due": facts.promise_due.isoformat() if facts.promise_due else None,
        "callback_at": _iso(facts.callback_at),
        "campaign_hours": str(facts.campaign_hours) if facts.campaign_hours else None,
    }


def _within(events: list[datetime], facts: CallFacts, days: int, pack: EffectivePack) -> int:
    """How many events fall on the last ``days`` local days, in the place where they are most."""
    counts = [0]
    for place in pack.locality(facts.zones, facts.region).places:
        first = facts.now.astimezone(place.zone).date() - timedelta(days=days - 1)
        counts.append(sum(event.astimezone(place.zone).date() >= first for event in events))
    return max(counts)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
