"""Facts on file that the law turns on: put there by staff or a system, taken back by a later record, never
changed.

What ``given`` and ``details`` mean, by kind (``e164`` and ``account_id`` narrow a fact to a number or a
debt):

consent
    to calls by an artificial voice; not given: taken back
hours
    agreed to; not given: inconvenient. ``start``, ``end`` ("HH:MM", local), ``weekdays`` (0 is Monday)
line
    what a lookup told of a number: ``line`` is wireless or landline
location
    where the customer was last known to be: ``zone`` (IANA), ``region``, or both
notice
    the notice about the debt was sent, as of then
talk
    somebody else than the bot spoke to the customer, as of then: ``by`` is human or agency
hold
    a legal hold: nothing of the customer's is deleted

Every other kind is a flag, such as ``bankruptcy``: given or not given, as of a time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from campaigns.compliance.facts import Consent, FlagFact, LineType, TalkFact
from campaigns.compliance.personal import END_OF_DAY, PersonalHours
from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.models import Customer, LegalFact

CONSENT, HOURS, LINE, LOCATION, NOTICE, TALK, HOLD = (
    "consent", "hours", "line", "location", "notice", "talk", "hold",
)  # fmt: skip
NO_FLAGS = frozenset({CONSENT, HOURS, LINE, LOCATION, NOTICE, TALK, HOLD})

_LATER = aliased(LegalFact)
_IN_FORCE = (
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
        LegalFact.withdraws_id.is_(None),
        ~exists().where(_LATER.withdraws_id == LegalFact.id),
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
            case "hold":
                pass
            case _:
                self.flags.append(FlagFact(row.kind, row.given, row.as_of))


def on_file(session: Session, customer_id: int, account_id: int) -> OnFile:
    """What is in force of the customer's facts, as far as it concerns the account."""
    found = OnFile()
    for row in session.execute(_IN_FORCE, {"customer_id": customer_id}):
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


def record_fact(
    session: Session,
    customer_id: int,
    kind: str,
    *,
    given: bool,
    as_of: datetime,
    at: datetime,
    by: str,
    details: Mapping[str, Any] | None = None,
    evidence: str = "",
    account_id: int | None = None,
    e164: str | None = None,
) -> int:
    """Put a fact on file; its id. A flag that is not given any more takes back the ones that were."""
    if kind not in NO_FLAGS and not given:
        for row in in_force(session, customer_id, kind):
            if row.given and row.account_id == account_id:
                withdraw_fact(session, row.id, at=at, by=by, evidence=evidence)
    row = LegalFact(
        customer_id=customer_id,
        account_id=account_id,
        e164=e164,
        kind=kind,
        given=given,
        details=dict(details or {}),
        evidence=evidence,
        as_of=as_of,
        recorded_at=at,
        recorded_by=by,
    )
    session.add(row)
    session.flush()
    return row.id


def withdraw_fact(session: Session, fact_id: int, *, at: datetime, by: str, evidence: str) -> int:
    """Take a fact back; the id of the record that does. Raises NotFoundError, ConflictError."""
    fact = session.get(LegalFact, fact_id)
    if fact is None or fact.withdraws_id is not None:
        raise NotFoundError(f"there is no fact {fact_id} on file")
    if session.scalar(select(LegalFact.id).where(LegalFact.withdraws_id == fact_id)) is not None:
        raise ConflictError(f"fact {fact_id} was taken back already")
    row = LegalFact(
        customer_id=fact.customer_id,
        account_id=fact.account_id,
        e164=fact.e164,
        kind=fact.kind,
        given=False,
        details={},
        evidence=evidence,
        as_of=at,
        recorded_at=at,
        recorded_by=by,
        withdraws_id=fact_id,
    )
    session.add(row)
    session.flush()
    return row.id


def in_force(session: Session, customer_id: int, kind: str | None = None) -> list[LegalFact]:
    """The customer's facts that nobody took back, oldest first."""
    query = select(LegalFact).where(
        LegalFact.customer_id == customer_id,
        LegalFact.withdraws_id.is_(None),
        ~exists().where(_LATER.withdraws_id == LegalFact.id),
    )
    if kind is not None:
        query = query.where(LegalFact.kind == kind)
    return list(session.scalars(query.order_by(LegalFact.id)))


def holds(session: Session) -> list[tuple[LegalFact, str]]:
    """The legal holds in force with their customers' ids, oldest first."""
    query = (
        select(LegalFact, Customer.external_id)
        .join(Customer, Customer.id == LegalFact.customer_id)
        .where(
            LegalFact.kind == HOLD,
            LegalFact.withdraws_id.is_(None),
            ~exists().where(_LATER.withdraws_id == LegalFact.id),
        )
        .order_by(LegalFact.id)
    )
    return [(hold, external_id) for hold, external_id in session.execute(query)]


def held(session: Session, customer_ids: Collection[int]) -> set[int]:
    """Those of the customers who are under a legal hold."""
    query = select(LegalFact.customer_id).where(
        LegalFact.customer_id.in_(customer_ids),
        LegalFact.kind == HOLD,
        LegalFact.withdraws_id.is_(None),
        ~exists().where(_LATER.withdraws_id == LegalFact.id),
    )
    return set(session.scalars(query))
