"""What a decision weighs, read from the ledger within the transaction that will act on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from campaigns.compliance.area_code import line_of, zones_of
from campaigns.compliance.facts import (
    AttemptFact,
    CallFacts,
    FlagFact,
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
    LegalFact,
    PhoneNumber,
    Promise,
    Suppression,
)
from campaigns.store.on_file import OnFile, on_file
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
# About this debt; a call that came in may have been about any.
_SPOKEN_AT = (
    select(func.min(Call.answered_at))
    .outerjoin(Attempt, Attempt.id == Call.attempt_id)
    .outerjoin(CampaignMember, CampaignMember.id == Attempt.member_id)
    .where(
        Call.customer_id == _CUSTOMER,
        Call.right_party,
        or_(CampaignMember.account_id == bindparam("account_id"), Call.attempt_id.is_(None)),
    )
)
_CIRCUMSTANCES = select(
    Customer.region,
    Customer.marketing_consent,
    Customer.attributes,
    Customer.created_at,
    select(Account.amount_due)
    .where(Account.id == bindparam("account_id"))
    .scalar_subquery()
    .label("amount_due"),
    select(func.max(Account.amount_due))
    .where(Account.customer_id == _CUSTOMER)
    .scalar_subquery()
    .label("most_due"),
    # A customer who named a day for the rest is left in peace until then.
    select(func.max(func.coalesce(Promise.rest_due, Promise.due)))
    .where(Promise.customer_id == _CUSTOMER, Promise.state == "pending")
    .scalar_subquery()
    .label("promise_due"),
    select(func.max(CampaignMember.callback_at))
    .where(CampaignMember.customer_id == _CUSTOMER)
    .scalar_subquery()
    .label("callback_at"),
    _LATEST_DECISION.scalar_subquery().label("ledger_time"),
    _SPOKEN_AT.scalar_subquery().label("spoken_at"),
    select(func.max(LegalFact.id))
    .where(LegalFact.customer_id == _CUSTOMER)
    .scalar_subquery()
    .label("fact_id"),
    select(func.max(FollowUp.id)).where(FollowUp.customer_id == _CUSTOMER).scalar_subquery().label("case_id"),
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
    select(CampaignMember.account_id).where(CampaignMember.id == Attempt.member_id).scalar_subquery(),
).where(
    or_(Attempt.customer_id == _CUSTOMER, Attempt.e164.in_(_NUMBERS)),
    Attempt.reserved_at >= _SINCE,
)
_BARS = select(Suppression.reason, Suppression.until, Suppression.e164).where(
    or_(Suppression.customer_id == _CUSTOMER, Suppression.e164.in_(_NUMBERS)),
    Suppression.lifted_at.is_(None),
)
_TALKS = select(Call.answered_at).where(
    Call.customer_id == _CUSTOMER,
    Call.effective,
    Call.answered_at >= _SINCE,
    # One that was declared lost counts as a talk by its attempt, whatever was written of it later.
    ~exists().where(Attempt.id == Call.attempt_id, Attempt.state == "lost"),
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
    flags: frozenset[str] = frozenset()  # imported fields that the rule pack asks for


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest entries about a customer that a decision knew of; anything newer withdraws its call."""

    fact_id: int = 0
    case_id: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """The facts about calling each of a customer's numbers, and up to where they reach."""

    facts: list[CallFacts]
    seen: Seen


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
    return fact_sheet(session, member, numbers, around).facts


