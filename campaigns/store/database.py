"""Opening the database: SQLite in WAL mode on one machine, PostgreSQL for many workers; one code for both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from campaigns.errors import StoreError

SQLITE_BUSY_TIMEOUT_MS = 30_000
UNREACHABLE = ("unable to open", "onnection", "disk I/O", "shutting down", "starting up")
REVISION = "0002"  # the newest migration; checked at every start without loading Alembic


def set_sqlite_pragmas(dbapi_connection: Any, _record: Any) -> None:
    """One writer at a time, readers undisturbed; a write transaction takes its lock at the start."""
    dbapi_connection.isolation_level = "IMMEDIATE"
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "synchronous=NORMAL",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


__all__ = ["Database", "Session"]  # rooms that pass a session on need its name, and nothing else of SQL


class Database:
    """A database and the transactions on it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine: Engine = create_engine(self.url)
        if self.is_sqlite:
            event.listen(self.engine, "connect", set_sqlite_pragmas)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises. Raises StoreError."""
        self._check_file()
        try:
            with self._sessions.begin() as session:
                yield session
        except DBAPIError as error:
            raise explain(error, self.url.render_as_string(hide_password=True)) from error

    def check(self) -> None:
        """Raises StoreError when the tables are missing or of another version."""
        with self.transaction() as session:
            revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if revision != REVISION:
            raise StoreError(
                f"the database is at version {revision}, this program needs {REVISION}; run 'xiaorong init'"
            )

    def _check_file(self) -> None:
        """A SQLite file that was removed can still be written to, and what is written is lost."""
        if self.is_sqlite and self.url.database and not os.path.exists(self.url.database):
            raise StoreError(f"the database {self.url.database} is gone; restore it or run 'xiaorong init'")

    def close(self) -> None:
        self.engine.dispose()


def explain(error: DBAPIError, url: str) -> StoreError:
    """A database error as one line that says what to do."""
    cause = str(error.orig).splitlines()[0] if error.orig else str(error).splitlines()[0]
    if "locked" in cause:
        message = f"the database {url} is locked by another program; close it and run the command again"
        return StoreError(f"{message} ({cause})", transient=True)
    if "no such table" in cause or "does not exist" in cause:
        return StoreError(f"the database {url} has no Xiaorong tables; run 'xiaorong init' ({cause})")
    if error.connection_invalidated or any(word in cause for word in UNREACHABLE):
        message = f"the database {url} cannot be reached; check that it exists and is running"
        return StoreError(f"{message} ({cause})", transient=True)
    return StoreError(f"the database {url} refused: {cause}")
