"""What the bot is told of a call, read from the ledger at the moment of dialling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from bot.dialogue.brief import BrokenPromise, Debt, InstalmentPlan, Invitation, Offer, Party
from campaigns.compliance.reasons import Reason
from campaigns.errors import NotFoundError
from campaigns.store.approved import current_offer, current_plan, invitation_of
from campaigns.store.broken import broken_promise
from campaigns.store.models import Account, CampaignMember, Customer, PhoneNumber, Suppression
from campaigns.store.people import shared
from telephony.status import NumberStatus


@dataclass(frozen=True, slots=True)
class CallSubject:
    """Whom a call is for and for what, as the ledger has it."""

    customer_id: int
    account_id: int
    party: Party
    gender: str | None
    debt: Debt
    offer: Offer | None = None
    plan: InstalmentPlan | None = None
    broken_promise: BrokenPromise | None = None
    invitation: Invitation | None = None


# Built once: read for every call that is answered.
_SUBJECT = select(
    Customer.id,
    Customer.name,
    Customer.id_tail,
    Customer.gender,
    Account.id.label("account_id"),
    Account.product,
    Account.amount_due,
    Account.minimum_due,
    Account.currency,
    Account.due_date,
).join_from(Account, Customer, Customer.id == Account.customer_id)
_WORST_FIRST = _SUBJECT.order_by(Account.amount_due <= 0, Account.days_past_due.desc(), Account.id).limit(1)
_OF_MEMBER = _SUBJECT.join(CampaignMember, CampaignMember.account_id == Account.id).where(
    CampaignMember.id == bindparam("key")
)
_AT_NUMBER = _WORST_FIRST.join(PhoneNumber, PhoneNumber.customer_id == Customer.id).where(
    PhoneNumber.e164 == bindparam("key"), PhoneNumber.purged_at.is_(None)
)
_OF_CUSTOMER = _WORST_FIRST.where(Customer.external_id == bindparam("key"))
_OWNERS = select(PhoneNumber.relation, PhoneNumber.status, PhoneNumber.customer_id).where(
    PhoneNumber.e164 == bindparam("e164"), PhoneNumber.purged_at.is_(None)
)
_NOT_THEIRS = (
    select(Suppression.id)
    .where(
        Suppression.e164 == bindparam("e164"),
        Suppression.reason == Reason.WRONG_PARTY,
        Suppression.lifted_at.is_(None),
    )
    .limit(1)
)


def call_subject(session: Session, member_id: int, today: date) -> CallSubject:
    """The subject of a member's call. What is approved counts while its dates can still be met."""
    subject = _subject(session, _OF_MEMBER, member_id, today)
    if subject is None:
        raise NotFoundError("there is no campaign member %(member_id)s", member_id=member_id)
    return replace(subject, invitation=invitation_of(session, member_id))


def subject_of_number(session: Session, e164: str, today: date) -> CallSubject | None:
    """Whose own number it is, with the account longest past due.

    None when it is nobody's here, several people's, somebody else's than the customer's (a contact's, one
    given to a new owner, one that turned out to be wrong): whoever calls from it is not known by it.
    """
    owners = session.execute(_OWNERS, {"e164": e164}).all()
    if not owners or any(each.relation != "self" for each in owners):
        return None
    if any(each.status == NumberStatus.RECYCLED for each in owners):
        return None
    if {each.customer_id for each in owners} - {*shared(session, owners[0].customer_id).same}:
        return None
    if session.scalar(_NOT_THEIRS, {"e164": e164}) is not None:
        return None
    return _subject(session, _AT_NUMBER, e164, today)


def anybody_at_number(session: Session, e164: str, today: date) -> CallSubject | None:
    """The first of all who may pick up a number, for the simulation; None when it is nobody's here."""
    return _subject(session, _AT_NUMBER, e164, today)


def subject_of_customer(session: Session, external_id: str, today: date) -> CallSubject:
    """A customer by the lender's key, with the account longest past due. Raises NotFoundError."""
    subject = _subject(session, _OF_CUSTOMER, external_id, today)
    if subject is None:
        raise NotFoundError(
            "there is no customer %(external_id)r; import the file that has them first",
            external_id=external_id,
        )
    return subject


def _subject(
    session: Session, statement: Select[*tuple[Any, ...]], key: int | str, today: date
) -> CallSubject | None:
    row = session.execute(statement, {"key": key}).one_or_none()
    if row is None:
        return None
    return CallSubject(
        customer_id=row.id,
        account_id=row.account_id,
        party=Party(row.name, id_tail=row.id_tail or ""),
        gender=row.gender,
        debt=Debt(
            product=row.product,
            amount_due=row.amount_due,
            minimum_due=row.minimum_due,
            currency=row.currency,
            due_date=row.due_date,
            # As of the call: what was imported is as old as its file.
            days_past_due=(today - row.due_date).days,
        ),
        offer=current_offer(session, row.account_id, today),
        plan=current_plan(session, row.account_id, today),
        broken_promise=broken_promise(session, row.account_id),
    )
