"""Copies of a whole store: SQLite's online backup, or PostgreSQL's own tools."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError

from campaigns.errors import BackupError
from campaigns.store.database import Database, explain
from campaigns.store.models import Base

VERSION_TABLE = "alembic_version"
QUEUE_SCHEMA = "dbos"  # the durable queue's: the ledger says what has been done, so it is never copied
LIVING = ("customer", "decision", "attempt", "console_user")


def copy_store(database: Database, to: Path) -> None:
    """Copy the store as it is at one moment, while it is used. Raises BackupError, StoreError."""
    if database.is_sqlite:
        _copy_sqlite(database, to)
    else:
        _run(database, "pg_dump", "--format=custom", "--no-owner", f"--exclude-schema={QUEUE_SCHEMA}",
             f"--file={to}")  # fmt: skip


def _copy_sqlite(database: Database, to: Path) -> None:
    try:
        with closing(database.engine.raw_connection()) as source, closing(sqlite3.connect(to)) as copy:
            driver: Any = source.driver_connection
            driver.backup(copy)  # in one step: of one moment, and writers go on in the WAL
            copy.execute("PRAGMA journal_mode=DELETE")  # one file
            if (found := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                raise BackupError(f"the database is damaged, and so would be its copy: {found}")
    except sqlite3.Error as error:
        raise BackupError(f"the database cannot be copied: {error}") from error


def as_one_file(path: Path) -> None:
    """Bring what SQLite keeps beside the file into it. Nobody else may have it open. Raises BackupError."""
    try:
        with closing(sqlite3.connect(path)) as store:
            store.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupError(f"the copy cannot be used: {error}") from error


def load_postgres(database: Database, dump: Path) -> None:
    """Put a dump in place of what is in the database, in one transaction. Raises BackupError.

    The tables' version stays away until ``stamp`` puts it there: no program of ours uses them before.
    """
    database.close()
    contents = _run(database, "pg_restore", "--list", dump=dump, connect=False)
    wanted = [line for line in contents.splitlines() if VERSION_TABLE not in line or "TABLE DATA" not in line]
    listed = dump.with_suffix(".list")
    listed.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    _run(database, "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
         "--exit-on-error", f"--use-list={listed}", dump=dump)  # fmt: skip


def stamp(connection: Connection, revision: str) -> None:
    """Say of which version the tables are."""
    connection.execute(text(f"DELETE FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
    connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES (:revision)"), {"revision": revision})  # noqa: S608


def _run(database: Database, tool: str, *options: str, dump: Path | None = None, connect: bool = True) -> str:
    program = shutil.which(tool)
    if program is None:
        raise BackupError(
            f"{tool} is not on the PATH: install PostgreSQL's client tools, of the server's version or newer"
        )
    url = database.url
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)  # no list of processes shows it
    where = [f"--dbname={address}"] if connect else []
    command = [program, *options, *where, *([] if dump is None else [str(dump)])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[0]
        raise BackupError(f"{tool} failed: {said}")
    return done.stdout


def is_living(database: Database) -> bool:
    """Whether an installation works in this store: it has tables, and somebody or something in them.

    Raises StoreError when it cannot be looked at.
    """
    try:
        with database.engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            tables = [Base.metadata.tables[name] for name in LIVING if name in there]
            return any(
                connection.execute(select(1).select_from(table).limit(1)).first() is not None
                for table in tables
            )
    except DBAPIError as error:
        raise explain(error, database.url.render_as_string(hide_password=True)) from error
