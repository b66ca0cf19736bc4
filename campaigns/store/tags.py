"""Tags in the store: those that hold, and when earlier ones were taken off. ``tagging`` gives them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.store.models import CustomerTag

HELD: Final = CustomerTag.until.is_(None)
"""A tag that its customer has now."""


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A tag of one customer; ``until`` None while it holds."""

    tag: str
    source: str
    since: datetime
    until: datetime | None


def tags_of(session: Session, customer_id: int) -> list[TagRecord]:
    """All tags that a customer has or had, the latest first."""
    rows = session.scalars(
        select(CustomerTag)
        .where(CustomerTag.customer_id == customer_id)
        .order_by(CustomerTag.since.desc(), CustomerTag.id)
    )
    return [TagRecord(row.tag, row.source, row.since, row.until) for row in rows]


def tag_counts(session: Session) -> dict[str, int]:
    """How many customers have each tag that somebody has."""
    rows = session.execute(select(CustomerTag.tag, func.count()).where(HELD).group_by(CustomerTag.tag))
    return {row[0]: row[1] for row in rows}


def check_tags(session: Session, tags: Iterable[str]) -> None:
    """Raises NotFoundError for a tag that nobody has or had: a slip of the pen must not choose all."""
    known = set(session.scalars(select(CustomerTag.tag).distinct()))
    for tag in tags:
        if tag not in known:
            there_are = ", ".join(sorted(known)) or "none yet; see 'xiaorong customers tag'"
            raise NotFoundError(
                "no customer has the tag %(tag)r; there are: %(there_are)s", tag=tag, there_are=there_are
            )
