"""Campaigns in a list, a page at a time, and the figures of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.said import Said
from campaigns.store.holding import why_held
from campaigns.store.models import Campaign
from campaigns.store.tallies import Tallied, Tallies, tallies_of


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


def campaign_line(session: Session, name: str, connected: Collection[str]) -> CampaignLine:
    """One campaign with its figures. Raises NotFoundError."""
    campaign = session.scalar(select(Campaign).where(Campaign.name == name))
    if campaign is None:
        raise NotFoundError("there is no campaign %(name)r", name=name)
    return with_figures(_head(campaign), figures_of(session, [campaign.id], connected)[campaign.id])


def dispositions_of(session: Session, campaign_id: int) -> list[Count]:
    """How the campaign's dials ended, the most frequent first."""
    return _by_code(session, campaign_id, Tallied.ENDINGS)


def objections_of(session: Session, campaign_id: int) -> list[Count]:
    """Why members were not called when their turn came, the most frequent first."""
    return _by_code(session, campaign_id, Tallied.OBJECTIONS)


def _by_code(session: Session, campaign_id: int, what: Tallied) -> list[Count]:
    counts = tallies_of(session, [campaign_id], what)[campaign_id].get(what, {})
    return [Count(*each) for each in sorted(counts.items(), key=lambda each: (-each[1], each[0]))]


def figures_of(session: Session, ids: Sequence[int], connected: Collection[str]) -> dict[int, Figures]:
    """The figures of these campaigns. ``connected``: the dispositions that count as connected."""
    return {
        campaign_id: _figures(found, connected) for campaign_id, found in tallies_of(session, ids).items()
    }


def _figures(found: Tallies, connected: Collection[str]) -> Figures:
    def one(what: Tallied) -> int:
        return found.get(what, {}).get("", 0)

    return Figures(
        members=one(Tallied.MEMBERS),
        done=one(Tallied.DONE),
        dialled=one(Tallied.DIALLED),
        reached=one(Tallied.REACHED),
        connected=sum(n for code, n in found.get(Tallied.CALLS, {}).items() if code in connected),
        right_party=one(Tallied.RIGHT_PARTY),
        promises=one(Tallied.PROMISES),
    )


def _head(campaign: Campaign) -> CampaignHead:
    return CampaignHead(
        campaign.id, campaign.name, campaign.flow, campaign.purpose, campaign.state,
        why_held(campaign), campaign.concurrency, campaign.calls_per_second, campaign.created_at,
        campaign.started_at, campaign.finished_at,
        None if campaign.caller_ids is None else tuple(campaign.caller_ids),
    )  # fmt: skip


def campaign_names(session: Session, limit: int = 200) -> list[str]:
    """The newest campaigns, for a list to choose from."""
    return list(session.scalars(select(Campaign.name).order_by(Campaign.id.desc()).limit(limit)))
