"""Who is grading: one at a time on a database, the console or a command line. A lock that goes when it dies.

Two at once would each replace the grades of the other, and the later to end would order the calls by what it
read first.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from campaigns.errors import ConflictError
from campaigns.said import Code
from campaigns.store.database import Database, explain
from campaigns.store.exclusive import file_lock
from campaigns.store.postgres import session_name

ADVISORY_LOCK: Final = 0x5854  # any number but those of campaigns.store.exclusive and sealed.gate

_TAKE: Final = text("SELECT pg_try_advisory_lock(:key)")
_RELEASE: Final = text("SELECT pg_advisory_unlock(:key)")
_SAY_WHO: Final = text("SELECT set_config('application_name', :name, false)")
_WHO: Final = text(
    """
    SELECT activity.application_name
    FROM pg_locks AS held JOIN pg_stat_activity AS activity USING (pid)
    WHERE held.locktype = 'advisory' AND held.classid = 0 AND held.objid = :key AND held.granted
        AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
)


class Grader(StrEnum):
    """Where a grading was begun."""

    CONSOLE = "console"
    COMMAND_LINE = "command-line"


_NAMES: Final = {Grader.CONSOLE: "the console", Grader.COMMAND_LINE: "a command line"}


@contextmanager
def grading_alone(database: Database, by: Grader) -> Iterator[None]:
    """Be the only one who grades for the length of a block. Raises ConflictError that names the other."""
    lock = _in_file if database.is_sqlite else _in_server
    with lock(database, f"grading {by} {os.getpid()} {socket.gethostname()}"):
        yield


def check_nobody_grades(database: Database, by: Grader) -> None:
    """Raises ConflictError that names who does."""
    with grading_alone(database, by):
        pass


def _in_file(database: Database, me: str) -> AbstractContextManager[None]:
    return file_lock(Path(f"{database.url.database}.grading.lock"), me, _taken)


@contextmanager
def _in_server(database: Database, me: str) -> Iterator[None]:
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    key = {"key": ADVISORY_LOCK}
    try:
        with engine.connect() as session:
            if not session.scalar(_TAKE, key):
                raise _taken(session.scalar(_WHO, key) or "")
            try:
                session.execute(_SAY_WHO, {"name": session_name(me)})
                yield
            finally:
                _release(session)
    except DBAPIError as error:
        raise explain(error, database.name) from error


def _release(session: Connection) -> None:
    try:
        session.execute(_RELEASE, {"key": ADVISORY_LOCK})
        session.execute(text("RESET application_name"))
    except SQLAlchemyError:  # the server has ended the session, and the lock with it
        session.invalidate()


def _taken(holder: str) -> ConflictError:
    match holder.split():
        case ["grading", by, process, host] if by in set(Grader):
            return ConflictError(
                "%(who)s (process %(process)s on %(host)s) is grading customers already; wait until it is "
                "done, or stop it",
                who=Code("grader", by, _NAMES[Grader(by)]),
                process=process,
                host=host,
            )
    return ConflictError("somebody is grading customers already; wait until that is done")
