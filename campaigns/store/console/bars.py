"""Lifting a bar on calls. Putting one up is ``campaigns.store.outcomes.suppress``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.console.story_views import Person
from campaigns.store.models import PhoneNumber, Suppression


def lift(session: Session, subject: Person, bar_id: int, at: datetime) -> str:
    """End a bar of the customer's, or of one of their numbers; its reason.

    Raises NotFoundError; ConflictError when it was lifted already.
    """
    row = session.get(Suppression, bar_id, with_for_update=True)
    if row is None or not _concerns(session, row, subject):
        raise NotFoundError("customer %(subject)r has no bar %(bar_id)s", subject=subject.key, bar_id=bar_id)
    if row.lifted_at is not None:
        raise ConflictError("this bar was lifted already")
    row.lifted_at = at
    session.flush()
    return row.reason


def _concerns(session: Session, row: Suppression, subject: Person) -> bool:
    if row.customer_id == subject.id:
        return True
    theirs = session.query(PhoneNumber.id).filter_by(customer_id=subject.id, e164=row.e164)
    return row.e164 is not None and theirs.first() is not None
