"""Reading the decision log: of one customer, and the whole of it in the order in which it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.store.database import Database
from campaigns.store.member_turns import MEMBERS, MemberTurn, member_turn
from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    DecisionRecord,
    PhoneNumber,
)
from campaigns.store.people import shared, theirs
from telephony.numbers import mask

PAGE = 1000


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """One decision on record. ``number`` is masked; None where there was none."""

    id: int
    at: datetime
    campaign: str
    customer_id: int
    number: str | None
    attempt_id: int | None
    verdict: str
    reason: str
    until: datetime | None
    pack: str
    inputs: dict[str, Any]

    @property
    def facts(self) -> dict[str, Any] | None:
        """What was weighed, for ``facts_from``; None where an older version recorded it, or nothing was."""
        facts: dict[str, Any] | None = self.inputs.get("facts")
        return facts


_DECISIONS = (
    select(
        DecisionRecord.id,
        DecisionRecord.at,
        Campaign.name,
        DecisionRecord.customer_id,
        PhoneNumber.e164,
        DecisionRecord.attempt_id,
        DecisionRecord.verdict,
        DecisionRecord.reason,
        DecisionRecord.until,
        DecisionRecord.pack,
        DecisionRecord.inputs,
    )
    .join(Campaign, Campaign.id == DecisionRecord.campaign_id)
    .outerjoin(PhoneNumber, PhoneNumber.id == DecisionRecord.number_id)
)


def decisions_of(
    session: Session,
    customer_id: int,
    *,
    until: datetime | None = None,
    before_id: int | None = None,
    limit: int | None = None,
) -> list[StoredDecision]:
    """A customer's decisions, under whatever key of theirs, newest first, up to ``until``.

    ``before_id``: only those of lower ids, for the page after one that ends there.
    """
    query = _DECISIONS.where(theirs(DecisionRecord.customer_id, DecisionRecord.at))
    if until is not None:
        query = query.where(DecisionRecord.at <= until)
    if before_id is not None:
        query = query.where(DecisionRecord.id < before_id)
    query = query.order_by(DecisionRecord.id.desc()).limit(limit)
    rows = session.execute(query, shared(session, customer_id).values)
    return [_stored(row) for row in rows]


def decision_of_attempt(session: Session, attempt_id: int) -> StoredDecision | None:
    """The decision that allowed an attempt; None when its record was deleted."""
    row = session.execute(_DECISIONS.where(DecisionRecord.attempt_id == attempt_id)).first()
    return None if row is None else _stored(row)


def count_decisions(session: Session, customer_id: int, *, until: datetime | None = None) -> int:
    """How many decisions about a customer there are, up to ``until``."""
    query = select(func.count()).where(theirs(DecisionRecord.customer_id, DecisionRecord.at))
    if until is not None:
        query = query.where(DecisionRecord.at <= until)
    return session.scalar(query, shared(session, customer_id).values) or 0


def recorded(
    database: Database, *, since: datetime, campaign_id: int | None = None
) -> Iterator[StoredDecision]:
    """All decisions from ``since`` on, in their order, a page at a time."""
    query = _DECISIONS.where(DecisionRecord.at >= since)
    if campaign_id is not None:
        query = query.where(DecisionRecord.campaign_id == campaign_id)
    after = 0
    while True:
        with database.transaction() as session:
            page = session.execute(
                query.where(DecisionRecord.id > after).order_by(DecisionRecord.id).limit(PAGE)
            ).all()
        yield from (_stored(row) for row in page)
        if len(page) < PAGE:
            return
        after = page[-1].id


def place_of(session: Session, customer_id: int) -> MemberTurn | None:
    """Where the customer stands: in the newest campaign they are in, else with the account longest past due.

    None: there is no account. The ids of member and campaign are 0 outside a campaign.
    """
    row = session.execute(
        MEMBERS.where(CampaignMember.customer_id == customer_id).order_by(CampaignMember.id.desc()).limit(1)
    ).first()
    if row is not None:
        return member_turn(row)
    account_id = session.scalar(
        select(Account.id)
        .where(Account.customer_id == customer_id)
        .order_by(Account.days_past_due.desc(), Account.id)
        .limit(1)
    )
    return None if account_id is None else MemberTurn(0, 0, customer_id, account_id, 0, "")


def latest_reached(session: Session, customer_id: int, limit: int = 20) -> Sequence[bool]:
    """Whether each of the latest charged attempts reached the customer, newest first."""
    rows = session.execute(
        select(func.coalesce(Call.right_party, False))
        .select_from(Attempt)
        .outerjoin(Call, Call.attempt_id == Attempt.id)
        .where(theirs(Attempt.customer_id, Attempt.reserved_at), Attempt.charged)
        .order_by(Attempt.id.desc())
        .limit(limit),
        shared(session, customer_id).values,
    )
    return [bool(reached) for (reached,) in rows]


def _stored(row: Any) -> StoredDecision:
    values = list(row)
    values[4] = None if values[4] is None else mask(values[4])
    return StoredDecision(*values)
