"""Calls in progress as people watch them: nothing is written while nobody does. Times are the database's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from campaigns.store.ledger import LIVE
from campaigns.store.live_incoming import forget_incoming
from campaigns.store.live_key import BOARD, live_key
from campaigns.store.live_orders import (
    OrderChange,
    OrderState,
    OrderView,
    change_orders,
    forget_old_orders,
    orders_asked,
    orders_going_on,
)
from campaigns.store.models import Attempt, LiveBoard, LiveIncoming, LiveLine, LiveWatch
from campaigns.store.workers import alive_ids, database_now

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
class Looked:
    """What somebody watches now, by key, and what somebody wants of a call."""

    watched: frozenset[str]
    orders: tuple[OrderView, ...] = ()

    @property
    def board(self) -> bool:
        return BOARD in self.watched


def watch(session: Session, keys: Collection[str]) -> None:
    """Somebody watches these, for a while from now."""
    until = _time(session) + WATCH
    for key in keys:
        row = session.get(LiveWatch, key)
        if row is None:
            session.add(LiveWatch(call=key, until=until))
        else:
            row.until = until
    session.flush()


def watch_ending(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Of which of these whoever still watches must say so again."""
    after = _time(session) + RENEW
    rows = session.scalars(
        select(LiveWatch.call).where(LiveWatch.call.in_(list(keys)), LiveWatch.until > after)
    )
    return frozenset(keys) - frozenset(rows)


def look(session: Session) -> Looked:
    """What is watched and wanted now."""
    keys = session.scalars(select(LiveWatch.call).where(LiveWatch.until > database_now(session)))
    return Looked(frozenset(keys), tuple(orders_asked(session)))


def put_board(session: Session, worker: str, calls: Sequence[tuple[int, str | None]]) -> None:
    """What a worker has in hand: attempts with the time (ISO) of their answer, None while they ring."""
    told: list[Any] = [list(call) for call in calls]
    row = session.get(LiveBoard, worker)
    if row is None:
        session.add(LiveBoard(worker=worker, at=_time(session), calls=told))
    else:
        row.at, row.calls = _time(session), told


def put_lines(session: Session, lines: Mapping[str, Sequence[SaidLine]]) -> None:
    """New lines of calls that are watched; of one that is over by now, nothing is kept."""
    over = _over(session, lines)
    rows = [
        {
            "call": key,
            "seq": line.seq,
            "at": line.at,
            "speaker": line.speaker,
            "text": line.text[:MOST_TEXT],
            "intent": line.intent,
        }
        for key, said in lines.items()
        if key not in over
        for line in said
    ]
    if rows:
        session.execute(insert(LiveLine), rows)


def forget_over(session: Session) -> None:
    """Drop what is of calls that are over, of workers that are gone, and of people who look no more."""
    orders = orders_going_on(session)
    late = _over(session, [order.call for order in orders])
    change_orders(
        session, [OrderChange(order.id, OrderState.TOO_LATE) for order in orders if order.call in late]
    )
    over = _over(session, session.scalars(select(LiveLine.call).distinct()).all())
    if over:
        session.execute(delete(LiveLine).where(LiveLine.call.in_(list(over))))
    session.execute(delete(LiveBoard).where(LiveBoard.worker.not_in(list(alive_ids(session)))))
    session.execute(delete(LiveWatch).where(LiveWatch.until <= database_now(session)))
    forget_incoming(session)
    forget_old_orders(session)


def forget_worker(session: Session, worker: str, keys: Collection[str]) -> None:
    """What a worker wrote of its calls is taken back: it stops, or nobody watches."""
    session.execute(delete(LiveBoard).where(LiveBoard.worker == worker))
    session.execute(delete(LiveLine).where(LiveLine.call.in_(list(keys))))


def lines_of(session: Session, keys: Collection[str]) -> dict[str, list[SaidLine]]:
    """What was said so far in these calls, as far as they are watched."""
    columns = (LiveLine.call, LiveLine.seq, LiveLine.at, LiveLine.speaker, LiveLine.text, LiveLine.intent)
    rows = session.execute(
        select(*columns).where(LiveLine.call.in_(list(keys))).order_by(LiveLine.call, LiveLine.seq)
    )
    lines: dict[str, list[SaidLine]] = {}
    for key, seq, at, speaker, text, intent in rows:
        lines.setdefault(key, []).append(SaidLine(seq, at, speaker, text, intent))
    return lines


def answered(session: Session) -> dict[int, datetime | None]:
    """Attempts in the hands of workers that are alive, with the time of their answer; None: it rings."""
    boards = session.scalars(select(LiveBoard.calls).where(LiveBoard.worker.in_(list(alive_ids(session)))))
    return {
        attempt_id: None if at is None else datetime.fromisoformat(at)
        for calls in boards
        for attempt_id, at in calls
    }


def _over(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Those of these calls that are over, or that never were."""
    read = {text: live_key(text) for text in keys}
    attempts = [key.id for key in read.values() if key is not None and not key.incoming]
    incoming = [key.id for key in read.values() if key is not None and key.incoming]
    going_on: set[tuple[bool, int]] = set()
    if attempts:
        found = session.scalars(select(Attempt.id).where(Attempt.id.in_(attempts), Attempt.state.in_(LIVE)))
        going_on |= {(False, id_) for id_ in found}
    if incoming:
        found = session.scalars(
            select(LiveIncoming.id).where(LiveIncoming.id.in_(incoming), LiveIncoming.ended_at.is_(None))
        )
        going_on |= {(True, id_) for id_ in found}
    return frozenset(
        text for text, key in read.items() if key is None or (key.incoming, key.id) not in going_on
    )


def _time(session: Session) -> datetime:
    return session.scalars(select(database_now(session))).one()
