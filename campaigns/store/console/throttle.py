"""Failures to sign in, counted by account and by address, and how long either must wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
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


def begin_try(session: Session, keys: Mapping[str, Backoff], at: datetime) -> datetime | None:
    """Count a try as a failure before it is known to be one; when the next may be, if this one may not.

    What comes at the same time waits for this transaction: no burst of guesses slips through between a look
    and a count. A try that was none is taken back.
    """
    rows = {key: _locked(session, key, at) for key in sorted(keys)}
    until = max((row.blocked_until for row in rows.values() if row.blocked_until), default=None)
    if until is not None and until > at:
        return until
    for key, row in rows.items():
        if at - row.last_at > FORGET_AFTER:
            row.failures = 0
        row.failures += 1
        row.last_at = at
        wait = keys[key].wait(row.failures)
        row.blocked_until = at + wait if wait else None
    session.flush()
    return None


def _locked(session: Session, key: str, at: datetime) -> SignInThrottle:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(SignInThrottle).values(key=key, failures=0, last_at=at)
    session.execute(new.on_conflict_do_nothing())
    return session.get_one(SignInThrottle, key, with_for_update=True, populate_existing=True)


def take_back(session: Session, key: str) -> None:
    """The latest try was none after all."""
    row = session.get(SignInThrottle, key, with_for_update=True)
    if row is not None:
        row.failures, row.blocked_until = max(0, row.failures - 1), None
        session.flush()


def forget_failures(session: Session, key: str) -> None:
    """After a success."""
    session.execute(delete(SignInThrottle).where(SignInThrottle.key == key))
