"""What a process does while it serves so that its calls are not kept waiting by the interpreter itself."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SWITCH_S: Final = 0.001
"""How long a page may keep the interpreter while the calls' thread waits for it; Python's own are 5 ms."""


@contextmanager
def smooth_calls() -> Iterator[None]:
    """To be entered when a worker has loaded what it works with, and left when it is over.

    A full pass of the garbage collector over models, flows and lexicons stops every thread: for 2 s on a busy
    machine of two cores (``tests.benchmarks.live_benchmark``). What is loaded by now is there to the end, so
    the collector need not look at it again. Then it must: extension modules that were never collected count
    what they made when the interpreter ends, and print it as leaks.
    """
    interval = sys.getswitchinterval()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.unfreeze()
