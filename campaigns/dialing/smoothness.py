"""What a process does once so that its calls are not kept waiting by the interpreter itself."""

from __future__ import annotations

import gc
import sys
from typing import Final

SWITCH_S: Final = 0.001
"""How long a page may keep the interpreter while the calls' thread waits for it; Python's own are 5 ms."""


def keep_calls_smooth() -> None:
    """To be called when a worker has loaded what it works with.

    A full pass of the garbage collector over models, flows and lexicons stops every thread: for 2 s on a busy
    machine of two cores (``tests.benchmarks.live_benchmark``). What is loaded by now is there for good, so
    the collector need not look at it again.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
