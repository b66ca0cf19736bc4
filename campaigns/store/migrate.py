"""Bringing a database to the tables of this version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from campaigns.errors import StoreError
from campaigns.store.database import Database, explain

MIGRATIONS = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def upgrade(
    database: Database,
    to: str = "head",
    *,
    before: Callable[[Connection], None] = lambda _connection: None,
    after: Callable[[Connection], None] = lambda _connection: None,
) -> None:
    """Create or migrate the tables; harmless when they are up to date. Raises StoreError.

    ``before`` and ``after`` are of the same transaction: nobody finds the tables without what they did.
    """
    config = _config()
    try:
        with (
            database.engine.connect() as connection,
            _rows_may_lack_parents(connection),
            connection.begin(),
        ):
            config.attributes["connection"] = connection
            before(connection)
            command.upgrade(config, to)
            after(connection)
            _check_parents(connection)
    except DBAPIError as error:
        raise explain(error, database.url.render_as_string(hide_password=True)) from error


@contextmanager
def _rows_may_lack_parents(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by making it anew: for a moment the rows that refer to it refer to nothing.

    The check is off for the whole transaction, within which it cannot be switched.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()


def _check_parents(connection: Connection) -> None:
    """Raises StoreError, so that nothing is committed, when a row refers to one that is not there."""
    if connection.dialect.name != "sqlite":
        return
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if orphan is not None:
        raise StoreError(
            f"the migration was undone: a row of {orphan[0]!r} refers to a row of {orphan[2]!r} "
            "that is missing"
        )


def revision(database: Database) -> str | None:
    """The revision the database is at; None when it has no tables of ours."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision this version needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()
