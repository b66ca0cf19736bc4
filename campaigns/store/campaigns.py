"""Campaigns and the queue turns of their members."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.facts import Purpose
from campaigns.dialing.audience import Audience
from campaigns.dialing.priority import CALLBACK_PRIORITY
from campaigns.errors import ConflictError, NotFoundError
from campaigns.experiments.design import Design
from campaigns.outcomes.webhook_events import EventType
from campaigns.said import Code, Said
from campaigns.store.changes import lock_campaign
from campaigns.store.experiments import assign_members, keep_design
from campaigns.store.handout import next_due_at
from campaigns.store.holding import give_reason, why_held
from campaigns.store.members import add_members
from campaigns.store.models import Attempt, Campaign, CampaignMember, Invitation
from campaigns.store.outbox import emit
from campaigns.store.people import shared
from campaigns.store.tags import check_tags

NAME = re.compile(r"\w[\w.-]{0,63}")


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as an operator sees it in a list; the counts are of members."""

    id: int
    name: str
    flow: str
    purpose: Purpose
    state: str
    pause_reason: str | None
    concurrency: int
    calls_per_second: float
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    members: int
    done: int


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """What a campaign invites to: the approved words, the last day they hold, and who approved them."""

    text: str
    valid_until: date
    approved_by: str


_DONE = func.count().filter(CampaignMember.state == "done")


def create_campaign(
    session: Session,
    name: str,
    flow: str,
    audience: Audience,
    *,
    concurrency: int,
    calls_per_second: float,
    at: datetime,
    purpose: Purpose = Purpose.REMINDER,
    invitation: NewInvitation | None = None,
    window: CampaignWindow | None = None,
    experiment: Design | None = None,
) -> CampaignView:
    """Make a campaign and its members. Raises ConflictError: the name is taken, or nobody fits;
    NotFoundError for a tag that nobody has.

    The day of ``at`` in the zone it carries is the one that days past due are counted to.
    """
    if not NAME.fullmatch(name):
        raise ConflictError(
            "%(name)r is no name for a campaign: use letters, digits, '-', '_' and '.', at most 64", name=name
        )
    if session.scalar(select(Campaign.id).where(Campaign.name == name)) is not None:
        raise ConflictError("there is a campaign %(name)r already; choose another name", name=name)
    check_tags(session, (*audience.tags, *audience.without_tags))
    campaign = Campaign(
        name=name,
        flow=flow,
        purpose=purpose,
        audience=audience.to_dict(),
        concurrency=concurrency,
        calls_per_second=calls_per_second,
        windows=None if window is None else window.model_dump(mode="json", exclude_defaults=True),
        created_at=at,
    )
    session.add(campaign)
    session.flush()
    if invitation is not None:
        session.add(Invitation(campaign_id=campaign.id, approved_at=at, **asdict(invitation)))
    if not add_members(session, campaign.id, audience, at):
        raise _nobody(audience)
    if experiment is not None:
        assign_members(session, campaign.id, keep_design(session, experiment, at), at)
    return campaign_by_name(session, name)


def _nobody(audience: Audience) -> ConflictError:
    if audience.dormant_days is not None:
        return ConflictError(
            "no customer owes nothing and was last heard of %(days)s days ago or earlier; "
            "the portfolio file tells it as last_active_on",
            days=audience.dormant_days,
        )
    if audience.treatment is not None:
        return ConflictError(
            "nobody whom this flow is for is due for the treatment %(treatment)r today; "
            "see 'xiaorong treatment plan'",
            treatment=Code("treatment", audience.treatment),
        )
    if audience.broken_promises:
        return ConflictError(
            "no customer of this audience has broken a promise; 'xiaorong promises check' finds who has"
        )
    return ConflictError(
        "no customer fits this audience (days past due: %(low)s to %(high)s); 'xiaorong grade' shows the "
        "grades there are, and accounts without an amount due are never called",
        low=_end(audience.min_days_past_due),
        high=_end(audience.max_days_past_due),
    )


def _end(days: int | None) -> Said | int:
    return Said("any") if days is None else days


def list_campaigns(session: Session) -> list[CampaignView]:
    """All campaigns, newest first."""
    counts = {
        campaign_id: (members, done)
        for campaign_id, members, done in session.execute(
            select(CampaignMember.campaign_id, func.count(), _DONE).group_by(CampaignMember.campaign_id)
        )
    }
    campaigns = session.scalars(select(Campaign).order_by(Campaign.id.desc()))
    return [_view(campaign, *counts.get(campaign.id, (0, 0))) for campaign in campaigns]


def campaign_by_name(session: Session, name: str) -> CampaignView:
    """The campaign called ``name``. Raises NotFoundError, naming those that exist."""
    campaign = session.scalars(select(Campaign).where(Campaign.name == name)).one_or_none()
    if campaign is None:
        names = session.scalars(select(Campaign.name).order_by(Campaign.id.desc()).limit(10))
        known = ", ".join(names) or "none yet; see 'xiaorong campaign create'"
        raise NotFoundError("there is no campaign %(name)r; there are: %(known)s", name=name, known=known)
    members, done = session.execute(
        select(func.count(), _DONE).where(CampaignMember.campaign_id == campaign.id)
    ).one()
    return _view(campaign, members, done)


