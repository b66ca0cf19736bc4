"""The store for asynchronous callers: transactions run on threads of their own, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
        waited = 0.0
        pause = 0.25
        while True:
            try:
                # What the work is about, such as the attempt that log lines name, goes along.
                return await loop.run_in_executor(self._executor, copy_context().run, transaction)
            except StoreError as error:
                if not error.transient or waited >= self._patience_s:
                    raise
                # Real time, whatever clock the calls live on: a database comes back when it does.
                await asyncio.sleep(pause)
                waited, pause = waited + pause, min(2 * pause, 4.0)

    def close(self) -> None:
        self._executor.shutdown(wait=True)
