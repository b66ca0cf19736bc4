"""Answers to programs that ask the same twice: they are given the first again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from campaigns.store.models import IdempotentRequest

KEPT: Final = timedelta(hours=24)
LOST: Final = timedelta(minutes=2)  # then whoever was at it has died
GOES_ON: Final = 0  # in the place of a status


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered. ``digest``: of the request; ``status`` GOES_ON: it is being done."""

    digest: str
    status: int
    answer: dict[str, Any]


def claim(session: Session, user_id: int, key: str, digest: str, at: datetime) -> Answered | None:
    """What the user was answered under this key within the last day; None: nothing, and it is yours to do.

    Two that ask at once: the unique key lets one through, the other's transaction fails.
    """
    mine = (IdempotentRequest.user_id == user_id, IdempotentRequest.key == key)
    session.execute(delete(IdempotentRequest).where(IdempotentRequest.at <= at - KEPT))
    session.execute(
        delete(IdempotentRequest).where(
            *mine, IdempotentRequest.status == GOES_ON, IdempotentRequest.at <= at - LOST
        )
    )
    row = session.scalar(select(IdempotentRequest).where(*mine))
    if row is not None:
        return Answered(row.digest, row.status, row.answer)
    session.add(IdempotentRequest(user_id=user_id, key=key, digest=digest, status=GOES_ON, answer={}, at=at))
    session.flush()
    return None


def keep_answer(session: Session, user_id: int, key: str, status: int, answer: Mapping[str, Any]) -> None:
    """Keep what came of it for a day."""
    session.execute(
        update(IdempotentRequest)
        .where(IdempotentRequest.user_id == user_id, IdempotentRequest.key == key)
        .values(status=status, answer=dict(answer))
    )


def give_up(session: Session, user_id: int, key: str) -> None:
    """Nothing was done."""
    session.execute(
        delete(IdempotentRequest).where(IdempotentRequest.user_id == user_id, IdempotentRequest.key == key)
    )
