"""One worker a data directory, with an id that outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from campaigns.dialing.lock import worker_identity
from campaigns.errors import ConflictError

HOLDER = """
import sys, time
from pathlib import Path
from campaigns.dialing.lock import worker_identity
with worker_identity(Path(sys.argv[1])) as worker:
    print(worker, flush=True)
    sys.stdin.read()
"""


def test_a_second_worker_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with worker_identity(tmp_path), pytest.raises(ConflictError, match=rf"process {os.getpid()}\b"):
        with worker_identity(tmp_path):
            pass


def test_the_id_lasts_and_a_killed_worker_frees_the_lock(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    first = holder.stdout.readline().strip()
    with pytest.raises(ConflictError), worker_identity(tmp_path):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with worker_identity(tmp_path) as second:
        assert second == first
