"""What is approved to be spoken of, read at the moment of a call: relief, instalments, an invitation."""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.dialogue import brief
from campaigns.store.models import CampaignMember, InstalmentPlan, Invitation, ReliefOffer

# Built once: read for every call that is answered.
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
_PLAN = (
    select(
        InstalmentPlan.id,
        InstalmentPlan.count,
        InstalmentPlan.amount,
        InstalmentPlan.first_due,
        InstalmentPlan.approved_by,
        InstalmentPlan.valid_until,
    )
    .where(
        InstalmentPlan.account_id == bindparam("account_id"),
        InstalmentPlan.valid_until >= bindparam("today", type_=InstalmentPlan.valid_until.type),
        InstalmentPlan.first_due >= bindparam("today", type_=InstalmentPlan.first_due.type),
    )
    .order_by(InstalmentPlan.id.desc())
    .limit(1)
)
_INVITATION = (
    select(Invitation.text, Invitation.valid_until)
    .join(CampaignMember, CampaignMember.campaign_id == Invitation.campaign_id)
    .where(CampaignMember.id == bindparam("member_id"))
)


def current_offer(session: Session, account_id: int, today: date) -> brief.Offer | None:
    """The latest relief that is valid and whose date can still be met."""
    row = session.execute(_OFFER, {"account_id": account_id, "today": today}).one_or_none()
    return None if row is None else brief.Offer(str(row[0]), *row[1:])


def current_plan(session: Session, account_id: int, today: date) -> brief.InstalmentPlan | None:
    """The latest plan that is valid and whose first day can still be met."""
    row = session.execute(_PLAN, {"account_id": account_id, "today": today}).one_or_none()
    return None if row is None else brief.InstalmentPlan(str(row[0]), *row[1:])


def invitation_of(session: Session, member_id: int) -> brief.Invitation | None:
    """What the member's campaign invites to, whether it still holds or not."""
    row = session.execute(_INVITATION, {"member_id": member_id}).one_or_none()
    return None if row is None else brief.Invitation(*row)
