"""The store for asynchronous callers: transactions run on threads of their own, off the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from campaigns.errors import StoreError
from campaigns.store.database import Database

P = ParamSpec("P")
R = TypeVar("R")

POSTGRESQL_THREADS = 6
PATIENCE_S = 30.0  # how long a database that is away is waited for


class StoreThreads:
    """Runs store functions. SQLite has one writer, so one thread: callers queue instead of colliding."""

    def __init__(self, database: Database, *, patience_s: float = PATIENCE_S) -> None:
        self._database = database
        self._patience_s = patience_s
        threads = 1 if database.is_sqlite else POSTGRESQL_THREADS
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="store")

    async def run(
        self, function: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """``function(session, ...)`` in one transaction. Raises StoreError and what the function raises.

        A transaction that failed because the database was away is tried again: it left nothing behind.
        """

        def transaction() -> R:
            with self._database.transaction() as session:
                return function(session, *args, **kwargs)

        loop = asyncio.get_running_loop()
        for pause in pauses(self._patience_s):
            try:
                # What the work is about, such as the attempt that log lines name, goes along.
                return await loop.run_in_executor(self._executor, copy_context().run, transaction)
            except StoreError as error:
                if not error.transient:
                    raise
            await asyncio.sleep(pause)
        return await loop.run_in_executor(self._executor, copy_context().run, transaction)

    def close(self) -> None:
        self._executor.shutdown(wait=True)


def patiently(work: Callable[[], R], patience_s: float = PATIENCE_S) -> R:
    """The same for what leaves nothing behind and runs before there is an event loop. Raises as ``work``."""
    for pause in pauses(patience_s):
        try:
            return work()
        except StoreError as error:
            if not error.transient:
                raise
        time.sleep(pause)
    return work()


def pauses(patience_s: float = PATIENCE_S) -> Iterator[float]:
    """Between one try and the next, until nobody waits any longer. Real time, whatever clock the calls live
    on: a database comes back when it does.
    """
    waited, pause = 0.0, 0.25
    while waited < patience_s:
        yield pause
        waited, pause = waited + pause, min(2 * pause, 4.0)
