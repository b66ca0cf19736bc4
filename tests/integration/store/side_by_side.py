"""Two transactions at once on PostgreSQL, the second begun while the first is not committed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.store.database import Database

R = TypeVar("R")
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def side_by_side(database: Database, first: Callable[[Session], object], second: Callable[[Session], R]) -> R:
    """What ``second`` returns; ``first`` is committed when that waits for its locks, or has gone through."""

    def run() -> R:
        with database.transaction() as session:
            return second(session)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            first(session)
            running: Future[R] = pool.submit(run)
            while not (running.done() or _somebody_waits(database)):
                pass
        return running.result()


def _somebody_waits(database: Database) -> bool:
    with database.transaction() as session:
        return bool(session.scalar(_WAITING))
