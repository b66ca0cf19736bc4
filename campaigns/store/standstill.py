"""Sessions of PostgreSQL that stand still in a transaction, and hold up others: they are ended.

The server's time limit of an idle transaction does not reach a client that stopped amid many statements sent
at once, nor a program of another maker. A lock that somebody waits for may not depend on either.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

WAITED: Final = timedelta(seconds=2)
"""Whoever waits less is not held up."""

# What it waits for is its client: for the next statement, or for what it said to be read.
_STANDING: Final = text(
    """
    SELECT DISTINCT holder.pid, holder.state_change
    FROM pg_stat_activity AS waiter
        CROSS JOIN LATERAL unnest(pg_blocking_pids(waiter.pid)) AS blocking (pid)
        JOIN pg_stat_activity AS holder ON holder.pid = blocking.pid
    WHERE waiter.datname = current_database() AND waiter.wait_event_type = 'Lock'
        AND waiter.state_change <= clock_timestamp() - :waited
        AND holder.usename = current_user AND holder.wait_event_type = 'Client'
        AND holder.state_change <= clock_timestamp() - :still
    """
)
_END: Final = text(
    """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE pid = :pid AND state_change = :since AND wait_event_type = 'Client'
    """
)
_NOW: Final = text("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw first

Standing = tuple[int, datetime]


class Standstill:
    """Ends a session that stood still at two looks with nothing in between. For one thread.

    At two, for one that has just done with a long statement waits for its client for a blink. ``still``: how
    long it has been so by the first. Sessions of another role are let be: nobody but it, or a superuser, may
    end them.
    """

    def __init__(self, still: timedelta) -> None:
        self._given: dict[str, Any] = {"waited": WAITED, "still": still}
        self._before: frozenset[Standing] = frozenset()

    def look(self, session: Session) -> int:
        """How many sessions were ended."""
        session.execute(_NOW)
        found = session.execute(_STANDING, self._given).all()
        standing = frozenset((pid, since) for pid, since in found)
        again, self._before = standing & self._before, standing - self._before
        ended = 0
        session.execute(_NOW)
        for pid, since in again:
            ended += session.execute(_END, {"pid": pid, "since": since}).scalar_one()
        return ended
