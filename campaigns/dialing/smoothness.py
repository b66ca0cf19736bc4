"""What a process does while it serves so that nobody is kept waiting by the interpreter itself."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SWITCH_S: Final = 0.001
"""How long a page may keep the interpreter while the calls' thread waits for it; Python's own are 5 ms."""


@contextmanager
def smooth_pages() -> Iterator[None]:
    """To be entered when an application is made, and left when it is served no more.

    A full pass of the garbage collector over its 580,000 objects stops every thread for 0.3 s, at every
    fiftieth page (``tests.benchmarks.console_benchmark``). What is loaded by now is there to the end, so the
    collector need not look at it again. Then it must: extension modules that were never collected count what
    they made when the interpreter ends, and print it as leaks.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def smooth_calls() -> Iterator[None]:
    """To be entered when a worker has loaded what it works with, and left when it is over.

    A full pass over models, flows and lexicons takes 2 s on a busy machine of two cores
    (``tests.benchmarks.live_benchmark``).
    """
    interval = sys.getswitchinterval()
    with smooth_pages():
        sys.setswitchinterval(SWITCH_S)
        try:
            yield
        finally:
            sys.setswitchinterval(interval)
