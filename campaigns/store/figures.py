"""What stands in the store at a moment, for those who watch the installation: a few bounded counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, func, or_, select

from campaigns.store.database import Session
from campaigns.store.models import (
    Campaign,
    CampaignMember,
    LineState,
    Message,
    WebhookDelivery,
    WebhookEvent,
    WorkerRecord,
)

K = TypeVar("K")
V = TypeVar("V")

PENDING, DEAD = "pending", "dead"


@dataclass(frozen=True, slots=True)
class Standing:
    """``due`` and ``queued``: members of running campaigns; ``messages``: those made of late, by state.

    ``circuits``: the breaker of each line; ``outbox``: events to deliver or given up, by state.
    """

    running: int
    due: int
    queued: int
    workers: int
    calls: int
    circuits: Mapping[str, str]
    messages: Mapping[str, int]
    outbox: Mapping[str, int]
    oldest_event_at: datetime | None


def standing_of(session: Session, now: datetime, messages_since: timedelta) -> Standing:
    """Everything is counted through an index, and by no more than is open or of late."""
    running = select(Campaign.id).where(Campaign.state == "running")
    members = select(func.count()).select_from(CampaignMember).where(CampaignMember.campaign_id.in_(running))
    due = or_(CampaignMember.due, CampaignMember.next_at <= now)
    alive = session.execute(
        select(func.count(), func.coalesce(func.sum(WorkerRecord.live), 0)).where(
            WorkerRecord.state == "alive"
        )
    ).one()
    of_late = (
        select(Message.state, func.count())
        .where(Message.created_at >= now - messages_since)
        .group_by(Message.state)
    )
    open_events = (
        select(WebhookDelivery.state, func.count())
        .where(WebhookDelivery.state.in_([PENDING, DEAD]))
        .group_by(WebhookDelivery.state)
    )
    oldest = (
        select(func.min(WebhookEvent.at))
        .join(WebhookDelivery, WebhookDelivery.event_id == WebhookEvent.id)
        .where(WebhookDelivery.state == PENDING)
    )
    return Standing(
        running=session.scalar(select(func.count()).select_from(running.subquery())) or 0,
        due=session.scalar(members.where(CampaignMember.state == "waiting", due)) or 0,
        queued=session.scalar(members.where(CampaignMember.state == "queued")) or 0,
        workers=alive[0],
        calls=int(alive[1]),
        circuits=_pairs(session, select(LineState.line, LineState.circuit)),
        messages=_pairs(session, of_late),
        outbox={PENDING: 0, DEAD: 0} | _pairs(session, open_events),
        oldest_event_at=session.scalar(oldest),
    )


def _pairs(session: Session, query: Select[K, V]) -> dict[K, V]:
    return {row[0]: row[1] for row in session.execute(query)}
