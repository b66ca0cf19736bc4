"""A worker's sessions on PostgreSQL: they bear its name, and their locks must not outlast it by long.

A worker that stands still in a transaction holds what every other waits for. Its server ends such a session
after a while; where that fails, the peer that takes over ends them all.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

IDLE_TRANSACTION_MS = 5_000
LONGEST_NAME = 63  # of PostgreSQL, which cuts off the rest and keeps ASCII alone

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


def session_name(worker_id: str) -> str:
    """What ``pg_stat_activity`` calls the sessions of a worker."""
    return worker_id.encode("ascii", "replace").decode()[:LONGEST_NAME]


def keep_short(engine: Engine, worker_id: str) -> None:
    """Have the server end a transaction that this worker does not go on with, on every session to come."""
    event.listen(engine, "connect", _Naming(session_name(worker_id)))
    event.listen(engine, "after_cursor_execute", _arm_again)


def end_sessions(session: Session, worker_id: str, silent: timedelta) -> int:
    """End all sessions of a worker that has not beaten for so long; how many there were.

    Those of another role are let be: nobody but it, or a superuser, may end them.
    """
    given = {"name": session_name(worker_id), "worker": worker_id, "silent": silent}
    ended: int = session.execute(_END, given).scalar_one()
    return ended


class _Naming:
    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", (self._name,))
            cursor.execute(f"SET idle_in_transaction_session_timeout = {IDLE_TRANSACTION_MS}")
            cursor.execute(f"SET tcp_user_timeout = {IDLE_TRANSACTION_MS}")
        connection.commit()


def _arm_again(
    _connection: Any, cursor: Any, _statement: str, _parameters: Any, _context: Any, executemany: bool
) -> None:
    # psycopg runs many at once as a pipeline and flushes after its end. The server stops the time of an idle
    # transaction at that message, and starts it again only after another statement (PostgreSQL 16, seen).
    if executemany:
        cursor.connection.execute("SELECT 1")
