"""Waiting for a database that is away: what it did not get to do left nothing behind, and is tried again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from campaigns.errors import StoreError

R = TypeVar("R")

PATIENCE_S = 30.0  # how long a database that is away is waited for


def patiently(work: Callable[[], R], patience_s: float = PATIENCE_S) -> R:
    """What ``work`` returns, once the database is there. Raises as ``work`` when nobody waits any longer."""
    for pause in pauses(patience_s):
        try:
            return work()
        except StoreError as error:
            if not error.transient:
                raise
        time.sleep(pause)
    return work()


async def wait_patiently(work: Callable[[], Awaitable[R]], patience_s: float = PATIENCE_S) -> R:
    """The same on an event loop."""
    for pause in pauses(patience_s):
        try:
            return await work()
        except StoreError as error:
            if not error.transient:
                raise
        await asyncio.sleep(pause)
    return await work()


def pauses(patience_s: float) -> Iterator[float]:
    """Between one try and the next, in seconds, until nobody waits any longer: tries take their time too.

    Real time, whatever clock the calls live on: a database comes back when it does.
    """
    until, pause = time.monotonic() + patience_s, 0.25
    while (left := until - time.monotonic()) > 0:
        yield min(pause, left)
        pause = min(2 * pause, 4.0)
