"""Calls in progress as people watch them: nothing is written while nobody does. Times are the database's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from campaigns.store.ledger import LIVE
from campaigns.store.models import Attempt, LiveBoard, LiveLine, LiveWatch
from campaigns.store.models.campaigns import is_live
from campaigns.store.workers import alive_ids, database_now

BOARD: Final = 0
"""Watched like an attempt: who rings and who talks."""
WATCH: Final = timedelta(seconds=20)
RENEW: Final = timedelta(seconds=10)
MOST_LINES: Final = 200  # of one call; older ones are on record when it is over
MOST_TEXT: Final = 1_000


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One thing said in a call that goes on. ``text`` is as it was said."""

    seq: int
    at: datetime
    speaker: str
    text: str
    intent: str | None


@dataclass(frozen=True, slots=True)
class Watched:
    """What somebody watches now."""

    attempts: frozenset[int]

    @property
    def board(self) -> bool:
        return BOARD in self.attempts


def watch(session: Session, attempt_id: int) -> None:
    """Somebody watches, for a while from now."""
    until = _time(session) + WATCH
    row = session.get(LiveWatch, attempt_id)
    if row is None:
        session.add(LiveWatch(attempt_id=attempt_id, until=until))
    else:
        row.until = until
    session.flush()


def is_watch_ending(session: Session, attempt_id: int) -> bool:
    """Whether whoever still watches must say so again."""
    row = session.get(LiveWatch, attempt_id, populate_existing=True)
    return row is None or row.until - _time(session) < RENEW


def watched(session: Session) -> Watched:
    """What is watched now."""
    ids = session.scalars(select(LiveWatch.attempt_id).where(LiveWatch.until > database_now(session)))
    return Watched(frozenset(ids))


def put_board(session: Session, worker: str, calls: Sequence[tuple[int, str | None]]) -> None:
    """What a worker has in hand: attempts with the time (ISO) of their answer, None while they ring."""
    told: list[Any] = [list(call) for call in calls]
    row = session.get(LiveBoard, worker)
    if row is None:
        session.add(LiveBoard(worker=worker, at=_time(session), calls=told))
    else:
        row.at, row.calls = _time(session), told


def put_lines(session: Session, lines: Mapping[int, Sequence[SaidLine]]) -> None:
    """New lines of calls that are watched; of one that is over by now, nothing is kept."""
    going_on = set(
        session.scalars(select(Attempt.id).where(Attempt.id.in_(list(lines)), Attempt.state.in_(LIVE)))
    )
    rows = [
        {
            "attempt_id": attempt_id,
            "seq": line.seq,
            "at": line.at,
            "speaker": line.speaker,
            "text": line.text[:MOST_TEXT],
            "intent": line.intent,
        }
        for attempt_id, said in lines.items()
        if attempt_id in going_on
        for line in said
    ]
    if rows:
        session.execute(insert(LiveLine), rows)


def forget_over(session: Session) -> None:
    """Drop what is of calls that are over, of workers that are gone, and of people who look no more."""
    going_on = select(Attempt.id).where(is_live())
    session.execute(delete(LiveLine).where(LiveLine.attempt_id.not_in(going_on)))
    session.execute(delete(LiveBoard).where(LiveBoard.worker.not_in(list(alive_ids(session)))))
    session.execute(delete(LiveWatch).where(LiveWatch.until <= database_now(session)))


def forget_worker(session: Session, worker: str, attempts: Collection[int]) -> None:
    """What a worker wrote of its calls is taken back: it stops, or nobody watches."""
    session.execute(delete(LiveBoard).where(LiveBoard.worker == worker))
    session.execute(delete(LiveLine).where(LiveLine.attempt_id.in_(list(attempts))))


def lines_of(session: Session, attempt_id: int) -> list[SaidLine]:
    """What was said so far in a call that is watched."""
    rows = session.scalars(select(LiveLine).where(LiveLine.attempt_id == attempt_id).order_by(LiveLine.seq))
    return [SaidLine(row.seq, row.at, row.speaker, row.text, row.intent) for row in rows]


def answered(session: Session) -> dict[int, datetime | None]:
    """Attempts in the hands of workers that are alive, with the time of their answer; None: it rings."""
    boards = session.scalars(select(LiveBoard.calls).where(LiveBoard.worker.in_(list(alive_ids(session)))))
    return {
        attempt_id: None if at is None else datetime.fromisoformat(at)
        for calls in boards
        for attempt_id, at in calls
    }


def _time(session: Session) -> datetime:
    return session.scalars(select(database_now(session))).one()
