"""Connections to PostgreSQL: none waits for ever for a host that is gone, nor is one waited for for ever.

A transaction that its program does not go on with is ended by the server. What that does not reach,
``standstill`` does.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import URL, Engine, event

IDLE_TRANSACTION_MS: Final = 120_000
"""Of consoles and commands: honest work between two statements takes seconds (reading a page, hashing)."""
IDLE_WORKER_MS: Final = 5_000
"""Of workers: a call is about to be placed or settled."""
IDLE_REPORT_MS: Final = 900_000
"""Of what only reads: it holds up nobody, and its rows may go to a slow disk."""
LONGEST_NAME: Final = 63  # of PostgreSQL, which cuts off the rest and keeps ASCII alone

_GONE_MS: Final = 20_000  # what was sent and is not acknowledged for so long never will be
_USUAL: Final = {
    "connect_timeout": 10,  # seconds, as the next three
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": _GONE_MS,
    "fallback_application_name": "xiaorong",
}


def connect_options(url: URL) -> dict[str, Any]:
    """What the address does not say itself, for the driver."""
    return {name: value for name, value in _USUAL.items() if name not in url.query}


def session_name(name: str) -> str:
    """What ``pg_stat_activity`` shows for sessions that are given this name, such as the id of a worker."""
    return name.encode("ascii", "replace").decode()[:LONGEST_NAME]


def keep_short(engine: Engine, worker_id: str | None = None) -> None:
    """Have the server end a transaction that stands still, on every session to come; a worker's the sooner,
    and its sessions bear its name.
    """
    limits: dict[str, object] = {
        "idle_in_transaction_session_timeout": IDLE_TRANSACTION_MS,
        "tcp_user_timeout": _GONE_MS,
    }
    if worker_id is not None:
        limits |= {
            "idle_in_transaction_session_timeout": IDLE_WORKER_MS,
            "tcp_user_timeout": IDLE_WORKER_MS,
            "application_name": session_name(worker_id),
        }
    event.listen(engine, "connect", _Setting({name: str(value) for name, value in limits.items()}))
    event.listen(engine, "after_cursor_execute", _arm_again)


def _limits(idle_ms: int, gone_ms: int) -> dict[str, str]:
    return {"idle_in_transaction_session_timeout": str(idle_ms), "tcp_user_timeout": str(gone_ms)}


class _Setting:
    def __init__(self, values: dict[str, str]) -> None:
        self._statement = "SELECT " + ", ".join("set_config(%s, %s, false)" for _ in values)
        self._values = [word for pair in values.items() for word in pair]

    def __call__(self, connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(self._statement, self._values)
        connection.commit()


def _arm_again(
    _connection: Any, cursor: Any, _statement: str, _parameters: Any, _context: Any, executemany: bool
) -> None:
    # psycopg runs many at once as a pipeline and flushes after its end. The server stops the time of an idle
    # transaction at that message, and starts it again only after another statement (PostgreSQL 16, seen).
    if executemany:
        cursor.connection.execute("SELECT 1")
