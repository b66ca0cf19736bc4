"""One worker per data directory: a lock that the operating system lets go when the process dies."""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from campaigns.errors import ConflictError


@contextmanager
def worker_identity(home: Path) -> Iterator[str]:
    """Hold this directory's worker lock and give the worker's lasting id. Raises ConflictError when taken.

    The id outlives the process: a worker that starts again recovers exactly what it left, and two workers
    with one id, which would dial every customer twice, cannot be.
    """
    path = home / "worker.lock"
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().partition(" ")[2].strip() or "unknown"
            raise ConflictError(
                f"a worker (process {holder}) is already running campaigns in {home}; "
                "wait for it, pause its campaign or stop it"
            ) from error
        file.seek(0)
        worker = file.read().partition(" ")[0] or f"worker-{uuid.uuid4().hex[:12]}"
        file.seek(0)
        file.truncate()
        file.write(f"{worker} {os.getpid()}")
        file.flush()
        yield worker
