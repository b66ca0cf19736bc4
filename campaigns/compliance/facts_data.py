"""The facts of a decision as JSON can hold them, and back: a decision on record can be taken again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import (
    AttemptFact,
    CallFacts,
    Consent,
    FlagFact,
    GapFact,
    LineType,
    NumberFacts,
    Purpose,
    SuppressionFact,
    TalkFact,
    Whereabouts,
)
from campaigns.compliance.hours import Hours
from campaigns.compliance.personal import PersonalHours
from telephony.status import NumberStatus

UNLISTED = "?"
"""Stands for a region that the rule pack does not know: what a file called it stays out of the record."""


def facts_data(facts: CallFacts, pack: EffectivePack) -> dict[str, Any]:
    """The facts without what is personal: of a region the pack's key. What is not given is left out."""
    number = facts.number
    data = {
        "now": _iso(facts.now),
        "number": {
            "id": number.id,
            "relation": number.relation,
            "status": number.status.value,
            "status_at": _iso(number.status_at),
            "generated": number.generated,
            "zones": list(number.zones),
            "line": number.line.value,
            "consent": number.consent.value,
        },
        "line_simulated": facts.line_simulated,
        "clock_virtual": facts.clock_virtual,
        "ledger_time": _iso(facts.ledger_time),
        "zones": list(facts.zones),
        "region": _region(facts.region, pack),
        "last_region": _region(facts.last_region, pack),
        "debt": facts.debt,
        "debt_owed": facts.debt_owed,
        "purpose": facts.purpose.value,
        "occasion_stands": facts.occasion_stands,
        "marketing_consent": facts.marketing_consent,
        "suppressions": sorted(
            ([bar.reason, _iso(bar.until), bar.of_number] for bar in facts.suppressions), key=str
        ),
        "open_cases": sorted(facts.open_cases),
        "debtor_attempts": _attempts(facts.debtor_attempts),
        "number_attempts": _attempts(facts.number_attempts),
        "talks": sorted([_iso(talk.at), talk.by] for talk in facts.talks),
        "promise_due": facts.promise_due.isoformat() if facts.promise_due else None,
        "callback_at": _iso(facts.callback_at),
        "campaign_hours": _hours(facts.campaign_hours),
        "personal_hours": [
            [said.agreed, said.written, list(said.weekdays), said.start.isoformat(), said.end.isoformat()]
            for said in facts.personal_hours
        ],
        "flags": sorted([flag.name, flag.given, _iso(flag.as_of)] for flag in facts.flags),
        "first_contact_at": _iso(facts.first_contact_at),
        "notice_sent_at": _iso(facts.notice_sent_at),
        "elsewhere": [
            [list(told.zones), _region(told.region, pack), _region(told.last_region, pack)]
            for told in facts.elsewhere
        ],
        "callback_elsewhere": _iso(facts.callback_elsewhere),
        "gap": [_iso(facts.gap.restored_at), facts.gap.confirmed] if facts.gap else None,
        "control_group": facts.control_group or None,
    }
    return {key: value for key, value in data.items() if value not in (None, [])}


def facts_from(data: dict[str, Any]) -> CallFacts:
    """The facts that ``facts_data`` made this of. Raises KeyError or ValueError for anything else."""
    number = data["number"]
    return CallFacts(
        now=datetime.fromisoformat(data["now"]),
        number=NumberFacts(
            number["id"],
            number["relation"],
            NumberStatus(number["status"]),
            _moment(number["status_at"]),
            number["generated"],
            tuple(number["zones"]),
            LineType(number["line"]),
            Consent(number["consent"]),
        ),
        line_simulated=data["line_simulated"],
        clock_virtual=data["clock_virtual"],
        ledger_time=_moment(data.get("ledger_time")),
        zones=tuple(data.get("zones", ())),
        region=data.get("region"),
        last_region=data.get("last_region"),
        debt=data.get("debt"),
        debt_owed=data.get("debt_owed"),
        purpose=Purpose(data["purpose"]),
        occasion_stands=data.get("occasion_stands"),
        marketing_consent=data.get("marketing_consent"),
        suppressions=tuple(
            SuppressionFact(reason, _moment(until), of_number)
            for reason, until, of_number in data.get("suppressions", ())
        ),
        open_cases=frozenset(data.get("open_cases", ())),
        debtor_attempts=_attempts_from(data.get("debtor_attempts", ())),
        number_attempts=_attempts_from(data.get("number_attempts", ())),
        talks=tuple(TalkFact(datetime.fromisoformat(at), by) for at, by in data.get("talks", ())),
        promise_due=date.fromisoformat(data["promise_due"]) if "promise_due" in data else None,
        callback_at=_moment(data.get("callback_at")),
        campaign_hours=_hours_from(data.get("campaign_hours")),
        personal_hours=tuple(
            PersonalHours(agreed, time.fromisoformat(start), time.fromisoformat(end), tuple(days), written)
            for agreed, written, days, start, end in data.get("personal_hours", ())
        ),
        flags=tuple(
            FlagFact(name, given, datetime.fromisoformat(as_of))
            for name, given, as_of in data.get("flags", ())
        ),
        first_contact_at=_moment(data.get("first_contact_at")),
        notice_sent_at=_moment(data.get("notice_sent_at")),
        elsewhere=tuple(
            Whereabouts(tuple(zones), region, last_region)
            for zones, region, last_region in data.get("elsewhere", ())
        ),
        callback_elsewhere=_moment(data.get("callback_elsewhere")),
        gap=_gap_from(data.get("gap")),
        control_group=data.get("control_group", False),
    )


def _gap_from(data: Any) -> GapFact | None:
    return GapFact(datetime.fromisoformat(data[0]), data[1]) if data else None


def _attempts(attempts: tuple[AttemptFact, ...]) -> list[list[Any]]:
    return sorted(([_iso(a.at), a.charged, a.outcome, _iso(a.ended_at), a.debt] for a in attempts), key=str)


def _attempts_from(data: Any) -> tuple[AttemptFact, ...]:
    return tuple(
        AttemptFact(datetime.fromisoformat(at), charged, outcome, _moment(ended_at), debt)
        for at, charged, outcome, ended_at, debt in data
    )


def _region(name: str | None, pack: EffectivePack) -> str | None:
    return None if not name else pack.region_key(name) or UNLISTED


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _hours(hours: Hours | CampaignWindow | None) -> list[str] | dict[str, Any] | None:
    if isinstance(hours, CampaignWindow):
        return hours.model_dump(mode="json", exclude_defaults=True)
    return [hours.start.isoformat(), hours.end.isoformat()] if hours else None


def _hours_from(data: Any) -> Hours | CampaignWindow | None:
    if isinstance(data, dict):
        return CampaignWindow.model_validate(data)
    return Hours(time.fromisoformat(data[0]), time.fromisoformat(data[1])) if data else None
