"""One customer's whole story, as staff read it: who they are, what they owe, and all that came of calls."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.private import Private, PrivateKind, private
from campaigns.store.console.story_views import (
    AccountView,
    BarView,
    CallView,
    Extent,
    FactView,
    FollowUpView,
    MessageView,
    NumberView,
    OfferView,
    PaymentView,
    Person,
    PromiseView,
)
from campaigns.store.decisions import count_decisions
from campaigns.store.models import (
    Account,
    Call,
    Campaign,
    Customer,
    CustomerTreatment,
    FollowUp,
    LegalFact,
    Message,
    Payment,
    PhoneNumber,
    Promise,
    ReliefOffer,
    Suppression,
)

PER_TAB: Final = 200  # rows of one kind that one page shows, the newest


def person(session: Session, customer_id: int) -> Person:
    """The customer. Raises NotFoundError."""
    row = session.execute(
        select(Customer, CustomerTreatment)
        .outerjoin(CustomerTreatment, CustomerTreatment.customer_id == Customer.id)
        .where(Customer.id == customer_id)
    ).first()
    if row is None:
        raise NotFoundError("there is no customer %(customer_id)s", customer_id=customer_id)
    customer, treatment = row
    key = customer.external_id
    return Person(
        id=customer.id,
        key=key,
        name=Private(PrivateKind.NAME, customer.name, key),
        gender=customer.gender,
        id_tail=private(PrivateKind.ID_TAIL, customer.id_tail, key),
        region=customer.region,
        generated=customer.generated,
        marketing_consent=customer.marketing_consent,
        last_active_on=customer.last_active_on,
        treatment=treatment.treatment if treatment else None,
        next_contact_on=treatment.next_contact_on if treatment else None,
        created_at=customer.created_at,
        updated_at=customer.updated_at,
    )


def accounts_of(session: Session, customer_id: int) -> list[AccountView]:
    """The customer's accounts, the one longest past due first."""
    rows = session.scalars(
        select(Account)
        .where(Account.customer_id == customer_id)
        .order_by(Account.days_past_due.desc(), Account.id)
    )
    return [
        AccountView(
            row.external_id, row.product, row.currency, row.credit_limit, row.balance, row.amount_due,
            row.minimum_due, row.due_date, row.days_past_due, tuple(row.arrears_history), row.as_of,
        )
        for row in rows
    ]  # fmt: skip


def numbers_of(session: Session, subject: Person) -> list[NumberView]:
    """The customer's numbers, their own first."""
    rows = session.scalars(
        select(PhoneNumber)
        .where(PhoneNumber.customer_id == subject.id)
        .order_by((PhoneNumber.relation != "self"), PhoneNumber.id)
    )
    return [
        NumberView(
            Private(PrivateKind.NUMBER, row.e164, subject.key),
            row.relation, row.generated, row.status, row.status_source, row.status_at,
        )
        for row in rows
    ]  # fmt: skip


def bars_of(session: Session, subject: Person, at: datetime) -> list[BarView]:
    """Suppressions of the customer and of their numbers, the newest first."""
    numbers = select(PhoneNumber.e164).where(PhoneNumber.customer_id == subject.id)
    rows = session.scalars(
        select(Suppression)
        .where(or_(Suppression.customer_id == subject.id, Suppression.e164.in_(numbers)))
        .order_by(Suppression.id.desc())
        .limit(PER_TAB)
    )
    return [
        BarView(
            row.id,
            private(PrivateKind.NUMBER, row.e164, subject.key),
            row.reason,
            row.created_at,
            row.until,
            row.lifted_at,
            row.lifted_at is None and (row.until is None or row.until > at),
        )
        for row in rows
    ]


def promises_of(session: Session, customer_id: int) -> list[PromiseView]:
    """The customer's promises, the newest first."""
    rows = session.scalars(
        select(Promise).where(Promise.customer_id == customer_id).order_by(Promise.id.desc()).limit(PER_TAB)
    )
    return [
        PromiseView(
            row.id, row.amount, row.currency, row.due, row.rest_due, row.state, row.reason, row.paid,
            row.made_at, row.call_id,
        )
        for row in rows
    ]  # fmt: skip


