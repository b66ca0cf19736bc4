"""Handing out turns: which members are due, who takes them, and giving back what was not used.

Of all members whose time has come the most urgent go first. No index gives that order at once: members wait
in the order of their times, and a million may become due at one moment. So those whose time has come are
marked ``due`` in batches, and turns are given from among the marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.orm import Session

from campaigns.compliance.facts import Purpose
from campaigns.store.models import Campaign, CampaignMember
from campaigns.store.workers import is_alive

MARKED_AT_ONCE = 5_000

# As literals: an index over some members is used only where the condition is seen to be its own.
_COMING = text("campaign_member.state = 'waiting' AND NOT campaign_member.due")
_CALLBACK = text(
    "campaign_member.state = 'waiting' AND NOT campaign_member.due "
    "AND campaign_member.callback_at IS NOT NULL"
)
_DUE = text("campaign_member.state = 'waiting' AND campaign_member.due")
_QUEUED = text("campaign_member.state = 'queued'")
_NOW = bindparam("now", type_=CampaignMember.next_at.type)


@dataclass(frozen=True, slots=True)
class Turn:
    """A member's turn in the queue."""

    member_id: int
    customer_id: int
    turn: int


@dataclass(frozen=True, slots=True)
class RunningCampaign:
    """A campaign that calls are being made for. ``concurrency``: calls at once, over all workers."""

    id: int
    name: str
    flow: str
    purpose: Purpose
    concurrency: int
    calls_per_second: float


def running_campaigns(session: Session) -> list[RunningCampaign]:
    """What there is to serve, the campaign that was started first at the front."""
    rows = session.execute(
        select(
            Campaign.id,
            Campaign.name,
            Campaign.flow,
            Campaign.purpose,
            Campaign.concurrency,
            Campaign.calls_per_second,
        )
        .where(Campaign.state == "running")
        .order_by(Campaign.started_at, Campaign.id)
    )
    return [
        RunningCampaign(id_, name, flow, Purpose(purpose), concurrency, rate)
        for id_, name, flow, purpose, concurrency, rate in rows
    ]


def hand_out(
    session: Session, worker: str, campaign_id: int, now: datetime, *, share: int, most: int
) -> list[Turn]:
    """Give ``worker`` turns of due members, up to ``most``, and to hold ``share`` of the campaign's at once.

    None of them when the worker is no longer alive in the ledger, the campaign does not run, or all workers
    together hold as many turns as the campaign's concurrency allows.
    """
    if not is_alive(session, worker):
        return []
    # Held to the end of the transaction, so that no two workers count the same free place.
    concurrency = session.scalar(
        select(Campaign.concurrency)
        .where(Campaign.id == campaign_id, Campaign.state == "running")
        .with_for_update(key_share=True)
    )
    if concurrency is None:
        return []
    held = dict(
        session.execute(
            select(CampaignMember.worker, func.count())
            .where(CampaignMember.campaign_id == campaign_id, _QUEUED)
            .group_by(CampaignMember.worker)
        ).all()
    )
    room = min(most, concurrency - sum(held.values()), share - held.get(worker, 0))
    return claim_due(session, campaign_id, now, room, worker) if room > 0 else []


def claim_due(
    session: Session, campaign_id: int, now: datetime, limit: int, worker: str | None = None
) -> list[Turn]:
    """Give up to ``limit`` due members their next turn: waiting → queued, most urgent first."""
    mark_due(session, campaign_id, now)
    chosen = (
        select(CampaignMember.id)
        .where(CampaignMember.campaign_id == campaign_id, _DUE, CampaignMember.next_at <= _NOW)
        .order_by(CampaignMember.priority, CampaignMember.next_at, CampaignMember.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(chosen, {"now": now}).all()
    if not ids:
        return []
    taken = session.execute(
        update(CampaignMember)
        .where(CampaignMember.id.in_(ids))
        .values(state="queued", due=False, turn=CampaignMember.turn + 1, worker=worker)
        .returning(CampaignMember.id, CampaignMember.customer_id, CampaignMember.turn)
        .execution_options(synchronize_session=False)
    )
    turns = {id_: Turn(id_, customer_id, turn) for id_, customer_id, turn in taken}
    return [turns[id_] for id_ in ids]


def mark_due(session: Session, campaign_id: int, now: datetime) -> None:
    """Mark members whose time has come, the longest waiting first; at most so many at once.

    Who asked to be called at a time does not stand behind those who have waited since before it.
    """
    for which in (_CALLBACK, _COMING):
        come = (
            select(CampaignMember.id)
            .where(CampaignMember.campaign_id == campaign_id, which, CampaignMember.next_at <= _NOW)
            .order_by(CampaignMember.next_at, CampaignMember.priority, CampaignMember.id)
            .limit(MARKED_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        session.execute(
            update(CampaignMember)
            .where(CampaignMember.id.in_(come.scalar_subquery()))
            .values(due=True)
            .execution_options(synchronize_session=False),
            {"now": now},
        )


def next_due_at(session: Session, campaign_id: int) -> datetime | None:
    """When the first waiting member is due; None when none waits."""
    first = [
        session.scalar(
            select(CampaignMember.next_at)
            .where(CampaignMember.campaign_id == campaign_id, waiting)
            .order_by(*order)
            .limit(1)
        )
        for waiting, order in (
            (_DUE, (CampaignMember.priority, CampaignMember.next_at)),
            (_COMING, (CampaignMember.next_at,)),
        )
    ]
    return min((at for at in first if at is not None), default=None)


def held_by(session: Session, worker: str) -> list[Turn]:
    """The turns that a worker holds on record."""
    rows = session.execute(
        select(CampaignMember.id, CampaignMember.customer_id, CampaignMember.turn).where(
            CampaignMember.worker == worker, _QUEUED
        )
    )
    return [Turn(id_, customer_id, turn) for id_, customer_id, turn in rows]


def put_back(session: Session, member_ids: Sequence[int], at: datetime, worker: str | None = None) -> None:
    """queued → waiting, due at once: their turn was not used. With ``worker`` only what is still its own."""
    mine = () if worker is None else (CampaignMember.worker == worker,)
    session.execute(
        update(CampaignMember)
        .where(CampaignMember.id.in_(member_ids), _QUEUED, *mine)
        .values(state="waiting", next_at=at)
        .execution_options(synchronize_session=False)
    )
