"""Campaigns in a list, a page at a time, and the figures of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.store.models import (
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    DecisionRecord,
    Invitation,
    Promise,
)


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in a list, with its figures: members, dials that the line took, calls answered by people."""

    id: int
    name: str
    flow: str
    purpose: str
    state: str
    pause_reason: str | None
    concurrency: int
    calls_per_second: float
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    members: int
    done: int
    dialled: int
    connected: int
    right_party: int
    promises: int


@dataclass(frozen=True, slots=True)
class CampaignDetail:
    """What a campaign was created with."""

    audience: dict[str, Any]
    invitation: str | None
    invitation_until: date | None
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How often a code came up."""

    code: str
    count: int


def campaign_page(
    session: Session,
    connected: Sequence[str],
    *,
    state: str = "",
    before_id: int | None = None,
    limit: int = 25,
) -> list[CampaignLine]:
    """Up to ``limit`` campaigns with ids below ``before_id``, newest first.

    ``connected``: the dispositions that count as connected. Each campaign's figures are counted from its own
    rows alone.
    """
    query = select(Campaign)
    if state:
        query = query.where(Campaign.state == state)
    if before_id is not None:
        query = query.where(Campaign.id < before_id)
    campaigns = list(session.scalars(query.order_by(Campaign.id.desc()).limit(limit)))
    return _lines(session, campaigns, connected)


def campaign_line(session: Session, name: str, connected: Sequence[str]) -> CampaignLine:
    """One campaign with its figures. Raises NotFoundError."""
    campaign = session.scalar(select(Campaign).where(Campaign.name == name))
    if campaign is None:
        raise NotFoundError(f"there is no campaign {name!r}")
    return _lines(session, [campaign], connected)[0]


def campaign_detail(session: Session, campaign_id: int) -> CampaignDetail:
    """What it was created with."""
    campaign = session.get_one(Campaign, campaign_id)
    invitation = session.scalar(select(Invitation).where(Invitation.campaign_id == campaign_id))
    return CampaignDetail(
        campaign.audience,
        invitation.text if invitation else None,
        invitation.valid_until if invitation else None,
        invitation.approved_by if invitation else None,
    )


def dispositions_of(session: Session, campaign_id: int) -> list[Count]:
    """How the campaign's dials ended, the most frequent first."""
    number = func.count()
    rows = session.execute(
        select(Attempt.disposition, number)
        .where(Attempt.campaign_id == campaign_id, Attempt.disposition.is_not(None))
        .group_by(Attempt.disposition)
        .order_by(number.desc(), Attempt.disposition)
    )
    return [Count(code or "", count) for code, count in rows]


def objections_of(session: Session, campaign_id: int) -> list[Count]:
    """Why members were not called when their turn came, the most frequent first."""
    number = func.count()
    rows = session.execute(
        select(DecisionRecord.reason, number)
        .where(DecisionRecord.campaign_id == campaign_id, DecisionRecord.verdict != "allow")
        .group_by(DecisionRecord.reason)
        .order_by(number.desc(), DecisionRecord.reason)
    )
    return [Count(code, count) for code, count in rows]


def _lines(session: Session, campaigns: Sequence[Campaign], connected: Sequence[str]) -> list[CampaignLine]:
    ids = [campaign.id for campaign in campaigns]
    members = _counts(
        session,
        select(CampaignMember.campaign_id, func.count(), func.count().filter(CampaignMember.state == "done"))
        .where(CampaignMember.campaign_id.in_(ids))
        .group_by(CampaignMember.campaign_id),
    )
    dials = _counts(
        session,
        select(Attempt.campaign_id, func.count())
        .where(Attempt.campaign_id.in_(ids), Attempt.charged, Attempt.dialed_at.is_not(None))
        .group_by(Attempt.campaign_id),
    )
    calls = _counts(
        session,
        select(
            Call.campaign_id,
            func.count().filter(Call.disposition.in_(list(connected))),
            func.count().filter(Call.right_party),
        )
        .where(Call.campaign_id.in_(ids))
        .group_by(Call.campaign_id),
    )
    promises = _counts(
        session,
        select(Call.campaign_id, func.count())
        .join(Promise, Promise.call_id == Call.id)
        .where(Call.campaign_id.in_(ids), Promise.state != "cancelled")
        .group_by(Call.campaign_id),
    )
    return [
        CampaignLine(
            campaign.id, campaign.name, campaign.flow, campaign.purpose, campaign.state,
            campaign.pause_reason, campaign.concurrency, campaign.calls_per_second, campaign.created_at,
            campaign.started_at, campaign.finished_at,
            *members.get(campaign.id, (0, 0)), *dials.get(campaign.id, (0,)),
            *calls.get(campaign.id, (0, 0)), *promises.get(campaign.id, (0,)),
        )
        for campaign in campaigns
    ]  # fmt: skip


def _counts(session: Session, query: Any) -> dict[int, tuple[int, ...]]:
    return {row[0]: tuple(row[1:]) for row in session.execute(query)}


def campaign_names(session: Session, limit: int = 200) -> list[str]:
    """The newest campaigns, for a list to choose from."""
    return list(session.scalars(select(Campaign.name).order_by(Campaign.id.desc()).limit(limit)))
