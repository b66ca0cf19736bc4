"""What the console tells of grades: as of when they are, and how many customers have none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from campaigns.store.models import Account, Customer, Grade, Job


@dataclass(frozen=True, slots=True)
class LatestGrade:
    """The grade that was written last, of whomever. ``rules``: the version that it is by."""

    at: datetime
    rules: str


def latest_grade(session: Session) -> LatestGrade | None:
    """None: nobody was ever graded."""
    row = session.execute(
        select(Grade.graded_at, Grade.rules_version).order_by(Grade.id.desc()).limit(1)
    ).first()
    return None if row is None else LatestGrade(row.graded_at, row.rules_version)


def count_ungraded(session: Session) -> int:
    """Customers whom a grading would give their first grade; it looks at every customer."""
    found = session.scalar(
        select(func.count())
        .select_from(Customer)
        .where(
            ~exists().where(Grade.customer_id == Customer.id, Grade.is_current),
            exists().where(Account.customer_id == Customer.id),
        )
    )
    return found or 0


def latest_change(session: Session, kinds: tuple[str, ...]) -> int:
    """The id of the latest job of these kinds that is over; 0: none."""
    query = select(func.max(Job.id)).where(Job.kind.in_(kinds), Job.finished_at.is_not(None))
    return session.scalar(query) or 0
