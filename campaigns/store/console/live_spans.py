"""What happened lately and what is to come, by stretches of time: dials, talks, promises, and who is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from campaigns.store.live_incoming import incoming_going_on
from campaigns.store.models import Attempt, Call, Campaign, CampaignMember, Promise

SPANS: Final = (
    ("minute", timedelta(minutes=1)),
    ("five_minutes", timedelta(minutes=5)),
    ("hour", timedelta(hours=1)),
    ("day", timedelta(days=1)),
)
MOST_COUNTED: Final = 10_000  # of members: more are said to be more

# As literals, as their indexes have them: see campaigns.store.handout.
_DUE = text("campaign_member.state = 'waiting' AND campaign_member.due")
_COMING = text("campaign_member.state = 'waiting' AND NOT campaign_member.due")
_QUEUED = text("campaign_member.state = 'queued'")


@dataclass(frozen=True, slots=True)
class Span:
    """What happened within a stretch of time up to now. ``coming``: members due within as long from now."""

    code: str
    dials: int
    connected: int
    right_party: int
    promises: int
    faults: int
    incoming: int
    coming: int


@dataclass(frozen=True, slots=True)
class Queue:
    """Members of running campaigns. Counted no further than MOST_COUNTED.

    ``queued``: their turn has come, and they are weighed or wait for a slot of the line. ``diallable``: due,
    and their turn has not come. ``campaigns``: how many run. ``next_at``: when the first is due, where nobody
    is now.
    """

    queued: int
    diallable: int
    campaigns: int
    next_at: datetime | None = None


def spans(session: Session, now: datetime, connected: Sequence[str]) -> list[Span]:
    """What happened within the last minute, five minutes, hour and day, each counted by its own index range.

    ``connected``: the dispositions that count as connected.
    """
    running = _running(session)
    return [_span(session, code, now, length, connected, running) for code, length in SPANS]


def queue(session: Session, now: datetime) -> Queue:
    """Who waits to be dialled."""
    running = _running(session)
    if not running:
        return Queue(0, 0, 0)
    queued = session.scalar(
        select(func.count())
        .select_from(CampaignMember)
        .where(CampaignMember.campaign_id.in_(running), _QUEUED)
    )
    dialled = session.scalar(
        select(func.count())
        .select_from(Attempt)
        .where(Attempt.state == "dialing", Attempt.campaign_id.in_(running))
    )
    due = min(_due(session, running) + _coming(session, running, now), MOST_COUNTED)
    waiting = max(0, (queued or 0) - (dialled or 0))
    return Queue(waiting, due, len(running), None if waiting or due else _next(session, running))


def _next(session: Session, running: Sequence[int]) -> datetime | None:
    """One step into an index for each campaign: over all of them together it would be read whole."""
    firsts = (
        session.scalar(
            select(CampaignMember.next_at)
            .where(CampaignMember.campaign_id == campaign, _COMING, CampaignMember.next_at.is_not(None))
            .order_by(CampaignMember.next_at)
            .limit(1)
        )
        for campaign in running
    )
    return min((first for first in firsts if first is not None), default=None)


def _running(session: Session) -> list[int]:
    return list(session.scalars(select(Campaign.id).where(Campaign.state == "running")))


def _due(session: Session, running: Sequence[int]) -> int:
    some = select(CampaignMember.id).where(CampaignMember.campaign_id.in_(running), _DUE).limit(MOST_COUNTED)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _coming(session: Session, running: Sequence[int], until: datetime) -> int:
    some = (
        select(CampaignMember.id)
        .where(CampaignMember.campaign_id.in_(running), _COMING, CampaignMember.next_at <= until)
        .limit(MOST_COUNTED)
    )
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _span(
    session: Session,
    code: str,
    now: datetime,
    length: timedelta,
    connected: Sequence[str],
    running: Sequence[int],
) -> Span:
    since = now - length
    # A reservation is dialled within a minute, or never: the index on it serves.
    dials, faults, reached = session.execute(
        select(
            func.count().filter(Attempt.charged),
            func.count().filter(Attempt.disposition == "trunk_fault"),
            func.count().filter(Attempt.disposition.in_(list(connected))),
        ).where(Attempt.reserved_at >= since - timedelta(minutes=1), Attempt.dialed_at >= since)
    ).one()
    right_party, incoming = session.execute(
        select(
            func.count().filter(Call.right_party, Call.direction == "outbound"),
            func.count().filter(Call.direction == "inbound"),
        ).where(Call.started_at >= since)
    ).one()
    promises = session.scalar(
        select(func.count())
        .select_from(Promise)
        .join(Call, Call.id == Promise.call_id)
        .where(Promise.made_at >= since, Call.started_at >= since)
    )
    ringing = sum(row.began_at >= since for row in incoming_going_on(session))
    coming = min(_due(session, running) + _coming(session, running, now + length), MOST_COUNTED)
    return Span(code, dials, reached, right_party, promises or 0, faults, incoming + ringing, coming)
