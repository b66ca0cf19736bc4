"""Opening the database: SQLite in WAL mode on one machine, PostgreSQL for many workers; one code for both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker

from bot.recording.keys import KeyRing
from campaigns.errors import SettingsError, StoreError
from campaigns.store.postgres import IDLE_REPORT_MS, connect_options, keep_short
from campaigns.store.sealed.gate import Gate, Opening
from campaigns.store.sealed.types import sealer_of

SQLITE_BUSY_TIMEOUT_MS = 30_000
REVISION = "0026"  # the newest migration; checked at every start without loading Alembic

READS = "xiaorong_reads"
# Memory to group and join millions of rows in: the usual 4 MB, or 2 MB of SQLite, send them to the disk.
ROOM_FOR_REPORTS = {
    # In one statement, for every page begins with it. A plan for whatever parameters may come uses no index
    # over few rows, and none for the beginning of a text.
    "postgresql": (
        "SELECT set_config('work_mem', '128MB', true), set_config('hash_mem_multiplier', '2', true), "
        "set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true), "
        f"set_config('idle_in_transaction_session_timeout', '{IDLE_REPORT_MS}', true)",
    ),
    "sqlite": ("PRAGMA cache_size = -131072",),
}

READING = "xiaorong_reading"
UNREACHABLE = ("unable to open", "onnection", "disk I/O", "shutting down", "starting up")
# Serialization failure, deadlock, lock timeout; connection lost, no connection free, server going down or
# coming up; a transaction ended because this process stood still in it.
TRANSIENT_SQLSTATES = ("40001", "40P01", "55P03", "08", "53300", "57P0", "25P03")

__all__ = [
    "Connection",
    "Database",
    "Session",
]  # rooms that pass a session on need its name, and nothing else of SQL


def prepare_ledger(connection: Any, _record: Any) -> None:
    """Readers undisturbed by writers, and what is committed is on the disk: it outlives a power cut."""
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, not at the first write
    _set_pragmas(connection, "synchronous=FULL")


def prepare_alone(connection: Any, _record: Any) -> None:
    """Nobody else has the file open, to the end; what was in the clear is overwritten, not only let go."""
    for pragma in ("busy_timeout=1000", "locking_mode=EXCLUSIVE", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def prepare_queue(connection: Any, _record: Any) -> None:
    """As DBOS wants it. Less durable than the ledger, which alone says what has been done."""
    connection.isolation_level = "IMMEDIATE"
    _set_pragmas(connection, "synchronous=NORMAL")


def begin_immediate(connection: Connection) -> None:
    """What a transaction reads is what it acts on: it holds the write lock from its start.

    One that only reads takes no lock: calls go on while a long report is counted.
    """
    reads = connection.get_execution_options().get(READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _set_pragmas(connection: Any, *more: str) -> None:
    for pragma in ("journal_mode=WAL", f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}", "foreign_keys=ON", *more):
        connection.execute(f"PRAGMA {pragma}")


class Database:
    """A database and the transactions on it; ``queue``: the durable queue's, on which DBOS makes its own.

    ``worker``: the id of a worker, whose locks must not outlast it by long when it stands still or its host
    is gone.
    ``keys``: those that personal columns may be sealed with; which one it is the database says. See ``Gate``
    for what a connection raises.

    Raises SettingsError when the address is wrong or its driver is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        queue: bool = False,
        worker: str | None = None,
        keys: KeyRing | None = None,
        opening: Opening = Opening.USE,
    ) -> None:
        try:
            self.url = make_url(url)
            # Counts are read after the debtor is locked, so each statement must see what others committed.
            options: dict[str, Any] = {}
            if not self.is_sqlite:
                options = {"isolation_level": "READ COMMITTED", "connect_args": connect_options(self.url)}
            # What a statement was given may be a name or a transcript: no error message shows it.
            self.engine: Engine = create_engine(self.url, hide_parameters=True, **options)
        except (ArgumentError, NoSuchModuleError) as error:
            raise SettingsError(f"database_url is not an address of a database: {error}") from error
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"database_url needs the package {error.name!r}; for PostgreSQL install '.[postgres]'"
            ) from error
        if not self.is_sqlite:
            keep_short(self.engine, worker)
        if self.is_sqlite and queue:
            event.listen(self.engine, "connect", prepare_queue)
        elif self.is_sqlite:
            if opening is Opening.ALONE:
                event.listen(self.engine, "connect", prepare_alone)
            event.listen(self.engine, "connect", prepare_ledger)
            event.listen(self.engine, "begin", begin_immediate)
        if not queue:  # nothing in it is personal
            gate = Gate(self.engine.dialect, self.name, KeyRing() if keys is None else keys, opening)
            event.listen(self.engine, "connect", gate)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        reading = self.engine.execution_options(**{READING: True, "postgresql_readonly": True})
        self._readers = sessionmaker(reading, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def name(self) -> str:
        """Its address, for messages."""
        return self.url.render_as_string(hide_password=True)

    @property
    def is_sealed(self) -> bool:
        """Whether personal columns are sealed, as the latest connection found it."""
        return sealer_of(self.engine.dialect) is not None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises. Raises StoreError."""
        self._check_file()
        try:
            with self._sessions.begin() as session:
                yield session
        except DBAPIError as error:
            raise explain(error, self.url.render_as_string(hide_password=True)) from error

    @contextmanager
    def rehearsal(self) -> Iterator[Session]:
        """A session like that of ``transaction``, of which nothing stays. Raises StoreError."""
        self._check_file()
        try:
            with self._sessions() as session:
                try:
                    yield session
                finally:
                    session.rollback()
        except DBAPIError as error:
            raise explain(error, self.url.render_as_string(hide_password=True)) from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one moment of the store, for long reports: it holds up nobody. Raises StoreError."""
        self._check_file()
        own: dict[str, Any] = {READS: True}
        if not self.is_sqlite:
            own |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        try:
            with self._sessions.begin() as session:
                session.connection(execution_options=own)
                for setting in ROOM_FOR_REPORTS["sqlite" if self.is_sqlite else "postgresql"]:
                    session.execute(text(setting))
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


def is_away(error: Exception) -> bool:
    """Whether trying again may help: the database is busy, or away."""
    return isinstance(error, DBAPIError) and explain(error, "").transient


def explain(error: DBAPIError, url: str) -> StoreError:
    """A database error as one line that says what to do."""
    cause = str(error.orig).splitlines()[0] if error.orig else str(error).splitlines()[0]
    if str(getattr(error.orig, "sqlstate", None) or "-").startswith(TRANSIENT_SQLSTATES):
        return StoreError(f"the database {url} is busy or away: {cause}", transient=True)
    if "locked" in cause:
        message = f"the database {url} is locked by another program; close it and run the command again"
        return StoreError(f"{message} ({cause})", transient=True)
    if "no such table" in cause or "does not exist" in cause:
        return StoreError(f"the database {url} has no Xiaorong tables; run 'xiaorong init' ({cause})")
    if error.connection_invalidated or any(word in cause for word in UNREACHABLE):
        message = f"the database {url} cannot be reached; check that it exists and is running"
        return StoreError(f"{message} ({cause})", transient=True)
    return StoreError(f"the database {url} refused: {cause}")
