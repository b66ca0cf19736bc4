"""An audience before it is a campaign's: how many it holds, some of them, and what they may be offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.dialing.audience import Audience
from campaigns.store.members import ranked_accounts
from campaigns.store.models import Account, CampaignMember, Customer, InstalmentPlan, ReliefOffer

# A sample that is the same every time and has nothing to do with the order of import.
_SHUFFLE, _INTO = 7_919, 100_003


@dataclass(frozen=True, slots=True)
class AudienceSize:
    """Members it would have, and what they owe in minor units by currency."""

    members: int
    owed: dict[str, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom an audience holds."""

    customer_id: int
    key: str
    account_id: int


@dataclass(frozen=True, slots=True)
class Authority:
    """What the bot may offer to an audience: approved reliefs and plans that are valid. Minor units."""

    offers: int
    waives: dict[str, int]
    approved_by: tuple[str, ...]
    plans: int


def audience_size(session: Session, audience: Audience, at: datetime) -> AudienceSize:
    """How many members a campaign of this audience would have, created now. One a person."""
    ranked = ranked_accounts(audience, at.date())
    rows = session.execute(
        select(Account.currency, func.count(), func.sum(Account.amount_due))
        .join(ranked, ranked.c.account_id == Account.id)
        .where(ranked.c.rank == 1)
        .group_by(Account.currency)
    ).all()
    members = sum(row[1] for row in rows)
    owed = {row[0]: int(row[2]) for row in rows}
    if audience.limit is not None and members > audience.limit:
        return AudienceSize(audience.limit, {})
    return AudienceSize(members, owed)


def audience_sample(session: Session, audience: Audience, at: datetime, most: int) -> list[Candidate]:
    """Up to ``most`` of them, spread over the whole audience; the same ones each time."""
    ranked = ranked_accounts(audience, at.date())
    rows = session.execute(
        select(ranked.c.customer_id, Customer.external_id, ranked.c.account_id)
        .join(Customer, Customer.id == ranked.c.customer_id)
        .where(ranked.c.rank == 1)
        .order_by(_shuffled(ranked.c.customer_id), ranked.c.customer_id)
        .limit(most)
    )
    return [Candidate(*row) for row in rows]


def _shuffled(customer_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[int]:
    # In 64 bits: the product of an id of a large portfolio is no 32-bit number.
    return (cast(customer_id, BigInteger) * _SHUFFLE) % _INTO


def member_sample(session: Session, campaign_id: int, most: int) -> list[Candidate]:
    """Up to ``most`` members that are still to be called, spread over all; the same ones each time."""
    rows = session.execute(
        select(CampaignMember.customer_id, Customer.external_id, CampaignMember.account_id)
        .join(Customer, Customer.id == CampaignMember.customer_id)
        .where(CampaignMember.campaign_id == campaign_id, CampaignMember.state != "done")
        .order_by(_shuffled(CampaignMember.customer_id), CampaignMember.customer_id)
        .limit(most)
    )
    return [Candidate(*row) for row in rows]


def authority_over(session: Session, audience: Audience, at: datetime) -> Authority:
    """What is approved for the accounts that the audience would be called about."""
    ranked = ranked_accounts(audience, at.date())
    return _authority(session, select(ranked.c.account_id).where(ranked.c.rank == 1), at.date())


def authority_in(session: Session, campaign_id: int, at: datetime) -> Authority:
    """What is approved for the accounts that a campaign's members are called about."""
    accounts = select(CampaignMember.account_id).where(CampaignMember.campaign_id == campaign_id)
    return _authority(session, accounts, at.date())


def _authority(session: Session, accounts: Select[Any], today: date) -> Authority:
    valid = (
        ReliefOffer.account_id.in_(accounts),
        ReliefOffer.valid_until >= today,
        ReliefOffer.pay_by >= today,
    )
    rows = session.execute(
        select(Account.currency, func.count(), func.sum(ReliefOffer.waives))
        .join(Account, Account.id == ReliefOffer.account_id)
        .where(*valid)
        .group_by(Account.currency)
    ).all()
    names = session.scalars(select(ReliefOffer.approved_by).where(*valid).distinct().limit(10))
    plans = session.scalar(
        select(func.count()).where(
            InstalmentPlan.account_id.in_(accounts),
            InstalmentPlan.valid_until >= today,
            InstalmentPlan.first_due >= today,
        )
    )
    return Authority(
        offers=sum(row[1] for row in rows),
        waives={row[0]: int(row[2]) for row in rows},
        approved_by=tuple(sorted(names)),
        plans=plans or 0,
    )
