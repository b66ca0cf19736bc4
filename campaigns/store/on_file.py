"""What is on file about one customer and one debt, in the terms of a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from campaigns.compliance.facts import Consent, FlagFact, LineType, TalkFact
from campaigns.compliance.personal import END_OF_DAY, PersonalHours
from campaigns.store.legal import standing
from campaigns.store.models import LegalFact

_STANDING = (
    select(
        LegalFact.id,
        LegalFact.kind,
        LegalFact.account_id,
        LegalFact.e164,
        LegalFact.given,
        LegalFact.details,
        LegalFact.evidence,
        LegalFact.as_of,
    )
    .where(
        LegalFact.customer_id == bindparam("customer_id"),
        standing(),
    )
    .order_by(LegalFact.as_of, LegalFact.id)
)


@dataclass(slots=True)
class OnFile:
    """What is on file about one customer and one debt."""

    zones: tuple[str, ...] = ()
    region: str | None = None
    hours: list[PersonalHours] = field(default_factory=list)
    flags: list[FlagFact] = field(default_factory=list)
    talks: list[TalkFact] = field(default_factory=list)
    notice_sent_at: datetime | None = None
    _consents: list[tuple[str | None, bool]] = field(default_factory=list)
    _lines: dict[str | None, LineType] = field(default_factory=dict)

    def consent(self, e164: str) -> Consent:
        """The latest word that covers the number."""
        state = Consent.NONE
        for scope, given in self._consents:
            if scope in (None, e164):
                state = Consent.GIVEN if given else Consent.REVOKED
        return state

    def line(self, e164: str) -> LineType | None:
        """What a lookup told of the number; None when nothing did."""
        return self._lines.get(e164)

    def take(self, row: Any) -> None:
        match row.kind:
            case "consent":
                self._consents.append((row.e164, row.given))
            case "hours":
                self.hours.append(_hours(row.given, row.details, row.evidence))
            case "line":
                self._lines[row.e164] = LineType(row.details["line"])
            case "location":
                self.zones = (row.details["zone"],) if row.details.get("zone") else ()
                self.region = row.details.get("region")
            case "notice":
                self.notice_sent_at = row.as_of if row.given else None
            case "talk":
                self.talks.append(TalkFact(row.as_of, row.details["by"]))
            case "hold" | "texts":
                pass
            case _:
                self.flags.append(FlagFact(row.kind, row.given, row.as_of))


def on_file(session: Session, customer_id: int, account_id: int) -> OnFile:
    """What is in force of the customer's facts, as far as it concerns the account."""
    found = OnFile()
    for row in session.execute(_STANDING, {"customer_id": customer_id}):
        if row.account_id in (None, account_id):
            found.take(row)
    return found


def _hours(agreed: bool, details: Mapping[str, Any], evidence: str) -> PersonalHours:
    end = details.get("end")
    return PersonalHours(
        agreed,
        time.fromisoformat(details.get("start", "00:00")),
        time.fromisoformat(end) if end else END_OF_DAY,
        tuple(details.get("weekdays", ())),
        written=bool(evidence),
    )
