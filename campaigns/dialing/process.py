"""This process as a worker, and whether another on the same machine still runs."""

from __future__ import annotations

import os
import platform
import uuid
from hashlib import blake2b
from pathlib import Path

from campaigns.store.workers import Identity


def identity(campaign_id: int | None = None) -> Identity:
    """This process as a worker, under an id that is new at every call."""
    host = platform.node()[:40]
    return Identity(f"{host}:{os.getpid()}:{uuid.uuid4().hex[:12]}", host, _place(), os.getpid(), campaign_id)


def _place() -> str:
    """Names this host since its start and, where there are containers, this one of them."""
    parts = [platform.node()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        parts.append(uuid.uuid4().hex)  # nothing is known of other processes here
    return blake2b("|".join(parts).encode(), digest_size=16).hexdigest()


def is_running(pid: int) -> bool:
    """Whether there is such a process here; one that only waits to be reaped does nothing any more."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return state not in "ZX"
