"""What the bot is told of a call, read from the ledger at the moment of dialling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
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


def call_subject(session: Session, member_id: int, today: date) -> CallSubject:
    """The subject of a member's call. An offer counts while it is valid and its date can still be met."""
    member = session.get_one(CampaignMember, member_id)
    return _subject(session, member.customer_id, member.account_id, today)


def subject_of_number(session: Session, e164: str, today: date) -> CallSubject | None:
    """Whose number it is, with the account longest past due; None when it is nobody's here."""
    row = session.execute(
        select(Account.customer_id, Account.id)
        .join(PhoneNumber, PhoneNumber.customer_id == Account.customer_id)
        .where(PhoneNumber.e164 == e164)
        .order_by(Account.days_past_due.desc(), Account.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else _subject(session, row[0], row[1], today)


def _subject(session: Session, customer_id: int, account_id: int, today: date) -> CallSubject:
    customer = session.get_one(Customer, customer_id)
    account = session.get_one(Account, account_id)
    return CallSubject(
        customer_id=customer_id,
        account_id=account_id,
        party=Party(customer.name, id_tail=customer.id_tail or ""),
        gender=customer.gender,
        debt=Debt(
            product=account.product,
            amount_due=account.amount_due,
            minimum_due=account.minimum_due,
            currency=account.currency,
            due_date=account.due_date,
            days_past_due=account.days_past_due,
        ),
        offer=_offer(session, account_id, today),
    )


def _offer(session: Session, account_id: int, today: date) -> Offer | None:
    offer = session.scalars(
        select(ReliefOffer)
        .where(
            ReliefOffer.account_id == account_id,
            ReliefOffer.valid_until >= today,
            ReliefOffer.pay_by >= today,
        )
        .order_by(ReliefOffer.id.desc())
        .limit(1)
    ).one_or_none()
    if offer is None:
        return None
    return Offer(str(offer.id), offer.waives, offer.pay_by, offer.approved_by, offer.valid_until)


def subject_of_customer(session: Session, external_id: str, today: date) -> CallSubject:
    """A customer by the lender's key, with the account longest past due. Raises NotFoundError."""
    row = session.execute(
        select(Account.customer_id, Account.id)
        .join(Customer, Customer.id == Account.customer_id)
        .where(Customer.external_id == external_id)
        .order_by(Account.days_past_due.desc(), Account.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no customer {external_id!r}; import the file that has them first")
    return _subject(session, row[0], row[1], today)
