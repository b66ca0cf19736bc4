"""What people want of calls in progress: asked for by the console, taken up by whoever holds the call."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from campaigns.store.live_key import LiveKey
from campaigns.store.models import LiveOrder
from campaigns.store.workers import database_now

KEPT: Final = timedelta(days=1)  # the audit log and the log of the call keep it for good


class OrderKind(StrEnum):
    """What can be wanted of a call."""

    HAND_OVER = "hand_over"
    END = "end"


class OrderState(StrEnum):
    """How far it is. The first three go on to one of the others."""

    ASKED = "asked"  # whoever holds the call does not know yet
    ACCEPTED = "accepted"  # they know, and let the bot finish its sentence and its disclosures
    HANDING_OVER = "handing_over"  # the bot has said so, and agents are asked
    HANDED_OVER = "handed_over"  # an agent has taken it
    NOBODY = "nobody"  # no agent took it: the customer was told that we call back
    ABANDONED = "abandoned"  # the customer hung up while they waited
    FAILED = "failed"  # the line could not, or the talk took another turn
    CALL_BACK = "call_back"  # no agent can take calls now: the bot talks on, and a case is opened
    DECLINED = "declined"  # the bot stays with somebody in need
    ENDED = "ended"  # the bot has said goodbye, as was wanted
    TOO_LATE = "too_late"  # the call was over before


GOES_ON: Final = frozenset({OrderState.ASKED, OrderState.ACCEPTED, OrderState.HANDING_OVER})
MAY_ASK_AGAIN: Final = frozenset({OrderState.CALL_BACK, OrderState.DECLINED})


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it stands. ``detail``: why it was refused, by a code."""

    id: int
    call: str
    kind: str
    state: str
    detail: str | None
    by: str
    why: str
    asked_at: datetime
    changed_at: datetime

    @property
    def goes_on(self) -> bool:
        return self.state in GOES_ON

    @property
    def bars_another(self) -> bool:
        """Nothing else may be wanted of the call."""
        return self.state not in MAY_ASK_AGAIN


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An order has come to a state."""

    order_id: int
    state: OrderState
    detail: str | None = None


def ask(session: Session, key: LiveKey, kind: OrderKind, by: str, why: str) -> tuple[OrderView, bool]:
    """Want something of a call; whether it is new. One that is there already is given as it stands."""
    now = session.scalars(select(database_now(session))).one()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "call": str(key), "pending": str(key), "kind": kind.value, "state": OrderState.ASKED.value,
        "by": by, "why": why, "asked_at": now, "changed_at": now,
    }  # fmt: skip
    made = session.scalar(
        insert(LiveOrder)
        .values(values)
        .on_conflict_do_nothing(index_elements=[LiveOrder.pending])
        .returning(LiveOrder.id)
    )
    wanted = LiveOrder.pending == str(key) if made is None else LiveOrder.id == made
    return _view(session.scalars(select(LiveOrder).where(wanted)).one()), made is not None


def latest_orders(session: Session, keys: Collection[str]) -> dict[str, OrderView]:
    """What was wanted last of each of these calls."""
    rows = session.scalars(select(LiveOrder).where(LiveOrder.call.in_(list(keys))).order_by(LiveOrder.id))
    return {row.call: _view(row) for row in rows}


def orders_asked(session: Session) -> list[OrderView]:
    """What nobody has taken up yet."""
    return _of(session, (OrderState.ASKED,))


def orders_going_on(session: Session) -> list[OrderView]:
    """What is not at its end yet."""
    return _of(session, GOES_ON)


def _of(session: Session, states: Collection[OrderState]) -> list[OrderView]:
    wanted = LiveOrder.state.in_([state.value for state in states])
    return [_view(row) for row in session.scalars(select(LiveOrder).where(wanted).order_by(LiveOrder.id))]


def change_orders(session: Session, changes: Iterable[OrderChange]) -> None:
    """Put on record how far orders have come. One that is refused may be given again."""
    for change in changes:
        session.execute(
            update(LiveOrder)
            .where(LiveOrder.id == change.order_id)
            .values(
                state=change.state.value,
                detail=change.detail,
                changed_at=database_now(session),
                **({"pending": None} if change.state in MAY_ASK_AGAIN else {}),
            )
        )


def forget_old_orders(session: Session) -> None:
    """Drop what was wanted long ago."""
    before = session.scalars(select(database_now(session))).one() - KEPT
    session.execute(delete(LiveOrder).where(LiveOrder.asked_at < before))


def forget_orders_of(session: Session, keys: Collection[str]) -> None:
    """Drop what was wanted of these calls."""
    if keys:
        session.execute(delete(LiveOrder).where(LiveOrder.call.in_(list(keys))))


def _view(row: LiveOrder) -> OrderView:
    return OrderView(
        row.id, row.call, row.kind, row.state, row.detail, row.by, row.why, row.asked_at, row.changed_at
    )
