"""Who may work on a database: one worker alone, or many together. A lock that goes when the process dies.

Virtual time is of one process, and SQLite of one worker: either is alone. On PostgreSQL workers in real time
share the place, so that none of them is there together with one that must be alone. Whether a worker that
shares is alive is told by its beat (``campaigns.dialing.heart``), not by this lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from campaigns.errors import ConflictError
from campaigns.store.database import Database, explain

ADVISORY_LOCK = 0x5852  # any number, the same in every worker


class Place:
    """A worker's place on a database. ``alone``: there is no other worker while it is held."""

    alone = True

    def keep(self) -> None:
        """Make sure that it is still held. Raises ConflictError when another took it, StoreError."""


@contextmanager
def exclusive_worker(database: Database) -> Iterator[Place]:
    """Be the only worker on ``database`` for the length of a block. Raises ConflictError."""
    if database.is_sqlite:
        lock = Path(f"{database.url.database}.lock")
        with file_lock(lock, str(os.getpid()), lambda by: _taken(f"process {by.strip() or 'unknown'}")):
            yield Place()
    else:
        with _advisory_lock(database, alone=True) as place:
            yield place


@contextmanager
def shared_worker(database: Database) -> Iterator[Place]:
    """Be one of the workers on ``database``; on SQLite, the only one. Raises ConflictError."""
    if database.is_sqlite:
        with exclusive_worker(database) as place:
            yield place
    else:
        with _advisory_lock(database, alone=False) as place:
            yield place


class _LockedPlace(Place):
    """Held by a session of its own, which the server ends when this process is gone."""

    def __init__(self, database: Database, *, alone: bool) -> None:
        self.alone = alone
        self._database = database
        self._engine: Engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._session: Connection | None = None

    def keep(self) -> None:
        try:
            if self._session is not None:
                try:
                    self._session.execute(text("SELECT 1"))
                except SQLAlchemyError:  # the server has ended the session, and the lock with it
                    self.release()
            if self._session is None:
                self._take()
        except DBAPIError as error:
            raise explain(error, self._database.url.render_as_string(hide_password=True)) from error

    def _take(self) -> None:
        session = self._engine.connect()
        lock = "pg_try_advisory_lock" if self.alone else "pg_try_advisory_lock_shared"
        try:
            taken = session.scalar(text(f"SELECT {lock}(:key)"), {"key": ADVISORY_LOCK})
        except DBAPIError:
            session.invalidate()
            session.close()
            raise
        if not taken:
            session.close()
            raise _taken("another session")
        self._session = session

    def release(self) -> None:
        """Let go of it, whether the session is still there or not."""
        session, self._session = self._session, None
        if session is None:
            return
        try:
            unlock = "pg_advisory_unlock" if self.alone else "pg_advisory_unlock_shared"
            session.execute(text(f"SELECT {unlock}(:key)"), {"key": ADVISORY_LOCK})
        except SQLAlchemyError:
            session.invalidate()
        session.close()


@contextmanager
def _advisory_lock(database: Database, *, alone: bool) -> Iterator[Place]:
    place = _LockedPlace(database, alone=alone)
    place.keep()
    try:
        yield place
    finally:
        place.release()


@contextmanager
def file_lock(path: Path, me: str, taken: Callable[[str], ConflictError]) -> Iterator[None]:
    """Hold a lock that goes when this process dies, and write ``me`` into its file. Raises what ``taken``
    makes of what its holder wrote.
    """
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise taken(file.read()) from error
        file.truncate(0)
        file.write(me)
        file.flush()
        yield


def _taken(holder: str) -> ConflictError:
    return ConflictError(
        "a worker (%(holder)s) is already running on this database; wait for it, pause "
        "its campaign or stop it",
        holder=holder,
    )
