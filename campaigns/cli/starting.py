"""A service that is told to leave while it still starts."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def may_leave() -> Iterator[None]:
    """SIGTERM ends the process as a success: nothing was begun yet, so nothing is lost.

    To be left when what was begun has to be ended in order; an event loop's own handler takes its place.
    """
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(_signum: int, _frame: FrameType | None) -> None:
    # An exception could be caught by whatever is being imported just then.
    os._exit(0)
