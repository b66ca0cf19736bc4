"""Standing campaigns: one a treatment, filled up day by day with who is due.

A person is a member of a campaign once, under whatever key, so that its counts of tries mean something. Who
is due again after their turn is over goes into the treatment's next campaign; who still waits for a call is
not put in twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.compliance.facts import Purpose
from campaigns.dialing.audience import Audience
from campaigns.store.campaigns import NewInvitation
from campaigns.store.members import add_members
from campaigns.store.models import Campaign, CampaignMember, CustomerTreatment, Invitation
from campaigns.store.people import same_people
from campaigns.store.priorities import refresh_campaign

CHANGED = "treatment_changed"
"""Why a member was withdrawn: the customer has another treatment now."""
FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class StandingCampaign:
    """The form of a treatment's campaigns."""

    treatment: str
    flow: str
    purpose: Purpose
    audience: Audience
    concurrency: int
    calls_per_second: float
    invitation: NewInvitation | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """Who was put in, and how many where, by campaign. ``unfit``: people whom the flow is not for."""

    customer_ids: tuple[int, ...]
    added: dict[str, int]
    unfit: int


def fill(session: Session, wanted: StandingCampaign, customer_ids: Collection[int], at: datetime) -> Filled:
    """Put those of the customers whom the flow is for into the treatment's campaign; make it if need be."""
    same = same_people(session, customer_ids)
    records = set().union(*same.values())
    waiting = set(
        session.scalars(
            select(CampaignMember.customer_id)
            .join(Campaign, Campaign.id == CampaignMember.campaign_id)
            .where(
                Campaign.standing == wanted.treatment,
                Campaign.state != FINISHED,
                CampaignMember.state != "done",
                CampaignMember.customer_id.in_(records),
            )
        )
    )
    left = [customer_id for customer_id in customer_ids if same[customer_id].isdisjoint(waiting)]
    people = len({min(same[customer_id]) for customer_id in left})
    put: list[int] = []
    added: dict[str, int] = {}

    def add(campaign: Campaign, ids: Collection[int]) -> int:
        members = _add(session, campaign, wanted.audience, ids, at)
        put.extend(members)
        if members:
            added[campaign.name] = len(members)
        return len(members)

    current = _newest(session, wanted.treatment)
    if current is not None:
        had = _members(session, current, records)
        add(current, [customer_id for customer_id in left if same[customer_id].isdisjoint(had)])
        left = [customer_id for customer_id in left if not same[customer_id].isdisjoint(had)]
    if left:
        nested = session.begin_nested()
        if add(_create(session, wanted, at), left):
            nested.commit()
        else:
            nested.rollback()  # the flow is for none of them
    return Filled(tuple(put), added, people - len(put))


def withdraw_changed(session: Session) -> int:
    """Members of standing campaigns who wait and have another treatment now are done; how many.

    Whoever was promised a call at a time is called.
    """
    treated = select(CustomerTreatment.customer_id).where(CustomerTreatment.treatment == Campaign.standing)
    gone = session.execute(
        update(CampaignMember)
        .where(
            CampaignMember.state == "waiting",
            CampaignMember.callback_at.is_(None),
            CampaignMember.id.in_(
                select(CampaignMember.id)
                .join(Campaign, Campaign.id == CampaignMember.campaign_id)
                .where(
                    Campaign.standing.is_not(None),
                    Campaign.state != FINISHED,
                    CampaignMember.state == "waiting",
                    CampaignMember.customer_id.not_in(treated.correlate(Campaign)),
                )
            ),
        )
        .values(state="done", next_at=None, reason=CHANGED)
        .returning(CampaignMember.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(gone)


def drafts(session: Session) -> list[tuple[int, str]]:
    """Standing campaigns that were not launched yet: id and name."""
    rows = session.execute(
        select(Campaign.id, Campaign.name)
        .where(Campaign.standing.is_not(None), Campaign.state == "draft")
        .order_by(Campaign.id)
    )
    return [(row[0], row[1]) for row in rows]


def invitation_of(session: Session, treatment: str) -> NewInvitation | None:
    """The approved words of the treatment's latest campaign that has any."""
    row = session.execute(
        select(Invitation.text, Invitation.valid_until, Invitation.approved_by)
        .join(Campaign, Campaign.id == Invitation.campaign_id)
        .where(Campaign.standing == treatment)
        .order_by(Campaign.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else NewInvitation(*row)


def _newest(session: Session, treatment: str) -> Campaign | None:
    return session.scalar(
        select(Campaign)
        .where(Campaign.standing == treatment, Campaign.state != FINISHED)
        .order_by(Campaign.id.desc())
        .limit(1)
        .with_for_update()
    )


def _create(session: Session, wanted: StandingCampaign, at: datetime) -> Campaign:
    campaign = Campaign(
        name=_free_name(session, f"{wanted.treatment}-{at:%Y%m%d}"),
        flow=wanted.flow,
        purpose=wanted.purpose,
        audience=wanted.audience.to_dict(),
        standing=wanted.treatment,
        concurrency=wanted.concurrency,
        calls_per_second=wanted.calls_per_second,
        created_at=at,
        state="draft",
    )
    session.add(campaign)
    session.flush()
    if wanted.invitation is not None:
        session.add(Invitation(campaign_id=campaign.id, approved_at=at, **asdict(wanted.invitation)))
    return campaign


def _free_name(session: Session, name: str) -> str:
    taken = set(session.scalars(select(Campaign.name).where(Campaign.name.startswith(name))))
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _add(
    session: Session, campaign: Campaign, audience: Audience, customer_ids: Collection[int], at: datetime
) -> set[int]:
    """Those of the customers whom the audience holds: they are members now."""
    if not customer_ids or not add_members(session, campaign.id, audience, at, among=customer_ids):
        return set()
    refresh_campaign(session, campaign.id, at.date())
    return _members(session, campaign, customer_ids)


def _members(session: Session, campaign: Campaign, customer_ids: Collection[int]) -> set[int]:
    return set(
        session.scalars(
            select(CampaignMember.customer_id).where(
                CampaignMember.campaign_id == campaign.id, CampaignMember.customer_id.in_(customer_ids)
            )
        )
    )
