"""The record of what was deleted at the end of its time: a chain of its own, under the same seal as the
decisions.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from campaigns.compliance.chain import LogSeal, link
from campaigns.store.chain import locked_head, move_head
from campaigns.store.models import Deletion

DECISIONS = "decisions"

CONTENT = (
    Deletion.id,
    Deletion.at,
    Deletion.kind,
    Deletion.call_id,
    Deletion.first_id,
    Deletion.last_id,
    Deletion.last_link,
    Deletion.count,
    Deletion.newest_at,
    Deletion.why,
)
"""What a link covers, in this order."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What of one kind is deleted: of one call, or a run of decisions with the link of the last of them."""

    at: datetime
    kind: str
    call_id: int | None
    first_id: int | None
    last_id: int | None
    last_link: str | None
    count: int
    newest_at: datetime
    why: str


def record_deletions(session: Session, log: LogSeal, deleted: list[Deleted]) -> None:
    """Put deletions on record, in this order; the head is locked from here on. Raises StoreError.

    A decision may be deleted once this has said so.
    """
    head = locked_head(session, log)
    last_id = session.scalar(select(func.max(Deletion.id))) or 0
    rows = []
    for deletion in deleted:
        last_id += 1
        content = (last_id, *astuple(deletion))
        head = replace(head, deletions=link(head.deletions, content))
        names = (column.key for column in CONTENT)
        rows.append(dict(zip(names, content, strict=True)) | {"link": head.deletions})
    if rows:
        session.execute(insert(Deletion), rows)
        move_head(session, log, head)
