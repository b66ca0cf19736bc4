"""One worker a database, and a killed one leaves no lock behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from campaigns.errors import ConflictError
from campaigns.store.database import Database
from campaigns.store.exclusive import exclusive_worker

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
