"""The audit log: who saw which personal data, and who changed what. Rows are added and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from campaigns.private import Private
from campaigns.store.console.call_views import Place
from campaigns.store.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``via``: session, token, command or job."""

    user_id: int | None
    name: str
    via: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done, to whom or what. A Private in ``before`` and ``after`` is recorded masked."""

    action: str
    subject_kind: str
    subject: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AuditView:
    """One row of the log."""

    id: int
    at: datetime
    by: str
    via: str
    address: str
    action: str
    subject_kind: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


def record(session: Session, actor: Actor, deed: Deed, at: datetime) -> int:
    """Add one row, in the transaction of what it tells of; its id."""
    row = AuditEntry(
        at=at,
        user_id=actor.user_id,
        by=actor.name[:64],
        via=actor.via,
        address=actor.address[:64],
        action=deed.action,
        subject_kind=deed.subject_kind,
        subject=deed.subject[:64],
        before=_plain(deed.before),
        after=_plain(deed.after),
        reason=deed.reason[:255],
    )
    session.add(row)
    session.flush()
    return row.id


def audit_page(
    session: Session,
    *,
    before: Place | None = None,
    by: str = "",
    action: str = "",
    subject_kind: str = "",
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
) -> list[AuditView]:
    """Up to ``limit`` rows from before ``before``, newest first; ``until`` is no part of the time."""
    query = select(AuditEntry)
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if until is not None:
        query = query.where(AuditEntry.at < until)
    if before is not None:
        earlier = or_(AuditEntry.at < before.at, AuditEntry.id < before.id)
        query = query.where(AuditEntry.at <= before.at, earlier)
    wanted = (
        (AuditEntry.by, by),
        (AuditEntry.action, action),
        (AuditEntry.subject_kind, subject_kind),
        (AuditEntry.subject, subject),
    )
    for column, value in wanted:
        if value:
            query = query.where(column == value)
    rows = session.scalars(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit))
    return [
        AuditView(
            row.id, row.at, row.by, row.via, row.address, row.action, row.subject_kind, row.subject,
            row.before, row.after, row.reason,
        )
        for row in rows
    ]  # fmt: skip


def _plain(value: Any) -> Any:
    """As JSON can hold it, personal values masked."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    if isinstance(value, Private):
        return value.masked
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)
