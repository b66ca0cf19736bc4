"""Opening the database: SQLite in WAL mode on one machine, PostgreSQL for many workers; one code for both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from campaigns.errors import StoreError

SQLITE_BUSY_TIMEOUT_MS = 30_000


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
        try:
            with self._sessions.begin() as session:
                yield session
        except DBAPIError as error:
            raise StoreError(explain(error, self.url.render_as_string(hide_password=True))) from error

    def close(self) -> None:
        self.engine.dispose()


def explain(error: DBAPIError, url: str) -> str:
    """A database error as one line that says what to do."""
    cause = str(error.orig).splitlines()[0] if error.orig else str(error).splitlines()[0]
    if "locked" in cause:
        return (
            f"the database {url} is locked by another program; close it and run the command again ({cause})"
        )
    if "no such table" in cause or "does not exist" in cause:
        return f"the database {url} has no Xiaorong tables, or older ones; run 'xiaorong init' ({cause})"
    if "unable to open" in cause or "onnect" in cause:
        return f"the database {url} cannot be reached; check that it exists and is running ({cause})"
    return f"the database {url} refused: {cause}"
