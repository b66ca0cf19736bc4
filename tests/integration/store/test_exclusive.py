"""One worker a database, and a killed one leaves no lock behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import text

from campaigns.errors import ConflictError
from campaigns.store.database import Database
from campaigns.store.exclusive import exclusive_worker, shared_worker

HOLDER = """
import sys
from campaigns.store.database import Database
from campaigns.store.exclusive import exclusive_worker
with exclusive_worker(Database(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def claim(database: Database) -> None:
    with exclusive_worker(database):
        pass


def test_a_second_worker_is_refused(database: Database) -> None:
    with exclusive_worker(database), pytest.raises(ConflictError, match="already running"):
        claim(database)
    with exclusive_worker(database):
        pass


def test_who_holds_a_file_is_told(sqlite_database: Database) -> None:
    with exclusive_worker(sqlite_database), pytest.raises(ConflictError, match=f"process {os.getpid()}"):
        claim(sqlite_database)


def test_a_killed_worker_leaves_no_lock(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    holder = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", HOLDER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ConflictError), exclusive_worker(database):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    for _ in range(500):  # a server notices a dead client in its own time
        try:
            with exclusive_worker(database):
                return
        except ConflictError:
            continue
    pytest.fail("the lock outlived its holder")


@pytest.mark.external
def test_many_share_a_postgresql_and_none_is_alone_beside_them(postgres_database: Database) -> None:
    with shared_worker(postgres_database) as one, shared_worker(postgres_database) as two:
        assert not one.alone
        assert not two.alone
        with pytest.raises(ConflictError, match="already running"):
            claim(postgres_database)
    with (
        exclusive_worker(postgres_database) as alone,
        pytest.raises(ConflictError),
        shared_worker(postgres_database),
    ):
        assert alone.alone


def test_on_sqlite_a_worker_is_alone_whatever_it_would_share(sqlite_database: Database) -> None:
    with shared_worker(sqlite_database) as place:
        assert place.alone
        place.keep()
        with pytest.raises(ConflictError):
            claim(sqlite_database)


def end_other_sessions(database: Database) -> None:
    """As a server that is restarted, or an administrator, does."""
    with database.transaction() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


@pytest.mark.external
def test_a_place_whose_session_the_server_ended_is_taken_again(postgres_database: Database) -> None:
    with exclusive_worker(postgres_database) as place:
        end_other_sessions(postgres_database)
        place.keep()
        with pytest.raises(ConflictError):
            claim(postgres_database)


@pytest.mark.external
def test_a_place_that_another_took_meanwhile_is_lost(postgres_database: Database) -> None:
    with shared_worker(postgres_database) as place:
        end_other_sessions(postgres_database)
        with exclusive_worker(postgres_database), pytest.raises(ConflictError, match="already running"):
            place.keep()
        place.keep()
