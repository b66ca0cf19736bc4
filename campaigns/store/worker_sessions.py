"""A worker's sessions on PostgreSQL: they bear its name, and their locks must not outlast it by long.

A worker that stands still in a transaction holds what every other waits for. Its server ends such a session
after a while; where that fails, the peer that takes over ends them all.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.store.postgres import session_name

_END = text(
    """
    SELECT count(pg_terminate_backend(activity.pid))
    FROM pg_stat_activity AS activity
    WHERE activity.application_name = :name AND activity.usename = current_user
        AND activity.pid <> pg_backend_pid()
        AND EXISTS (
            SELECT FROM worker
            WHERE worker.id = :worker AND worker.state = 'alive'
                AND worker.beat_at <= clock_timestamp() - :silent
        )
    """
)


def end_sessions(session: Session, worker_id: str, silent: timedelta) -> int:
    """End all sessions of a worker that has not beaten for so long; how many there were.

    Those of another role are let be: nobody but it, or a superuser, may end them.
    """
    given = {"name": session_name(worker_id), "worker": worker_id, "silent": silent}
    ended: int = session.execute(_END, given).scalar_one()
    return ended
