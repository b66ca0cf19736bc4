"""Four eyes: what one person asks for, and another agrees to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from campaigns.errors import ConflictError, NotFoundError
from campaigns.said import Code
from campaigns.store.models import Approval, ConsoleUser

PENDING, APPROVED, REFUSED, WITHDRAWN = "pending", "approved", "refused", "withdrawn"


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """A request for approval. ``details``: what exactly it is for; it covers nothing else."""

    id: int
    action: str
    subject_kind: str
    subject: str
    details: dict[str, Any]
    state: str
    requested_by: int
    requested_by_name: str
    requested_at: datetime
    decided_by_name: str | None
    decided_at: datetime | None
    comment: str


def request_approval(
    session: Session,
    action: str,
    subject_kind: str,
    subject: str,
    details: Mapping[str, Any],
    *,
    by: int,
    at: datetime,
) -> int:
    """Ask for it; the id of the request. One that is pending already is replaced."""
    for row in session.scalars(_of(action, subject_kind, subject).where(Approval.state == PENDING)):
        row.state, row.decided_at = WITHDRAWN, at
    row = Approval(
        action=action,
        subject_kind=subject_kind,
        subject=subject,
        details=dict(details),
        requested_by=by,
        requested_at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def decide_approval(
    session: Session, approval_id: int, *, approve: bool, by: int, at: datetime, comment: str
) -> ApprovalView:
    """Agree or not. Raises NotFoundError; ConflictError: decided already, or one's own request."""
    row = session.get(Approval, approval_id, with_for_update=True)
    if row is None:
        raise NotFoundError("there is no request for approval %(approval_id)s", approval_id=approval_id)
    if row.state != PENDING:
        raise ConflictError("this request is %(state)s already", state=Code("approval", row.state))
    if row.requested_by == by:
        raise ConflictError("nobody approves their own request: a second person must")
    row.state = APPROVED if approve else REFUSED
    row.decided_by, row.decided_at, row.comment = by, at, comment[:255]
    session.flush()
    return _views(session, Approval.id == approval_id)[0]


def latest_approval(session: Session, action: str, subject_kind: str, subject: str) -> ApprovalView | None:
    """The latest request for this; None when there was none."""
    found = _views(
        session,
        Approval.action == action,
        Approval.subject_kind == subject_kind,
        Approval.subject == subject,
        limit=1,
    )
    return found[0] if found else None


def pending_approvals(session: Session, limit: int = 50) -> list[ApprovalView]:
    """What waits for a second person, the newest first."""
    return _views(session, Approval.state == PENDING, limit=limit)


def _of(action: str, subject_kind: str, subject: str) -> Any:
    return select(Approval).where(
        Approval.action == action, Approval.subject_kind == subject_kind, Approval.subject == subject
    )


def _views(session: Session, *where: Any, limit: int = 1) -> list[ApprovalView]:
    asker, decider = aliased(ConsoleUser), aliased(ConsoleUser)
    rows = session.execute(
        select(Approval, asker.username, decider.username)
        .join(asker, asker.id == Approval.requested_by)
        .outerjoin(decider, decider.id == Approval.decided_by)
        .where(*where)
        .order_by(Approval.id.desc())
        .limit(limit)
    )
    return [
        ApprovalView(
            row.id, row.action, row.subject_kind, row.subject, row.details, row.state, row.requested_by,
            asked, row.requested_at, decided, row.decided_at, row.comment,
        )
        for row, asked, decided in rows
    ]  # fmt: skip
