"""Who listened to what: a player asks for a recording piece by piece, and that is one time of listening."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.store.console.audit import Actor
from campaigns.store.models import AuditEntry

HEARD: Final = "calls.heard"
ONE_TIME: Final = timedelta(minutes=15)


def is_noted(session: Session, actor: Actor, call_id: int, at: datetime) -> bool:
    """Whether the audit log says already that this person listened to the call just now."""
    found = session.scalar(
        select(AuditEntry.id)
        .where(
            AuditEntry.subject_kind == "call",
            AuditEntry.subject == str(call_id),
            AuditEntry.action == HEARD,
            AuditEntry.user_id == actor.user_id,
            AuditEntry.address == actor.address,
            AuditEntry.at > at - ONE_TIME,
        )
        .limit(1)
    )
    return found is not None
