"""What is on file about one customer and one debt, in the terms of a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.compliance.facts import Consent, FlagFact, LineType, TalkFact, Whereabouts
from campaigns.compliance.personal import END_OF_DAY, PersonalHours
from campaigns.store.legal import standing
from campaigns.store.models import LegalFact
from campaigns.store.people import Shared, theirs

_STANDING = (
    select(
        LegalFact.id,
        LegalFact.customer_id,
        LegalFact.kind,
        LegalFact.account_id,
        LegalFact.e164,
        LegalFact.given,
        LegalFact.details,
        LegalFact.evidence,
        LegalFact.as_of,
    )
    .where(
        theirs(LegalFact.customer_id, LegalFact.recorded_at),
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
    elsewhere: list[Whereabouts] = field(default_factory=list)
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

    def take_of_another(self, row: Any) -> None:
        """A fact told about another record of the same person: it bars and counts here too, but what was
        agreed there was agreed there.
        """
        match row.kind:
            case "consent" | "hours":
                if not row.given:
                    self.take(row)
            case "location":
                zones = (row.details["zone"],) if row.details.get("zone") else ()
                self.elsewhere.append(Whereabouts(zones, row.details.get("region")))
            case "line" | "notice" | "hold":
                pass
            case "talk":
                self.take(row)
            case _:
                if row.given:
                    self.take(row)


def on_file(session: Session, person: Shared, account_id: int) -> OnFile:
    """What is in force of the customer's facts, as far as it concerns the account.

    What was told about the account itself is the customer's, whichever record had the account then.
    """
    found = OnFile()
    for row in session.execute(_STANDING, person.values):
        if row.account_id not in (None, account_id):
            continue
        if row.customer_id == person.customer_id or row.account_id is not None:
            found.take(row)
        else:
            found.take_of_another(row)
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
