"""One worker a database: a lock that goes when the process dies, however it dies.

Two workers that took each other's unfinished turns for those of a dead one would dial customers twice.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from campaigns.errors import ConflictError
from campaigns.store.database import Database

ADVISORY_LOCK = 0x5852  # any number, the same in every worker


@contextmanager
def exclusive_worker(database: Database) -> Iterator[None]:
    """Be the only worker on ``database`` for the length of a block. Raises ConflictError."""
    if database.is_sqlite:
        with _file_lock(Path(f"{database.url.database}.lock")):
            yield
    else:
        with _advisory_lock(database):
            yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise _taken(f"process {file.read().strip() or 'unknown'}") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def _advisory_lock(database: Database) -> Iterator[None]:
    """Held by a session of its own, which the server ends when this process is gone."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}):
            raise _taken("another session")
        try:
            yield
        finally:
            with suppress(DBAPIError):  # the server has ended the session, and the lock with it
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})


def _taken(holder: str) -> ConflictError:
    return ConflictError(
        f"a worker ({holder}) is already running on this database; wait for it, pause its campaign or stop it"
    )
