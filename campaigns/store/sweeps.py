"""When records past their time were deleted last: nothing deletes them but a command, a timer or a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.store.console.audit import Actor, Deed, record
from campaigns.store.models import AuditEntry, ConsoleUser

SWEPT: Final = "retention.swept"
KIND, DUE = "records", "due"


@dataclass(frozen=True, slots=True)
class Swept:
    """A sweep that came to its end. ``via`` as in ``Actor``; ``count``: records and files of all kinds."""

    at: datetime
    by: str
    via: str
    count: int


def record_sweep(session: Session, actor: Actor, count: int, at: datetime) -> None:
    """Put on record that everything past its time was looked for, and ``count`` of it deleted."""
    record(session, actor, Deed(SWEPT, KIND, DUE, after={"count": count}), at)


def latest_sweep(session: Session) -> Swept | None:
    """The last one that came to its end."""
    row = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == KIND, AuditEntry.subject == DUE, AuditEntry.action == SWEPT)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Swept(row.at, row.by, row.via, row.after.get("count", 0))


def overdue_since(session: Session, now: datetime, most: timedelta) -> datetime | None:
    """Since when nothing was swept, if longer ago than ``most``; at first: since there are users."""
    latest = latest_sweep(session)
    since = latest.at if latest else session.scalar(select(func.min(ConsoleUser.created_at)))
    return since if since is not None and now - since > most else None