def calls_of(session: Session, subject: Person) -> list[CallView]:
    """Calls to and from the customer, the newest first."""
    rows = session.execute(
        select(Call, Campaign.name)
        .outerjoin(Campaign, Campaign.id == Call.campaign_id)
        .where(Call.customer_id == subject.id)
        .order_by(Call.id.desc())
        .limit(PER_TAB)
    )
    return [_call(row, campaign, subject.key) for row, campaign in rows]


def messages_of(
    session: Session, subject: Person, *, before_id: int | None = None, limit: int = PER_TAB
) -> list[MessageView]:
    """Messages to the customer, the newest first; ``before_id``: only those of lower ids."""
    query = select(Message).where(Message.customer_id == subject.id)
    if before_id is not None:
        query = query.where(Message.id < before_id)
    rows = session.scalars(query.order_by(Message.id.desc()).limit(limit))
    return [
        MessageView(
            row.id,
            row.channel,
            row.template,
            Private(PrivateKind.TEXT, row.body, subject.key),
            row.state,
            row.created_at,
        )
        for row in rows
    ]


def payments_of(session: Session, customer_id: int) -> list[PaymentView]:
    """Money that arrived on the customer's accounts, the latest first."""
    rows = session.execute(
        select(Account.external_id, Payment.amount, Payment.currency, Payment.paid_on)
        .join(Account, Account.id == Payment.account_id)
        .where(Account.customer_id == customer_id)
        .order_by(Payment.paid_on.desc(), Payment.id.desc())
        .limit(PER_TAB)
    )
    return [PaymentView(*row) for row in rows]


def offers_of(session: Session, customer_id: int) -> list[OfferView]:
    """Relief approved for the customer's accounts, the latest first."""
    rows = session.execute(
        select(
            Account.external_id, ReliefOffer.kind, ReliefOffer.waives, Account.currency, ReliefOffer.pay_by,
            ReliefOffer.valid_until, ReliefOffer.approved_by,
        )
        .join(Account, Account.id == ReliefOffer.account_id)
        .where(Account.customer_id == customer_id)
        .order_by(ReliefOffer.id.desc())
        .limit(PER_TAB)
    )  # fmt: skip
    return [OfferView(*row) for row in rows]


def follow_ups_of(session: Session, customer_id: int) -> list[FollowUpView]:
    """What people were asked to do for the customer, the newest first."""
    rows = session.scalars(
        select(FollowUp)
        .where(FollowUp.customer_id == customer_id)
        .order_by(FollowUp.id.desc())
        .limit(PER_TAB)
    )
    return [FollowUpView(row.id, row.reason, row.urgent, row.state, row.created_at) for row in rows]


def facts_of(session: Session, subject: Person) -> list[FactView]:
    """Facts on file about the customer, those taken back too, the newest first."""
    rows = session.scalars(
        select(LegalFact)
        .where(LegalFact.customer_id == subject.id)
        .order_by(LegalFact.id.desc())
        .limit(PER_TAB)
    )
    return [
        FactView(
            row.kind,
            row.given,
            row.details,
            private(PrivateKind.TEXT, row.evidence or None, subject.key),
            row.as_of,
            row.recorded_by,
        )
        for row in rows
    ]


def extent_of(session: Session, customer_id: int) -> Extent:
    """The counts are of one customer, so they are small."""
    from_tables = (Call, Promise, Message)
    calls, promises, messages = (
        session.scalar(
            select(func.count()).select_from(table).where(table.customer_id == customer_id)
        ) or 0
        for table in from_tables
    )  # fmt: skip
    return Extent(count_decisions(session, customer_id), calls, promises, messages)


def _call(row: Call, campaign: str | None, key: str) -> CallView:
    talk = None if row.answered_at is None else int((row.ended_at - row.answered_at).total_seconds())
    return CallView(
        id=row.id,
        direction=row.direction,
        campaign=campaign,
        number=private(PrivateKind.NUMBER, row.e164, key),
        flow=row.flow,
        flow_version=row.flow_version,
        started_at=row.started_at,
        talk_s=talk,
        cause=row.cause,
        disposition=row.disposition,
        right_party=row.right_party,
        recorded=row.recording is not None,
    )
