"""Calls to us while they go on: on record from the moment somebody watches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from campaigns.store.live_key import LiveKey
from campaigns.store.live_orders import forget_orders_of
from campaigns.store.models import LiveIncoming
from campaigns.store.workers import database_now

SILENT: Final = timedelta(seconds=15)
"""Of a call that nobody has told of for so long, whoever held it is gone."""
KEPT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class IncomingNow:
    """A call to us, as whoever holds it tells. ``e164`` None: withheld; ``call_id``: it is on record."""

    line: str
    line_call_id: str
    customer_id: int | None
    e164: str | None
    began_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    call_id: int | None = None


def put_incoming(session: Session, teller: str, calls: Sequence[IncomingNow]) -> dict[str, int]:
    """Write how calls to us stand; the id of each by its name on the line."""
    now = session.scalars(select(database_now(session))).one()
    ids = {}
    names = [call.line_call_id for call in calls]
    rows = session.scalars(select(LiveIncoming).where(LiveIncoming.line_call_id.in_(names)))
    there = {row.line_call_id: row for row in rows}
    for call in calls:
        row = there.get(call.line_call_id)
        if row is None:
            row = LiveIncoming(line_call_id=call.line_call_id, line=call.line, began_at=call.began_at)
            session.add(row)
        row.teller, row.told_at = teller, now
        row.customer_id, row.e164 = call.customer_id, call.e164
        row.answered_at, row.ended_at, row.call_id = call.answered_at, call.ended_at, call.call_id
        session.flush()
        ids[call.line_call_id] = row.id
    return ids


def keep_incoming(session: Session, teller: str) -> None:
    """Whoever holds them is still there."""
    session.execute(
        update(LiveIncoming)
        .where(LiveIncoming.teller == teller, LiveIncoming.ended_at.is_(None))
        .values(told_at=database_now(session))
    )


def incoming_going_on(session: Session, ids: Collection[int] | None = None) -> list[LiveIncoming]:
    """Calls to us that go on; only those of ``ids`` where given."""
    since = session.scalars(select(database_now(session))).one() - SILENT
    query = select(LiveIncoming).where(LiveIncoming.ended_at.is_(None), LiveIncoming.told_at > since)
    if ids is not None:
        query = query.where(LiveIncoming.id.in_(list(ids)))
    return list(session.scalars(query.order_by(LiveIncoming.id)))


def forget_incoming(session: Session) -> None:
    """Drop those that were over long ago, or whose end nobody can tell."""
    before = session.scalars(select(database_now(session))).one() - KEPT
    gone = session.scalars(
        delete(LiveIncoming).where(LiveIncoming.told_at < before).returning(LiveIncoming.id)
    ).all()
    # SQLite gives an id anew: what was wanted of one call must not stand at another.
    forget_orders_of(session, [str(LiveKey(id_, incoming=True)) for id_ in gone])
