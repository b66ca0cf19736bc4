"""What a decision weighs, read from the ledger within the transaction that will act on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from campaigns.compliance.facts import AttemptFact, CallFacts, NumberFacts, SuppressionFact, TalkFact
from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    CampaignMember,
    Customer,
    DecisionRecord,
    FollowUp,
    PhoneNumber,
    Promise,
    Suppression,
)
from telephony.status import NumberStatus


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What does not come from the ledger: time, the line, and how far back counts must look."""

    now: datetime
    line_simulated: bool
    clock_virtual: bool
    since: datetime


def numbers_of(session: Session, customer_id: int) -> Sequence[PhoneNumber]:
    """A customer's numbers in the order of trying: their own first, then as imported."""
    return session.scalars(
        select(PhoneNumber)
        .where(PhoneNumber.customer_id == customer_id)
        .order_by((PhoneNumber.relation != "self"), PhoneNumber.id)
    ).all()


def lock_debtor(session: Session, customer_id: int) -> None:
    """Hold off other workers' decisions about this customer and their numbers until this transaction ends.

    Counts read after it are the counts acted on. SQLite has one writer at a time anyway.
    """
    session.execute(select(Customer.id).where(Customer.id == customer_id).with_for_update())
    mine = select(PhoneNumber.e164).where(PhoneNumber.customer_id == customer_id)
    session.execute(
        select(PhoneNumber.id).where(PhoneNumber.e164.in_(mine)).order_by(PhoneNumber.id).with_for_update()
    )


def call_facts(
    session: Session, member: CampaignMember, numbers: Sequence[PhoneNumber], around: Surroundings
) -> list[CallFacts]:
    """The facts about calling each of ``numbers`` for ``member`` now."""
    customer_id = member.customer_id
    customer = session.get_one(Customer, customer_id)
    attempts = session.scalars(
        select(Attempt).where(
            or_(Attempt.customer_id == customer_id, Attempt.e164.in_([n.e164 for n in numbers])),
            Attempt.reserved_at >= around.since,
        )
    ).all()
    bars = session.scalars(
        select(Suppression).where(
            or_(
                Suppression.customer_id == customer_id,
                Suppression.e164.in_([number.e164 for number in numbers]),
            ),
            Suppression.lifted_at.is_(None),
        )
    ).all()
    talks = session.scalars(
        select(Call.answered_at).where(
            Call.customer_id == customer_id, Call.effective, Call.answered_at >= around.since
        )
    ).all()
    amount_due = session.scalar(select(Account.amount_due).where(Account.id == member.account_id))
    cases = session.scalars(
        select(FollowUp.reason).where(FollowUp.customer_id == customer_id, FollowUp.state == "open")
    ).all()
    promise_due = session.scalar(
        select(func.max(Promise.due)).where(Promise.customer_id == customer_id, Promise.state == "pending")
    )
    callback_at = session.scalars(
        select(CampaignMember.callback_at)
        .where(CampaignMember.customer_id == customer_id, CampaignMember.callback_at.is_not(None))
        .order_by(CampaignMember.callback_at.desc())
        .limit(1)
    ).one_or_none()
    ledger_time = latest_decision_at(session)
    return [
        CallFacts(
            now=around.now,
            number=NumberFacts(
                number.id,
                number.relation,
                NumberStatus(number.status),
                number.status_at,
                number.generated,
            ),
            line_simulated=around.line_simulated,
            clock_virtual=around.clock_virtual,
            ledger_time=ledger_time,
            zones=(),
            region=customer.region,
            debt_owed=None if amount_due is None else amount_due > 0,
            suppressions=tuple(
                SuppressionFact(bar.reason, bar.until, bar.e164 is not None)
                for bar in bars
                if bar.e164 in (None, number.e164)
            ),
            open_cases=frozenset(cases),
            debtor_attempts=tuple(_fact(a) for a in attempts if a.customer_id == customer_id),
            number_attempts=tuple(_fact(a) for a in attempts if a.e164 == number.e164),
            talks=tuple(TalkFact(at) for at in talks if at is not None),
            promise_due=promise_due,
            callback_at=callback_at,
        )
        for number in numbers
    ]


def latest_decision_at(session: Session) -> datetime | None:
    """The high-water mark of the ledger's time: a clock behind it has been moved back."""
    return session.scalars(
        select(DecisionRecord.at).order_by(DecisionRecord.at.desc()).limit(1)
    ).one_or_none()


def _fact(attempt: Attempt) -> AttemptFact:
    return AttemptFact(
        attempt.dialed_at or attempt.reserved_at, attempt.charged, attempt.disposition, attempt.ended_at
    )
