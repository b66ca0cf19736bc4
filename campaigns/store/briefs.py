"""What the bot is told of a call, read from the ledger at the moment of dialling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from bot.dialogue.brief import Debt, Offer, Party
from campaigns.errors import NotFoundError
from campaigns.store.models import Account, CampaignMember, Customer, PhoneNumber, ReliefOffer


@dataclass(frozen=True, slots=True)
class CallSubject:
    """Whom a call is for and for what, as the ledger has it."""

    customer_id: int
    account_id: int
    party: Party
    gender: str | None
    debt: Debt
    offer: Offer | None


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
_WORST_FIRST = _SUBJECT.order_by(Account.days_past_due.desc(), Account.id).limit(1)
_OF_MEMBER = _SUBJECT.join(CampaignMember, CampaignMember.account_id == Account.id).where(
    CampaignMember.id == bindparam("key")
)
_OF_NUMBER = _WORST_FIRST.join(PhoneNumber, PhoneNumber.customer_id == Customer.id).where(
    PhoneNumber.e164 == bindparam("key")
)
_OF_CUSTOMER = _WORST_FIRST.where(Customer.external_id == bindparam("key"))
_OFFER = (
    select(
        ReliefOffer.id,
        ReliefOffer.waives,
        ReliefOffer.pay_by,
        ReliefOffer.approved_by,
        ReliefOffer.valid_until,
    )
    .where(
        ReliefOffer.account_id == bindparam("account_id"),
        ReliefOffer.valid_until >= bindparam("today", type_=ReliefOffer.valid_until.type),
        ReliefOffer.pay_by >= bindparam("today", type_=ReliefOffer.pay_by.type),
    )
    .order_by(ReliefOffer.id.desc())
    .limit(1)
)


def call_subject(session: Session, member_id: int, today: date) -> CallSubject:
    """The subject of a member's call. An offer counts while it is valid and its date can still be met."""
    subject = _subject(session, _OF_MEMBER, member_id, today)
    if subject is None:
        raise NotFoundError(f"there is no campaign member {member_id}")
    return subject


def subject_of_number(session: Session, e164: str, today: date) -> CallSubject | None:
    """Whose number it is, with the account longest past due; None when it is nobody's here."""
    return _subject(session, _OF_NUMBER, e164, today)


def subject_of_customer(session: Session, external_id: str, today: date) -> CallSubject:
    """A customer by the lender's key, with the account longest past due. Raises NotFoundError."""
    subject = _subject(session, _OF_CUSTOMER, external_id, today)
    if subject is None:
        raise NotFoundError(f"there is no customer {external_id!r}; import the file that has them first")
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
        offer=_offer(session, row.account_id, today),
    )


def _offer(session: Session, account_id: int, today: date) -> Offer | None:
    row = session.execute(_OFFER, {"account_id": account_id, "today": today}).one_or_none()
    return None if row is None else Offer(str(row[0]), *row[1:])
