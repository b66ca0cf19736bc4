"""Failures to sign in, counted by account and by address, and how long either must wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from campaigns.store.models import SignInThrottle

FORGET_AFTER: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Backoff:
    """``free`` failures cost nothing; from then on the wait doubles from ``first`` to at most ``longest``."""

    free: int
    first: timedelta
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long after this many failures in a row."""
        if failures <= self.free:
            return timedelta(0)
        doublings = min(failures - self.free - 1, 32)
        factor = int(2**doublings)
        return min(self.first * factor, self.longest)


def blocked_until(session: Session, keys: Iterable[str], at: datetime) -> datetime | None:
    """When the last of these keys may try again; None: at once."""
    return session.scalar(
        select(func.max(SignInThrottle.blocked_until)).where(
            SignInThrottle.key.in_(list(keys)), SignInThrottle.blocked_until > at
        )
    )


def record_failure(session: Session, key: str, backoff: Backoff, at: datetime) -> int:
    """One more failure; how many there are now."""
    row = session.get(SignInThrottle, key, with_for_update=True)
    if row is None:
        row = SignInThrottle(key=key, failures=0, last_at=at)
        session.add(row)
    elif at - row.last_at > FORGET_AFTER:
        row.failures = 0
    row.failures += 1
    row.last_at = at
    wait = backoff.wait(row.failures)
    row.blocked_until = at + wait if wait else None
    session.flush()
    return row.failures


def forget_failures(session: Session, key: str) -> None:
    """After a success."""
    session.execute(delete(SignInThrottle).where(SignInThrottle.key == key))