def fact_sheet(
    session: Session, member: MemberTurn, numbers: Sequence[PhoneNumber], around: Surroundings
) -> Sheet:
    """As ``call_facts``, with what they reach up to."""
    customer_id = member.customer_id
    values = {
        "customer_id": customer_id,
        "account_id": member.account_id,
        "e164s": [number.e164 for number in numbers],
        "since": around.since,
    }
    # Read first: what comes in after it is newer than what was seen, even if it is weighed.
    circumstances = session.execute(_CIRCUMSTANCES, values).one()
    owed = circumstances.most_due if member.purpose is Purpose.MARKETING else circumstances.amount_due
    filed = on_file(session, customer_id, member.account_id)
    attempts = [_Tried(*row) for row in session.execute(_ATTEMPTS, values)]
    bars = [
        (SuppressionFact(reason, until, of_number=e164 is not None), e164)
        for reason, until, e164 in session.execute(_BARS, values)
    ]
    talks = tuple(TalkFact(at) for at in session.scalars(_TALKS, values) if at is not None)
    # Nobody knows what was said in a call that a crash cut off: it counts as a talk.
    talks += tuple(TalkFact(a.fact.at) for a in attempts if a.customer_id == customer_id and a.cut_off)
    talks += tuple(filed.talks)
    cases = frozenset(session.scalars(_CASES, values))
    occasion_stands = _occasion_stands(session, member, around.today)
    spoken_at = [at for at in (circumstances.spoken_at, *(talk.at for talk in talks)) if at is not None]
    facts = [
        CallFacts(
            now=around.now,
            number=_number_facts(number, filed),
            line_simulated=around.line_simulated,
            clock_virtual=around.clock_virtual,
            ledger_time=circumstances.ledger_time,
            zones=filed.zones,
            region=circumstances.region,
            last_region=filed.region,
            debt=member.account_id,
            debt_owed=None if owed is None else owed > 0,
            purpose=member.purpose,
            occasion_stands=occasion_stands,
            marketing_consent=circumstances.marketing_consent,
            suppressions=tuple(bar for bar, e164 in bars if e164 in (None, number.e164)),
            open_cases=cases,
            debtor_attempts=tuple(a.fact for a in attempts if a.customer_id == customer_id),
            number_attempts=tuple(a.fact for a in attempts if a.e164 == number.e164),
            talks=talks,
            promise_due=circumstances.promise_due,
            callback_at=circumstances.callback_at,
            campaign_hours=member.window,
            personal_hours=tuple(filed.hours),
            flags=(*filed.flags, *_imported_flags(circumstances, around.flags)),
            first_contact_at=min(spoken_at, default=None),
            notice_sent_at=filed.notice_sent_at,
        )
        for number in numbers
    ]
    return Sheet(facts, Seen(circumstances.fact_id or 0, circumstances.case_id or 0))


@dataclass(frozen=True, slots=True)
class _Tried:
    """One row of ``_ATTEMPTS``."""

    customer_id: int
    e164: str
    dialed_at: datetime | None
    reserved_at: datetime
    charged: bool
    disposition: str | None
    ended_at: datetime | None
    state: str
    debt: int

    @property
    def cut_off(self) -> bool:
        return self.state == "lost" and self.dialed_at is not None

    @property
    def fact(self) -> AttemptFact:
        outcome = None if self.state == "lost" else self.disposition
        at = self.dialed_at or self.reserved_at
        return AttemptFact(at, self.charged, outcome, self.ended_at, self.debt)


def _number_facts(number: PhoneNumber, filed: OnFile) -> NumberFacts:
    return NumberFacts(
        number.id,
        number.relation,
        NumberStatus(number.status),
        number.status_at,
        number.generated,
        zones_of(number.e164),
        filed.line(number.e164) or line_of(number.e164),
        filed.consent(number.e164),
    )


def _imported_flags(customer: Row[Any], names: frozenset[str]) -> Iterator[FlagFact]:
    """Flags of the customer file. One is as old as the file says in ``<name>_as_of``, else as the customer: a
    later file may have lacked it.
    """
    attributes = customer.attributes
    for name in sorted(names & attributes.keys()):
        told = attributes.get(f"{name}_as_of")
        as_of = datetime.combine(date.fromisoformat(told), time.min, UTC) if told else customer.created_at
        yield FlagFact(name, bool(attributes[name]), as_of)


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