def _view(campaign: Campaign, members: int, done: int) -> CampaignView:
    return CampaignView(
        id=campaign.id,
        name=campaign.name,
        flow=campaign.flow,
        purpose=Purpose(campaign.purpose),
        state=campaign.state,
        pause_reason=campaign.pause_reason,
        concurrency=campaign.concurrency,
        calls_per_second=campaign.calls_per_second,
        created_at=campaign.created_at,
        started_at=campaign.started_at,
        finished_at=campaign.finished_at,
        members=members,
        done=done,
    )


def check_can_run(name: str, state: str, why: Said | str | None) -> None:
    """Raises ConflictError for a campaign that is paused, ``why``, or over."""
    if state == "paused":
        raise ConflictError(
            "campaign %(campaign)r is paused (%(pause_reason)s); use 'xiaorong campaign resume'",
            campaign=name,
            pause_reason=why,
        )
    if state == "finished":
        raise ConflictError(
            "campaign %(campaign)r is finished; see 'xiaorong campaign report'", campaign=name
        )


def start_campaign(session: Session, campaign_id: int, at: datetime) -> None:
    """draft or running → running. Raises ConflictError for a paused or finished campaign."""
    campaign = lock_campaign(session, campaign_id)
    check_can_run(campaign.name, campaign.state, why_held(campaign))
    campaign.state = "running"
    campaign.started_at = campaign.started_at or at


def pause_campaign(session: Session, campaign_id: int, why: Said | str, at: datetime | None = None) -> bool:
    """running or draft → paused; calls in progress go on to their end. Raises ConflictError when finished.

    False: it is paused already; it keeps its reason, and nothing is told. ``at`` None: now, by an operator.
    """
    campaign = lock_campaign(session, campaign_id)
    if campaign.state == "finished":
        raise ConflictError("campaign %(campaign)r is finished and cannot be paused", campaign=campaign.name)
    if campaign.state == "paused":
        return False
    campaign.state = "paused"
    give_reason(campaign, why)
    data = {"campaign": campaign.name, "reason": campaign.pause_reason}
    emit(session, EventType.CAMPAIGN_PAUSED, at, data, campaign_id=campaign_id)
    return True


def resume_campaign(session: Session, campaign_id: int) -> None:
    """paused → running. Raises ConflictError for any other state."""
    campaign = lock_campaign(session, campaign_id)
    if campaign.state != "paused":
        raise ConflictError(
            "campaign %(campaign)r is %(state)s, not paused",
            campaign=campaign.name,
            state=Code("campaign", campaign.state),
        )
    campaign.state = "running"
    give_reason(campaign, None)


def finish_campaign(session: Session, campaign_id: int, at: datetime) -> bool:
    """running → finished when every member is done; whether it is."""
    # Locked before the members are read: whoever is putting some in, such as ``fill``, has committed.
    campaign = lock_campaign(session, campaign_id)
    if campaign.state != "running":
        return False
    open_members = session.scalar(
        select(CampaignMember.id)
        .where(CampaignMember.campaign_id == campaign_id, CampaignMember.state != "done")
        .limit(1)
    )
    if open_members is not None:
        return False
    campaign.state, campaign.finished_at = "finished", at
    emit(session, EventType.CAMPAIGN_FINISHED, at, {"campaign": campaign.name}, campaign_id=campaign_id)
    return True


def campaign_state(session: Session, campaign_id: int) -> str:
    """The state as it is now."""
    return session.scalars(select(Campaign.state).where(Campaign.id == campaign_id)).one()


def launch_campaign(session: Session, campaign_id: int, at: datetime) -> None:
    """draft, paused or running → running, for the workers. Raises ConflictError for a finished campaign."""
    campaign = lock_campaign(session, campaign_id)
    if campaign.state == "finished":
        raise ConflictError(
            "campaign %(campaign)r is finished; see 'xiaorong campaign report'", campaign=campaign.name
        )
    campaign.state = "running"
    give_reason(campaign, None)
    campaign.started_at = campaign.started_at or at


def agree_callback(session: Session, customer_id: int, at: datetime) -> bool:
    """Have the next call to a person who waits in a campaign, under whatever key, made at ``at``; whether any
    is to be made.
    """
    agreed = session.execute(
        update(CampaignMember)
        .where(
            CampaignMember.customer_id.in_(shared(session, customer_id).same),
            CampaignMember.state == "waiting",
            CampaignMember.campaign_id.in_(select(Campaign.id).where(Campaign.state != "finished")),
        )
        .values(callback_at=at, next_at=at, due=False, priority=CALLBACK_PRIORITY)
        .returning(CampaignMember.id)
    ).all()
    return bool(agreed)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign has come. ``live``: attempts reserved or dialling now."""

    waiting: int
    queued: int
    attempts: int
    live: int
    next_due_at: datetime | None


def progress_of(session: Session, campaign_id: int) -> Progress:
    """The counts as of this transaction."""
    states = {
        row.state: row.members
        for row in session.execute(
            select(CampaignMember.state, func.count().label("members"))
            .where(CampaignMember.campaign_id == campaign_id)
            .group_by(CampaignMember.state)
        )
    }
    attempts, live = session.execute(
        select(func.count(), func.count().filter(Attempt.state.in_(("reserved", "dialing")))).where(
            Attempt.campaign_id == campaign_id
        )
    ).one()
    return Progress(
        waiting=states.get("waiting", 0),
        queued=states.get("queued", 0),
        attempts=attempts,
        live=live,
        next_due_at=next_due_at(session, campaign_id),
    )
