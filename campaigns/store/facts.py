"""What a decision weighs, read from the ledger within the transaction that will act on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from campaigns.compliance.facts import (
    AttemptFact,
    CallFacts,
    NumberFacts,
    Purpose,
    SuppressionFact,
    TalkFact,
)
from campaigns.store.approved import invitation_of
from campaigns.store.broken import broken_promise
from campaigns.store.ledger import MemberTurn
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

# Built once: a campaign runs these for every turn, and building a statement costs more than running it.
_CUSTOMER = bindparam("customer_id", type_=Customer.id.type)
_NUMBERS = bindparam("e164s", type_=PhoneNumber.e164.type, expanding=True)
_SINCE = bindparam("since", type_=Attempt.reserved_at.type)

_NUMBERS_OF = (
    select(PhoneNumber)
    .where(PhoneNumber.customer_id == _CUSTOMER)
    .order_by((PhoneNumber.relation != "self"), PhoneNumber.id)
)
_LATEST_DECISION = select(DecisionRecord.at).order_by(DecisionRecord.at.desc()).limit(1)
_CIRCUMSTANCES = select(
    Customer.region,
    Customer.marketing_consent,
    select(Account.amount_due).where(Account.id == bindparam("account_id")).scalar_subquery(),
    select(func.max(Account.amount_due)).where(Account.customer_id == _CUSTOMER).scalar_subquery(),
    # A customer who named a day for the rest is left in peace until then.
    select(func.max(func.coalesce(Promise.rest_due, Promise.due)))
    .where(Promise.customer_id == _CUSTOMER, Promise.state == "pending")
    .scalar_subquery(),
    select(func.max(CampaignMember.callback_at))
    .where(CampaignMember.customer_id == _CUSTOMER)
    .scalar_subquery(),
    _LATEST_DECISION.scalar_subquery(),
).where(Customer.id == _CUSTOMER)
_ATTEMPTS = select(
    Attempt.customer_id,
    Attempt.e164,
    Attempt.dialed_at,
    Attempt.reserved_at,
    Attempt.charged,
    Attempt.disposition,
    Attempt.ended_at,
    Attempt.state,
).where(
    or_(Attempt.customer_id == _CUSTOMER, Attempt.e164.in_(_NUMBERS)),
    Attempt.reserved_at >= _SINCE,
)
_BARS = select(Suppression.reason, Suppression.until, Suppression.e164).where(
    or_(Suppression.customer_id == _CUSTOMER, Suppression.e164.in_(_NUMBERS)),
    Suppression.lifted_at.is_(None),
)
_TALKS = select(Call.answered_at).where(
    Call.customer_id == _CUSTOMER, Call.effective, Call.answered_at >= _SINCE
)
_CASES = select(FollowUp.reason).where(FollowUp.customer_id == _CUSTOMER, FollowUp.state == "open")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What does not come from the ledger: time, the line, and how far back counts must look."""

    now: datetime
    line_simulated: bool
    clock_virtual: bool
    since: datetime
    today: date  # where the customers are


def numbers_of(session: Session, customer_id: int) -> Sequence[PhoneNumber]:
    """A customer's numbers in the order of trying: their own first, then as imported."""
    return session.scalars(_NUMBERS_OF, {"customer_id": customer_id}).all()


def lock_debtor(session: Session, customer_id: int) -> None:
    """Hold off other workers' decisions about this customer and their numbers until this transaction ends.

    Counts read after it are the counts acted on. SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    session.execute(select(Customer.id).where(Customer.id == customer_id).with_for_update())
    mine = select(PhoneNumber.e164).where(PhoneNumber.customer_id == customer_id)
    session.execute(
        select(PhoneNumber.id).where(PhoneNumber.e164.in_(mine)).order_by(PhoneNumber.id).with_for_update()
    )


def call_facts(
    session: Session, member: MemberTurn, numbers: Sequence[PhoneNumber], around: Surroundings
) -> list[CallFacts]:
    """The facts about calling each of ``numbers`` for ``member`` now."""
    customer_id = member.customer_id
    values = {
        "customer_id": customer_id,
        "account_id": member.account_id,
        "e164s": [number.e164 for number in numbers],
        "since": around.since,
    }
    region, consent, amount_due, most_due, promise_due, callback_at, ledger_time = session.execute(
        _CIRCUMSTANCES, values
    ).one()
    owed = most_due if member.purpose is Purpose.MARKETING else amount_due
    attempts = [
        (
            owner,
            e164,
            AttemptFact(
                dialed_at or reserved_at, charged, None if state == "lost" else disposition, ended_at
            ),
            state == "lost" and dialed_at is not None,
        )
        for owner, e164, dialed_at, reserved_at, charged, disposition, ended_at, state in session.execute(
            _ATTEMPTS, values
        )
    ]
    bars = [
        (SuppressionFact(reason, until, of_number=e164 is not None), e164)
        for reason, until, e164 in session.execute(_BARS, values)
    ]
    talks = tuple(TalkFact(at) for at in session.scalars(_TALKS, values) if at is not None)
    # Nobody knows what was said in a call that a crash cut off: it counts as a talk.
    talks += tuple(TalkFact(fact.at) for owner, _, fact, lost in attempts if owner == customer_id and lost)
    cases = frozenset(session.scalars(_CASES, values))
    occasion_stands = _occasion_stands(session, member, around.today)
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
            region=region,
            debt_owed=None if owed is None else owed > 0,
            purpose=member.purpose,
            occasion_stands=occasion_stands,
            marketing_consent=consent,
            suppressions=tuple(bar for bar, e164 in bars if e164 in (None, number.e164)),
            open_cases=cases,
            debtor_attempts=tuple(fact for owner, _, fact, _ in attempts if owner == customer_id),
            number_attempts=tuple(fact for _, e164, fact, _ in attempts if e164 == number.e164),
            talks=talks,
            promise_due=promise_due,
            callback_at=callback_at,
        )
        for number in numbers
    ]


def _occasion_stands(session: Session, member: MemberTurn, today: date) -> bool | None:
    """Whether what the call is for beside an amount due still is; None where there is no such thing."""
    match member.purpose:
        case Purpose.REMINDER:
            return None
        case Purpose.BROKEN_PROMISE:
            return broken_promise(session, member.account_id) is not None
        case Purpose.MARKETING:
            invitation = invitation_of(session, member.id)
            return invitation is not None and today <= invitation.valid_until


def latest_decision_at(session: Session) -> datetime | None:
    """The high-water mark of the ledger's time: a clock behind it has been moved back."""
    return session.scalars(_LATEST_DECISION).one_or_none()


def latest_event_at(session: Session) -> datetime | None:
    """The latest time on record at all: of a decision, or of the end of a call."""
    times = [
        latest_decision_at(session),
        session.scalar(select(func.max(Attempt.ended_at))),
        session.scalar(select(func.max(Call.ended_at))),
    ]
    return max((at for at in times if at is not None), default=None)
