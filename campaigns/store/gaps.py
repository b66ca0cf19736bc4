"""What a ledger lacks that came from a backup, and what is settled in it at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select, update

from campaigns.compliance.facts import GapFact
from campaigns.errors import ConflictError, NotFoundError
from campaigns.outcomes.delivery import MessageState
from campaigns.said import Said
from campaigns.store.campaigns import pause_campaign
from campaigns.store.console.audit import Actor, Deed, record
from campaigns.store.database import Session
from campaigns.store.models import Campaign, LedgerGap, Message

LEAST_REASON = 10
MAYBE_SENT = "the ledger came from a backup: it may have gone since"


@dataclass(frozen=True, slots=True)
class GapView:
    """One gap, for a person."""

    id: int
    backup_at: datetime
    restored_at: datetime
    restored_by: str
    confirmed_at: datetime | None
    confirmed_by: str | None
    complete: bool | None
    reason: str | None


def gap_of(session: Session) -> GapFact | None:
    """The gap that decisions must mind; None: there is none, or all of it is on file."""
    row = session.execute(
        select(LedgerGap.restored_at, LedgerGap.confirmed_at)
        .where(or_(LedgerGap.complete.is_(None), LedgerGap.complete.is_(False)))
        # One that nobody looked into is graver than any other; else the latest reaches furthest.
        .order_by(LedgerGap.confirmed_at.is_not(None), LedgerGap.restored_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else GapFact(row.restored_at, row.confirmed_at is not None)


def mark_gap(session: Session, backup_at: datetime, at: datetime, by: str) -> int:
    """Put on record that the ledger was restored: nobody is called before a person confirms it."""
    gap = LedgerGap(backup_at=backup_at, restored_at=at, restored_by=by[:64])
    session.add(gap)
    session.flush()
    made = {"backup_at": backup_at.isoformat(), "restored_at": at.isoformat()}
    record(session, _actor(by), Deed("ledger.restored", "ledger_gap", str(gap.id), after=made), at)
    return gap.id


def hold_everything(session: Session, at: datetime, why: Said) -> tuple[int, int]:
    """Pause what runs, and take what was to be sent by now as perhaps sent; how many campaigns and messages.

    A message that may have gone is never sent again: a person looks.
    """
    running = session.scalars(select(Campaign.id).where(Campaign.state == "running")).all()
    for campaign_id in running:
        pause_campaign(session, campaign_id, why, at)
    queued = and_(
        Message.state == MessageState.QUEUED.value, or_(Message.due_at.is_(None), Message.due_at <= at)
    )
    held = session.execute(
        update(Message)
        .where(or_(Message.state == MessageState.SENDING.value, queued))
        .values(state=MessageState.UNSURE.value, reason=MAYBE_SENT, settled_at=at)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(running), len(held)


def confirm_gap(session: Session, by: str, reason: str, at: datetime, *, complete: bool) -> GapView:
    """Confirm the gap that is open. Raises NotFoundError without one, ConflictError without a reason."""
    if len(reason.strip()) < LEAST_REASON:
        raise ConflictError("say in a sentence how it was found out what happened since the backup: --reason")
    wanted = select(LedgerGap).where(or_(LedgerGap.complete.is_(None), LedgerGap.complete.is_(False)))
    gaps = session.scalars(wanted.order_by(LedgerGap.id).with_for_update()).all()
    if not gaps:
        raise NotFoundError("the ledger has no gap: it was not restored, or all is confirmed")
    for gap in gaps:
        before = {"confirmed": gap.confirmed_at is not None, "complete": gap.complete}
        gap.confirmed_at, gap.confirmed_by, gap.complete, gap.reason = at, by[:64], complete, reason[:255]
        after = {"confirmed": True, "complete": complete}
        deed = Deed("ledger.gap_confirmed", "ledger_gap", str(gap.id), before, after, reason)
        record(session, _actor(by), deed, at)
    session.flush()
    return _view(gaps[-1])


def list_gaps(session: Session) -> list[GapView]:
    """All, the newest first."""
    return [_view(gap) for gap in session.scalars(select(LedgerGap).order_by(LedgerGap.id.desc()))]


def _actor(by: str) -> Actor:
    return Actor(None, by, "command")


def _view(gap: LedgerGap) -> GapView:
    return GapView(
        gap.id,
        gap.backup_at,
        gap.restored_at,
        gap.restored_by,
        gap.confirmed_at,
        gap.confirmed_by,
        gap.complete,
        gap.reason,
    )
