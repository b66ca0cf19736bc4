"""What deciding on a message weighs, read within the transaction that will act on it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from campaigns.compliance.facts import CallFacts
from campaigns.compliance.texting import WEEK_DAYS, Occasion
from campaigns.outcomes.delivery import GONE
from campaigns.store.facts import Surroundings, fact_sheet, numbers_of
from campaigns.store.member_turns import MemberTurn
from campaigns.store.models import Account, Attempt, Call, CampaignMember, Message, PhoneNumber, Promise
from campaigns.store.people import shared


def number_for(session: Session, message: Message) -> PhoneNumber | None:
    """The number that a message goes to: the one it was meant for, if it is still the customer's, else
    their own.
    """
    numbers = numbers_of(session, message.customer_id)
    if message.e164 is not None:
        return next((number for number in numbers if number.e164 == message.e164), None)
    return next((number for number in numbers if number.relation == "self"), None)


def number_facts(
    session: Session, message: Message, number: PhoneNumber, around: Surroundings
) -> CallFacts | None:
    """The facts about reaching the customer on ``number``; None for a customer without an account."""
    account_id = _account(session, message)
    if account_id is None:
        return None
    nobodys_turn = MemberTurn(0, 0, message.customer_id, account_id, 0, "running")
    (facts,) = fact_sheet(session, nobodys_turn, [number], around).facts
    return facts


def texts_sent(session: Session, customer_id: int, now: datetime) -> tuple[datetime, ...]:
    """When messages went to the person lately, or may have gone; answers left out."""
    found = session.scalars(
        select(Message.reserved_at).where(
            Message.customer_id.in_(shared(session, customer_id).ids),
            Message.state.in_(GONE),
            Message.occasion != Occasion.REPLY,
            Message.reserved_at > now - timedelta(days=WEEK_DAYS + 1),
        )
    )
    return tuple(at for at in found if at is not None)


def right_party_seen(session: Session, customer_id: int, e164: str) -> bool:
    """Whether the customer was spoken to on this very number."""
    return session.scalar(select(exists().where(_confirmed(customer_id, e164)))) or False


def _confirmed(customer_id: int, e164: str) -> ColumnElement[bool]:
    return and_(Call.customer_id == customer_id, Call.e164 == e164, Call.right_party)


def _account(session: Session, message: Message) -> int | None:
    """The account that a message is about: the promise's, the call's, else the one that most is due on."""
    if message.promise_id is not None:
        return session.get_one(Promise, message.promise_id).account_id
    if message.call_id is not None:
        called = session.scalar(
            select(CampaignMember.account_id)
            .join(Attempt, Attempt.member_id == CampaignMember.id)
            .join(Call, Call.attempt_id == Attempt.id)
            .where(Call.id == message.call_id)
        )
        if called is not None:
            return called
    return session.scalar(
        select(Account.id)
        .where(Account.customer_id == message.customer_id)
        .order_by(Account.amount_due.desc(), Account.id)
        .limit(1)
    )
