"""Campaigns in a list, a page at a time, and the figures of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.said import Said
from campaigns.store.holding import why_held
from campaigns.store.models import (
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    DecisionRecord,
    Promise,
)


@dataclass(frozen=True, slots=True)
class CampaignHead:
    """A campaign as it was set up, and how it stands."""

    id: int
    name: str
    flow: str
    purpose: str
    state: str
    pause_reason: Said | None
    concurrency: int
    calls_per_second: float
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    caller_ids: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Members and those done; dials that the line took; calls that a person answered, and the customer."""

    members: int = 0
    done: int = 0
    dialled: int = 0
    reached: int = 0  # members dialled at least once
    connected: int = 0
    right_party: int = 0
    promises: int = 0


@dataclass(frozen=True, slots=True)
class CampaignLine(CampaignHead):
    """A campaign in a list, with its Figures."""

    members: int
    done: int
    dialled: int
    connected: int
    right_party: int
    promises: int
    reached: int


@dataclass(frozen=True, slots=True)
class Count:
    """How often a code came up."""

    code: str
    count: int


def campaign_heads(
    session: Session, *, state: str = "", named: str = "", before_id: int | None = None, limit: int = 25
) -> list[CampaignHead]:
    """Up to ``limit`` campaigns with ids below ``before_id``, newest first; ``named``: a part of it."""
    query = select(Campaign)
    if named:
        query = query.where(func.lower(Campaign.name).contains(named.lower(), autoescape=True))
    if state:
        query = query.where(Campaign.state == state)
    if before_id is not None:
        query = query.where(Campaign.id < before_id)
    return [_head(each) for each in session.scalars(query.order_by(Campaign.id.desc()).limit(limit))]


def with_figures(head: CampaignHead, figures: Figures) -> CampaignLine:
    """The campaign with its figures."""
    return CampaignLine(**asdict(head), **asdict(figures))


def campaign_line(session: Session, name: str, connected: Sequence[str]) -> CampaignLine:
    """One campaign with its figures. Raises NotFoundError."""
    campaign = session.scalar(select(Campaign).where(Campaign.name == name))
    if campaign is None:
        raise NotFoundError("there is no campaign %(name)r", name=name)
    return with_figures(_head(campaign), figures_of(session, [campaign.id], connected)[campaign.id])


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


def figures_of(session: Session, ids: Sequence[int], connected: Sequence[str]) -> dict[int, Figures]:
    """The figures of these campaigns, counted from their rows.

    ``connected``: the dispositions that count as connected.
    """
    members = _counts(
        session,
        select(CampaignMember.campaign_id, func.count(), func.count().filter(CampaignMember.state == "done"))
        .where(CampaignMember.campaign_id.in_(ids))
        .group_by(CampaignMember.campaign_id),
    )
    dials = _counts(
        session,
        select(Attempt.campaign_id, func.count(), func.count(Attempt.member_id.distinct()))
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
        # Only the right party can promise, and their calls are few.
        .where(Call.campaign_id.in_(ids), Call.right_party, Promise.state != "cancelled")
        .group_by(Call.campaign_id),
    )
    return {
        campaign_id: Figures(
            *members.get(campaign_id, (0, 0)),
            *dials.get(campaign_id, (0, 0)),
            *calls.get(campaign_id, (0, 0)),
            *promises.get(campaign_id, (0,)),
        )
        for campaign_id in ids
    }


def _head(campaign: Campaign) -> CampaignHead:
    return CampaignHead(
        campaign.id, campaign.name, campaign.flow, campaign.purpose, campaign.state,
        why_held(campaign), campaign.concurrency, campaign.calls_per_second, campaign.created_at,
        campaign.started_at, campaign.finished_at,
        None if campaign.caller_ids is None else tuple(campaign.caller_ids),
    )  # fmt: skip


def _counts(session: Session, query: Any) -> dict[int, tuple[int, ...]]:
    return {row[0]: tuple(row[1:]) for row in session.execute(query)}


def campaign_names(session: Session, limit: int = 200) -> list[str]:
    """The newest campaigns, for a list to choose from."""
    return list(session.scalars(select(Campaign.name).order_by(Campaign.id.desc()).limit(limit)))
