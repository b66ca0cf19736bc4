"""Whom a campaign is over: its audience as rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    cast,
    exists,
    func,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy.orm import Session, aliased

from campaigns.dialing.audience import Audience
from campaigns.store.broken import accounts_to_call_about
from campaigns.store.models import (
    Account,
    AudienceListEntry,
    Campaign,
    CampaignMember,
    Customer,
    CustomerTag,
    CustomerTreatment,
    Grade,
)
from campaigns.store.people import first_records, person_of
from campaigns.store.priorities import priority, room_for_many, rules_of

_COLUMNS = (
    "campaign_id", "customer_id", "account_id", "state", "priority", "next_at", "turn", "grade", "treatment",
)  # fmt: skip
_UNTOLD = tuple(
    cast(null(), column.type).label(column.key)
    for column in (CampaignMember.outcome, CampaignMember.callback_at)
)
"""Of a member nothing came yet, and no time was agreed on."""


def add_members(
    session: Session,
    campaign_id: int,
    audience: Audience,
    at: datetime,
    *,
    among: Collection[int] | None = None,
) -> int:
    """One member a person, with the account longest past due among those that fit; how many were added.

    Each has the priority of the day of ``at``: written with the row, for a million are not written twice.

    The longest past due come first; of dormant customers those heard of last. ``among``: only these
    customers, none of whom is a member yet.
    """
    before = _count(session, campaign_id)
    ranked = ranked_accounts(audience, at.date(), among)
    joining = select(*ranked.c, *_UNTOLD).where(ranked.c.rank == 1).subquery()
    member = aliased(CampaignMember, joining, adapt_on_names=True)
    rules = rules_of(session.get_one(Campaign, campaign_id))
    order = (
        joining.c.urgency.desc() if audience.dormant_days is None else joining.c.last_active_on.desc(),
        joining.c.customer_id,
    )
    chosen = (
        select(
            literal(campaign_id),
            joining.c.customer_id,
            joining.c.account_id,
            literal("waiting"),
            cast(priority(rules, at.date(), member, of_many=among is None), Integer),
            literal(at, type_=CampaignMember.next_at.type),
            literal(0),
            Grade.letter,
            CustomerTreatment.treatment,
        )
        .select_from(joining)
        .outerjoin(Grade, and_(Grade.customer_id == joining.c.customer_id, Grade.is_current))
        .outerjoin(CustomerTreatment, CustomerTreatment.customer_id == joining.c.customer_id)
        .order_by(*order)
        .limit(audience.limit)
    )
    if among is None:
        room_for_many(session)
    session.execute(insert(CampaignMember).from_select(list(_COLUMNS), chosen, include_defaults=False))
    return _count(session, campaign_id) - before


def ranked_accounts(audience: Audience, today: date, among: Collection[int] | None = None) -> Subquery:
    """The accounts that fit, ranked within each person: that of ``rank`` 1 is the one called about."""
    others = first_records()
    rank = func.row_number().over(
        partition_by=person_of(Account.customer_id, others),
        order_by=(Account.days_past_due.desc(), Account.id),
    )
    urgency = Account.days_past_due if audience.dormant_days is None else literal(0)
    return (
        select(
            Account.customer_id,
            Account.id.label("account_id"),
            urgency.label("urgency"),
            Customer.last_active_on.label("last_active_on"),
            rank.label("rank"),
        )
        .join(Customer, Customer.id == Account.customer_id)
        .outerjoin(others, others.c.customer_id == Account.customer_id)
        .where(*_conditions(audience, today), *_only(among))
        .subquery()
    )


def _count(session: Session, campaign_id: int) -> int:
    members = select(func.count()).select_from(CampaignMember)
    return session.scalar(members.where(CampaignMember.campaign_id == campaign_id)) or 0


def _only(among: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if among is None else [Account.customer_id.in_(among)]


def _conditions(audience: Audience, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if audience.grades:
        graded = select(Grade.customer_id).where(Grade.is_current, Grade.letter.in_(audience.grades))
        conditions.append(Account.customer_id.in_(graded))
    conditions += [Account.customer_id.in_(_tagged(tag)) for tag in audience.tags]
    conditions += [Account.customer_id.not_in(_tagged(tag)) for tag in audience.without_tags]
    if audience.treatment is not None:
        conditions.append(Account.customer_id.in_(_due_for(audience.treatment, today)))
    if audience.list_id is not None:
        conditions.append(Account.customer_id.in_(_listed(audience.list_id)))
    if audience.dormant_days is not None:
        return [*conditions, *_dormant(today - timedelta(days=audience.dormant_days))]
    conditions.append(Account.amount_due >= audience.min_amount_due)
    # By the due date, as the bot says it: the days of the file are as old as the file.
    if audience.min_days_past_due is not None:
        conditions.append(Account.due_date <= today - timedelta(days=audience.min_days_past_due))
    if audience.max_days_past_due is not None:
        conditions.append(Account.due_date >= today - timedelta(days=audience.max_days_past_due))
    if audience.broken_promises:
        conditions.append(Account.id.in_(accounts_to_call_about()))
    return conditions


def _due_for(treatment: str, today: date) -> Select[int]:
    return select(CustomerTreatment.customer_id).where(
        CustomerTreatment.treatment == treatment, CustomerTreatment.next_contact_on <= today
    )


def _tagged(tag: str) -> Select[int]:
    return select(CustomerTag.customer_id).where(CustomerTag.until.is_(None), CustomerTag.tag == tag)


def _listed(list_id: int) -> Select[int]:
    return select(AudienceListEntry.customer_id).where(AudienceListEntry.list_id == list_id)


def _dormant(last_day: date) -> list[ColumnElement[bool]]:
    """Nothing is due on any account, and the last that was heard is on record and long ago."""
    owing = aliased(Account)
    return [
        Customer.last_active_on <= last_day,
        ~exists().where(owing.customer_id == Customer.id, owing.amount_due > 0),
    ]
